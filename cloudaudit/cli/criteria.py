"""cloudaudit criteria"""

import sys
from pathlib import Path
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import FILE, own_rules


@click.command()
@click.argument("ids", nargs=-1, metavar="[CRITERION]...")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it.")
@own_rules
@click.option("--config", type=FILE, help="Settings; else the nearest cloudaudit.toml.")
def criteria(ids: tuple[str, ...], form: str, **given: Any) -> None:
    """List the Trust Services Criteria: what rules cover, what stays manual.

    With a CRITERION such as CC6.1, its points of focus and its rules.
    """
    from cloudaudit import app, settings  # noqa: PLC0415 - `--help` needs no rules
    from cloudaudit.outputs.pages import catalogue  # noqa: PLC0415

    path = Path(given["config"]) if given["config"] else settings.find(Path.cwd())
    states = app.criteria(app.Request(targets=(), settings=settings.load(path), rule_paths=given["rule_paths"]), ids)
    if form == "json":
        answer(catalogue.as_json(states))
    else:
        answer(catalogue.as_text(states, width(), colour=in_colour(sys.stdout), detailed=bool(ids)))


COMMAND = criteria
