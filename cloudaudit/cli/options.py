"""Options that several commands share, and the request they make."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from cloudaudit.clock import now as time_now
from cloudaudit.clock import text
from cloudaudit.model import Theme

if TYPE_CHECKING:
    from cloudaudit.app import Request
    from cloudaudit.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(exists=True, dir_okay=False)
FOLDER = click.Path(exists=True)


def _assignments(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{value!r} is not NAME=VALUE", ctx, param)
        pairs[name.strip()] = text
    return pairs


_BASE = click.option("--base", default="", metavar="REF", help="The git revision that folders are compared with.")
_READING = (
    click.option("--root", "roots", multiple=True, metavar="ROOT", help="Only this root; repeatable."),
    click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", callback=_assignments, help="A variable."),
    click.option("--var-file", "var_files", multiple=True, type=FILE, help="A file of variables."),
    _BASE,
    click.option("--workspace", default="default", metavar="NAME", help="The value of terraform.workspace."),
    click.option(
        "--reader",
        type=click.Choice(["tree-sitter", "python-hcl2"]),
        default="tree-sitter",
        metavar="NAME",
        help="What parses Terraform source: tree-sitter or python-hcl2.",
    ),
    click.option(
        "--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; else one per processor."
    ),
)
_SETTINGS = (
    click.option("--config", type=FILE, help="Settings; else the nearest cloudaudit.toml."),
    click.option("--policy", type=FILE, help="Settings that nothing in the repository can change."),
)
_PROFILE = click.option(
    "--profile", default="", metavar="NAME", help="How much is asked: soc2 (default), strict or all."
)
_RULE_PROFILE = click.option(
    "--rule-profile", "profile", default="", metavar="NAME", help="How much is asked: soc2 (default), strict or all."
)
_RULES = click.option(
    "--rules", "rule_paths", multiple=True, type=FOLDER, metavar="DIR", help="Rules of your own, too."
)
_WAIVED = (
    click.option("--waivers", type=FILE, help="Accepted failures, with owner and last day."),
    click.option("--baseline", type=FILE, help="Failures that were there when you began."),
)
_DECIDED = (*_WAIVED, click.option("--no-inline", is_flag=True, help="Comments in the source silence nothing."))
_NARROWING = (
    _RULES,
    click.option("--rule", "only", multiple=True, metavar="ID", help="Only this rule; repeatable."),
    click.option(
        "--theme",
        "themes",
        multiple=True,
        type=click.Choice([theme.value for theme in Theme]),
        metavar="THEME",
        help="Only rules about this; repeatable.",
    ),
)

_STORE = click.option(
    "--store",
    metavar="URL",
    envvar="CLOUDAUDIT_STORE",
    show_envvar=True,
    help="A file, or postgresql://USER@HOST/DATABASE.",
)
_PAST = (
    _STORE,
    click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."),
)
_RECORDING = (
    click.option("--record", is_flag=True, help="Write the run down in the store."),
    _STORE,
    click.option("--record-as", metavar="NAME", help="What the target is called there."),
)
_RECORDED = (
    _STORE,
    click.option("--no-record", is_flag=True, help="Do not write the run down in the store."),
)
_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def _duration(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    if value == "never":
        return timedelta(0)
    found = re.fullmatch(r"(\d{1,4})([mhdw])", value)
    if found is None or int(found[1]) == 0:
        raise click.BadParameter(f"{value!r} is no time such as 30m, 12h, 1d, 1w, or never", ctx, param)
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


_EVERY = click.option(
    "--every", metavar="TIME", callback=_duration, help="How often runs are due (1d, 12h, never); else as usual."
)


_BESIDE = (
    click.option("--with", "beside", multiple=True, metavar="TOOL", help="Another scanner beside ours: checkov."),
    click.option(
        "--with-timeout",
        "patience",
        metavar="TIME",
        callback=_duration,
        help="How long it may take (30m, 2h); else 15m.",
    ),
)


def runs_beside(command: F) -> F:
    """Adds --with and --with-timeout."""
    return _with(command, _BESIDE)


def reads_store(command: F) -> F:
    """Adds --store and --format."""
    return _with(command, _PAST)


def records_runs(command: F) -> F:
    """Adds --record, --store and --record-as."""
    return _with(command, _RECORDING)


def is_recorded(command: F) -> F:
    """Adds --store and --no-record."""
    return _with(command, _RECORDED)


def expects_runs(command: F) -> F:
    """Adds --every TIME."""
    return _EVERY(command)


def reads_targets(command: F) -> F:
    """Adds the options that say how targets are read."""
    return _with(command, (*_READING, *_SETTINGS))


def reads_a_tree(command: F) -> F:
    """Adds the options that say how the one target is read that results are about."""
    return _with(command, (*(option for option in _READING if option is not _BASE), *_SETTINGS))


def picks_rules(command: F) -> F:
    """Adds the options that say which rules apply."""
    return _with(command, (_PROFILE, *_NARROWING))


def judges_accounts(command: F) -> F:
    """Adds the options of an audit of live accounts that say which rules and decisions apply; --profile is a profile
    of AWS there."""
    return _with(command, (_RULE_PROFILE, *_NARROWING, *_WAIVED, *_SETTINGS))


def picks_profile(command: F) -> F:
    """Adds --profile NAME."""
    return _PROFILE(command)


def takes_decisions(command: F) -> F:
    """Adds the options that name what people decided."""
    return _with(command, _DECIDED)


def own_rules(command: F) -> F:
    """Adds --rules DIR."""
    return _RULES(command)


def _with(command: F, options: tuple[Callable[[F], F], ...]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def request(targets: tuple[str, ...], given: Mapping[str, Any]) -> "Request":
    """What the options of a command ask of the application."""
    from cloudaudit.sources import Options  # noqa: PLC0415 - `--help` needs none of this

    decided = _settings(given)
    options = Options(
        var_files=given["var_files"],
        variables=given["variables"],
        environment={name: value for name, value in os.environ.items() if name.startswith("TF_VAR_")},
        workspace=given["workspace"],
        roots=given["roots"],
        reader=given["reader"],
        jobs=given["jobs"],
        base=given.get("base", ""),
        complete=decided.complete,
    )
    return msgspec.structs.replace(_judging(given, decided), targets=targets, options=options)


def live_request(given: Mapping[str, Any]) -> "Request":
    """What the options of a command ask of an audit of live accounts: rules and decisions."""
    return _judging(given, _settings(given))


def export_request(given: Mapping[str, Any], changed: Mapping[str, Any]) -> "Request":
    """What the options of an export ask of the application: settings, of which those about tickets may be changed."""
    from cloudaudit.app import Request  # noqa: PLC0415 - `--help` needs none of this

    decided = _settings({**given, "policy": None})
    export = msgspec.structs.replace(decided.export, **changed)
    return Request(settings=msgspec.structs.replace(decided, export=export), rule_paths=given["rule_paths"])


def _judging(given: Mapping[str, Any], decided: "Settings") -> "Request":
    from cloudaudit.app import Request  # noqa: PLC0415 - `--help` needs none of this

    return Request(
        settings=decided,
        rule_paths=given.get("rule_paths", ()),
        only=given.get("only", ()),
        themes=given.get("themes", ()),
        profile=given.get("profile", ""),
        inline=not given.get("no_inline"),
        waivers=given.get("waivers") or "",
        baseline=given.get("baseline") or "",
        today=today(),
        clock=clock(),
        beside=tuple(dict.fromkeys(given.get("beside", ()))),
        patience=patience.total_seconds() if (patience := given.get("patience")) else Request().patience,
    )


def _settings(given: Mapping[str, Any]) -> "Settings":
    """The settings that hold. Under a policy the repository decides nothing, and its comments silence nothing."""
    from cloudaudit import settings  # noqa: PLC0415

    config, policy = given["config"], given["policy"]
    if policy and config:
        raise click.UsageError("--policy takes the place of --config: give one of them.")
    if policy:
        stated = settings.load(Path(policy))
        return msgspec.structs.replace(stated, inline=bool(stated.inline))
    return settings.load(Path(config) if config else settings.find(Path.cwd()))


def today() -> date:
    """The day of the run in UTC, which the environment may set (SOURCE_DATE_EPOCH)."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() else datetime.now(UTC)).date()


def clock() -> str:
    """The time of the run, if the environment gives one (SOURCE_DATE_EPOCH); else the report carries none."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds.isdecimal():
        return ""
    return text(datetime.fromtimestamp(int(seconds), UTC))


def now() -> str:
    """The time, which the environment may set (SOURCE_DATE_EPOCH)."""
    return clock() or time_now()
