"""cloudaudit compare"""

import gc
import sys
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import picks_rules, reads_targets, request, runs_beside
from cloudaudit.cli.progress import progress


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How.")
@runs_beside
@picks_rules
@reads_targets
def compare(targets: tuple[str, ...], form: str, **given: Any) -> None:
    """Put another scanner beside ours: where both agree, where not, and why.

    It judges the same folders and plans, as with `scan --with`. Our rules of all profiles are asked, of which one says
    the same as its check (same_as).

    \b
    cloudaudit compare --with checkov infra/
    cloudaudit compare --with checkov plan.json --format markdown
    """  # noqa: D301 - click wants the control character
    from cloudaudit.app.comparing import compare_with  # noqa: PLC0415 - `--help` needs no engine
    from cloudaudit.outputs.pages import comparison  # noqa: PLC0415

    gc.disable()  # as for a scan
    asked = request(targets or (".",), given)
    if len(asked.beside) != 1:
        raise click.UsageError("name one scanner: --with checkov")
    with progress(sys.stderr) as tell:
        found = compare_with(asked, asked.beside[0], tell)
    if form == "json":
        answer(comparison.as_json(found))
    elif form == "markdown":
        answer(comparison.as_markdown(found))
    else:
        answer(comparison.as_text(found, width(), colour=in_colour(sys.stdout)))


COMMAND = compare
