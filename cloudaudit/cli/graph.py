"""cloudaudit graph"""

from typing import Any

import click

from cloudaudit.cli.answers import save
from cloudaudit.cli.options import reads_targets, request


@click.command()
@click.argument("target", default=".")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["json", "graphml", "dot", "mermaid"]),
    default="json",
    show_default=True,
    help="How to write it.",
)
@click.option("-o", "--output", "file", default="-", metavar="FILE", help="Where to; else stdout.")
@reads_targets
def graph(target: str, form: str, file: str, **given: Any) -> None:
    """Write the resource graph of TARGET.

    A folder of several roots gives a JSON list; the other formats hold one graph, so name its --root.

    \b
    cloudaudit graph infra/ --root envs/prod --format mermaid
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no graph

    save(app.draw(request((target,), given), form), file)


COMMAND = graph
