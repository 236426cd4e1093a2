"""cloudaudit runs"""

import sys
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import expects_runs, now, reads_store


@click.command()
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option("--target", default="", metavar="NAME", help="Only runs of this target.")
@click.option("--last", type=click.IntRange(min=0), default=20, metavar="N", help="So many; else 20, 0 for all.")
@expects_runs
@reads_store
def runs(names: tuple[str, ...], **given: Any) -> None:
    """List the runs that were recorded, or show some whole.

    A RUN is a number, an audit, a day (the last run of each target on it), latest or previous. Where runs of a target
    come regularly, one that is missing has a line, too. So has an audit that never finished.

    \b
    cloudaudit runs --last 7
    cloudaudit runs latest
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no store
    from cloudaudit.outputs.pages import runlist  # noqa: PLC0415
    from cloudaudit.outputs.records import indented  # noqa: PLC0415

    store = app.open_store(given["store"] or "")
    if names:
        json = given["form"] == "json"
        whole = [page for name in names for page in store.show(name, findings=json)]
        answer(indented(whole) if json else runlist.pages(whole, width(), colour=in_colour(sys.stdout)))
        return
    target = app.target_name(given["target"]) if given["target"] else ""
    found = runlist.RunList(
        runs=store.runs(target=target, last=given["last"]),
        missed=store.holes(target=target, every=given["every"], now=now()),
        unfinished=store.unfinished(),
    )
    if given["form"] == "json":
        answer(indented(found))
    else:
        answer(runlist.as_text(found, width(), colour=in_colour(sys.stdout)))


COMMAND = runs
