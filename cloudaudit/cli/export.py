"""cloudaudit export"""

import os
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from cloudaudit.cli.answers import answer, complain
from cloudaudit.cli.options import FILE, export_request
from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.model import Severity, Theme

if TYPE_CHECKING:
    from cloudaudit.app.exporting import Exporting
    from cloudaudit.trackers import Kind

_OPTIONS = (
    click.Argument(["report"], required=False, type=click.Path(dir_okay=False, allow_dash=True)),
    click.Option(["--dry-run"], is_flag=True, help="Say what would be done, and do nothing."),
    click.Option(
        ["--severity"],
        type=click.Choice([severity.value for severity in Severity]),
        default="low",
        help="New tickets from here on.",
    ),
    click.Option(["--rule", "only"], multiple=True, metavar="ID", help="New tickets of this rule only; repeatable."),
    click.Option(
        ["--theme", "themes"],
        multiple=True,
        type=click.Choice([theme.value for theme in Theme]),
        metavar="THEME",
        help="... of this theme.",
    ),
    click.Option(["--criterion", "criteria"], multiple=True, metavar="ID", help="... under this criterion."),
    click.Option(["--environment", "environments"], multiple=True, metavar="NAME", help="... of this environment."),
    click.Option(["--account", "accounts"], multiple=True, metavar="ID", help="... of this account."),
    click.Option(["--unknown"], is_flag=True, help="Tickets for what is unknown, too."),
    click.Option(
        ["--group-by"], type=click.Choice(["rule", "resource", "root"]), help="One ticket for what shares this."
    ),
    click.Option(["--max-new"], type=click.IntRange(min=0), metavar="N", help="The most new tickets; else 50."),
    click.Option(
        ["--wait"],
        type=click.FloatRange(min=0),
        default=10.0,
        metavar="MINUTES",
        help="How long a tracker may make us wait in all.",
    ),
    click.Option(["--token-command"], default="", metavar="COMMAND", help="A program that prints the token."),
    click.Option(
        ["--target", "targets"],
        multiple=True,
        metavar="NAME",
        help="What was looked at, as the store calls it; aws:* means several.",
    ),
    click.Option(
        ["--store"],
        metavar="URL",
        envvar="CLOUDAUDIT_STORE",
        show_envvar=True,
        help="A file, or postgresql://USER@HOST/DATABASE.",
    ),
    click.Option(
        ["--rules", "rule_paths"],
        multiple=True,
        type=click.Path(exists=True),
        metavar="DIR",
        help="Rules of your own, too.",
    ),
    click.Option(["--config"], type=FILE, help="Settings; else the nearest cloudaudit.toml."),
    click.Option(
        ["-f", "--format", "form"], type=click.Choice(["text", "json"]), default="text", help="How to say it."
    ),
)
_INCOMPLETE = 3
_PATIENCE = 60.0
_LONG = 5.0


class Trackers(click.Group):
    """One command for each tracker."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        from cloudaudit.trackers import kinds  # noqa: PLC0415 - `--help` of the program needs no tracker

        return [kind.name for kind in kinds()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a tracker, or None."""
        from cloudaudit.trackers import kinds  # noqa: PLC0415

        return next((_command(kind) for kind in kinds() if kind.name == cmd_name), None)


@click.group(cls=Trackers)
def export() -> None:
    """Turn findings into tickets that open, update, close and reopen by themselves.

    REPORT is a JSON report ("cloudaudit scan -f json --all -o FILE"), else the last run of a target in the store is
    taken. Nothing but what --dry-run shows is done; a second run over the same findings writes nothing.
    """


def _command(kind: "Kind") -> click.Command:
    own = [
        click.Option(
            [f"--{one.name}"],
            metavar=one.metavar,
            default="",
            envvar=one.variable or None,
            show_envvar=bool(one.variable),
            help=one.help,
        )
        for one in kind.options
    ]
    report, *common = _OPTIONS

    def run(**given: Any) -> None:
        _run(kind, given)

    about = f"Keep the tickets of {kind.title} up to date with a REPORT, or with the store."
    return click.Command(kind.name, callback=run, params=[report, *own, *common], help=about)


