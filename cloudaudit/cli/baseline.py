"""cloudaudit baseline"""

from typing import Any

import click

from cloudaudit.cli.answers import answer
from cloudaudit.cli.options import picks_rules, reads_targets, request

_FILE = click.option(
    "-o", "--output", "file", metavar="FILE", help="The file; else that of the settings, else cloudaudit-baseline.json."
)


@click.group()
def baseline() -> None:
    """Accept what fails today, so that only newer failures stop a build."""


@baseline.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--reason", required=True, help="Why these failures are accepted; it stays with each.")
@_FILE
@picks_rules
@reads_targets
def write(targets: tuple[str, ...], reason: str, file: str | None, **given: Any) -> None:
    """Write all open failures of the targets into the baseline.

    Those that are in it already keep their day and reason.
    """
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    path, count = app.write_baseline(request(targets or (".",), given), reason, file or "")
    answer(f"{path}: {count:,} accepted.\n")


@baseline.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@_FILE
@picks_rules
@reads_targets
def prune(targets: tuple[str, ...], file: str | None, **given: Any) -> None:
    """Take out of the baseline what fails no more."""
    from cloudaudit import app  # noqa: PLC0415

    path, left, gone = app.prune_baseline(request(targets or (".",), given), file or "")
    answer(f"{path}: {gone:,} taken out, {left:,} left.\n")


COMMAND = baseline
