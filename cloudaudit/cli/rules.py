"""cloudaudit rules"""

import sys
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import own_rules, picks_rules

_FORM = click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it."
)


@click.group()
def rules() -> None:
    """List, show and test the rules."""


@rules.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@picks_rules
@_FORM
def list_rules(words: tuple[str, ...], form: str, **given: Any) -> None:
    """List the rules by service.

    With WORDs those that hold all of them: in the id, the title, the types, the theme, the criteria, or in the ids of
    other scanners.
    """
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no rules
    from cloudaudit.outputs.pages import rulebook  # noqa: PLC0415

    found = [rule for rule in app.rules(_request(given)) if rulebook.holds(rule, words)]
    answer(
        rulebook.as_json(found) if form == "json" else rulebook.listing(found, width(), colour=in_colour(sys.stdout))
    )


@rules.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@own_rules
@_FORM
def show(ids: tuple[str, ...], form: str, **given: Any) -> None:
    """Show rules whole.

    ID is that of a rule, one it had before, or the one that another scanner gives the same check (CKV_AWS_16).
    """
    from cloudaudit import app  # noqa: PLC0415
    from cloudaudit.outputs.pages import rulebook  # noqa: PLC0415

    found = app.rules(_request(given), ids)
    answer(rulebook.as_json(found) if form == "json" else rulebook.pages(found, width(), colour=in_colour(sys.stdout)))


@rules.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@own_rules
@click.pass_context
def test(ctx: click.Context, /, ids: tuple[str, ...], **given: Any) -> None:
    """Run the examples inside the rules; exit code 1 if one is not judged as it says."""
    from cloudaudit import app  # noqa: PLC0415
    from cloudaudit.outputs.pages import rulebook  # noqa: PLC0415

    outcomes = app.examples(_request({**given, "only": ids}))
    wrong = [(outcome.rule, outcome.example, outcome.why) for outcome in outcomes if not outcome.ok]
    answer(rulebook.tested(len({outcome.rule for outcome in outcomes}), len(outcomes), wrong, width()))
    ctx.exit(app.FAILED if wrong else 0)


def _request(given: dict[str, Any]) -> Any:
    from cloudaudit.app import Request  # noqa: PLC0415

    return Request(
        targets=(),
        rule_paths=given.get("rule_paths", ()),
        only=given.get("only", ()),
        themes=given.get("themes", ()),
        profile=given.get("profile", ""),
    )


COMMAND = rules
