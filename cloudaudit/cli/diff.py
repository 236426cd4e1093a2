"""cloudaudit diff"""

import sys
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import reads_store


@click.command()
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@click.option("--all", "everything", is_flag=True, help="Name all findings, however many.")
@reads_store
def diff(before: str, after: str, **given: Any) -> None:
    """Show what changed from one run to another.

    A RUN is a number, an audit, a day (the last run of each target on it), latest or previous. What a run did not look
    at is neither fixed nor gone: it has a heading of its own.

    \b
    cloudaudit diff previous latest
    cloudaudit diff 2026-09-30 2026-10-31 -f json
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no store
    from cloudaudit.outputs.pages import difference  # noqa: PLC0415
    from cloudaudit.outputs.records import indented  # noqa: PLC0415

    found = app.open_store(given["store"] or "").diff(before, after)
    if given["form"] == "json":
        answer(indented(found))
    else:
        answer(difference.as_text(found, width(), colour=in_colour(sys.stdout), everything=given["everything"]))


COMMAND = diff
