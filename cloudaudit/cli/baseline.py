"""cloudaudit baseline"""

from typing import TYPE_CHECKING, Any

import click

from cloudaudit.cli.answers import answer
from cloudaudit.cli.options import picks_rules, reads_targets, request

if TYPE_CHECKING:
    from cloudaudit.app import Request

_FILE = click.option(
    "-o", "--output", "file", metavar="FILE", help="The file; else that of the settings, else cloudaudit-baseline.json."
)
_RESULTS = click.option(
    "--results",
    multiple=True,
    metavar="FILE",
    help="What another scanner found, too (see import); alone if no target is named. Repeatable.",
)


@click.group()
def baseline() -> None:
    """Accept what fails today, so that only newer failures stop a build."""


@baseline.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--reason", required=True, help="Why these failures are accepted; it stays with each.")
@_RESULTS
@_FILE
@picks_rules
@reads_targets
def write(targets: tuple[str, ...], reason: str, file: str | None, results: tuple[str, ...], **given: Any) -> None:
    """Write all open failures of the targets into the baseline.

    Those that are in it already keep their day and reason.
    """
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    path, count = app.write_baseline(_asked(targets, results, given), reason, file or "", results)
    answer(f"{path}: {count:,} accepted.\n")


@baseline.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@_RESULTS
@_FILE
@picks_rules
@reads_targets
def prune(targets: tuple[str, ...], file: str | None, results: tuple[str, ...], **given: Any) -> None:
    """Take out of the baseline what fails no more.

    Name all that was accepted from: targets, and results of other scanners.
    """
    from cloudaudit import app  # noqa: PLC0415

    path, left, gone = app.prune_baseline(_asked(targets, results, given), file or "", results)
    answer(f"{path}: {gone:,} taken out, {left:,} left.\n")


COMMAND = baseline


def _asked(targets: tuple[str, ...], results: tuple[str, ...], given: dict[str, Any]) -> "Request":
    return request(targets or (() if results else (".",)), given)
