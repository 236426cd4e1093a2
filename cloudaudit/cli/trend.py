"""cloudaudit trend"""

import sys
from typing import TYPE_CHECKING, Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import expects_runs, now, reads_store

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.option("--per", type=click.Choice(["day", "month"]), default="day", help="What a line stands for; else a day.")
@click.option(
    "--by", type=click.Choice(["severity", "criterion", "rule"]), default="severity", help="What is counted apart."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Not what was before this day.")
@click.option("--last", type=click.IntRange(min=0), default=30, metavar="N", help="Periods; else 30, 0 for all.")
@click.option("--target", default="", metavar="NAME", help="Only runs of this target.")
@expects_runs
@reads_store
def trend(**given: Any) -> None:
    """Show how the counts change over time.

    Each period counts the last run of each target in it. A target without a run in a period is not counted there, and
    a period without any run says so: nothing is carried over.

    \b
    cloudaudit trend --per month --since 2026-01-01
    cloudaudit trend --by criterion --last 5
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no store
    from cloudaudit.outputs.pages import trending  # noqa: PLC0415
    from cloudaudit.outputs.records import indented  # noqa: PLC0415

    since: datetime | None = given["since"]
    found = app.open_store(given["store"] or "").trend(
        per=given["per"],
        by=given["by"],
        since=since.strftime("%Y-%m-%d") if since else "",
        target=app.target_name(given["target"]) if given["target"] else "",
        every=given["every"],
        now=now(),
    )
    if given["form"] == "json":
        answer(indented(found))
    else:
        answer(trending.as_text(found, width(), colour=in_colour(sys.stdout), last=given["last"]))


COMMAND = trend