class _Pauses:
    """Sleeps, and says so where it takes long, and how far the run is."""

    def __init__(self) -> None:
        self.done = self.total = 0

    def sleep(self, seconds: float) -> None:
        if seconds >= _LONG:
            until = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%H:%M:%S")
            so_far = f"; {self.done:,} of {self.total:,} steps are done" if self.total else ""
            complain(f"waiting for the tracker until {until} UTC{so_far}")
        time.sleep(seconds)


def _run(kind: "Kind", given: dict[str, Any]) -> None:
    from cloudaudit.trackers import showing  # noqa: PLC0415
    from cloudaudit.trackers.apply import Done  # noqa: PLC0415
    from cloudaudit.trackers.plan import Do  # noqa: PLC0415

    pauses = _Pauses()
    found = _exporting(kind, given, pauses)
    if given["dry_run"]:
        _show([Done(action=action, ticket=action.ticket) for action in found.actions], given, planned=True)
        return
    pauses.total = len(found.actions)
    done: list[Done] = []
    try:
        for one in found.done():
            done.append(one)
            pauses.done = len(done)
            if given["form"] == "text" and one.action.do is not Do.LEAVE:
                answer(f"{showing.outcome(one)}\n")
    except RemoteError as error:
        raise TrackerError(f"{error} ({pauses.total - len(done):,} of {pauses.total:,} steps are left)") from error
    finally:
        if done or not found.actions or given["form"] == "json":
            _show(done, given, planned=False)
    if refused := sum(bool(one.refused) for one in done):
        complain(f"{refused:,} of {len(done):,} steps were refused; run it again once what it says is mended")
        sys.exit(_INCOMPLETE)


def _show(done: list[Any], given: dict[str, Any], *, planned: bool) -> None:
    from cloudaudit.outputs.records import indented  # noqa: PLC0415
    from cloudaudit.trackers import showing  # noqa: PLC0415

    if given["form"] == "json":
        answer(indented(showing.steps(done)))
        return
    if planned:
        answer("".join(f"{showing.line(one.action)}\n" for one in done if one.action.draft or one.ticket))
    told = [one.action for one in done if one.action.draft or one.ticket]
    answer(f"{showing.summary(told, planned=planned)}\n")
    if over := [one.action.reason for one in done if one.action.draft is None and one.action.ticket is None]:
        complain(f"{len(over):,} more wait for a ticket: {over[0]}")


def _exporting(kind: "Kind", given: dict[str, Any], pauses: _Pauses) -> "Exporting":
    from cloudaudit.app import exporting as app  # noqa: PLC0415
    from cloudaudit.trackers.cases import Picked  # noqa: PLC0415
    from cloudaudit.trackers.tracker import Given  # noqa: PLC0415
    from cloudaudit.transport import Waiting  # noqa: PLC0415

    changed = {name: given[name] for name in ("max_new", "group_by") if given[name] is not None}
    asked = export_request(given, changed)
    settings = asked.settings.export
    what = app.Export(
        request=asked,
        picked=Picked(
            severity=Severity(given["severity"]),
            rules=given["only"],
            themes=given["themes"],
            criteria=given["criteria"],
            environments=given["environments"],
            accounts=given["accounts"],
            unknown=given["unknown"],
        ),
        today=datetime.now(UTC).date().isoformat(),
        report=given["report"] or "",
        targets=given["targets"],
        store=given["store"],
        links=app.links(os.environ),
    )
    token = _token(given["token_command"])
    options = {one.name: given[one.name.replace("-", "_")] or "" for one in kind.options}

    def connect(links: Any) -> Any:
        waiting = Waiting(sleep=pauses.sleep, most=given["wait"] * 60.0)
        return kind.connect(
            Given(
                options=options,
                environment=os.environ,
                settings=settings,
                waiting=waiting,
                token=token,
                links=links,
            )
        )

    return app.Exporting(what, connect, _data(what.report))


def _data(path: str) -> bytes:
    if not path:
        return b""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - click names it
            return file.read()
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from error


def _token(command: str) -> str:
    """What a command of the user's says, so that no file and no list of processes holds the token."""
    if not command:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - it is the user's own, and no shell
            shlex.split(command), capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise TrackerError(f"--token-command: {type(error).__name__}") from None
    if done.returncode or not done.stdout.strip():
        raise TrackerError(f"--token-command: {shlex.split(command)[0]} gives no token (exit code {done.returncode})")
    return done.stdout.strip()


COMMAND = export
