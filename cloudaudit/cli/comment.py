"""cloudaudit comment"""

import os
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from cloudaudit.cli.answers import answer
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.literals import literal

if TYPE_CHECKING:
    from cloudaudit.forges import Forge, Mending

_REPORT = click.argument("report", type=click.File("rb"), default="-", metavar="[REPORT]")
_KEY = click.option("--key", default="", metavar="NAME", help="Which comment, where one change has several.")


@click.group()
def comment() -> None:
    """Write a report into the one comment of a pull request.

    The comment is created once and then updated; it is known by a hidden line and by its author. REPORT is a file that
    `cloudaudit scan -f markdown -o FILE` wrote, else stdin.
    """


@comment.command()
@_REPORT
@_KEY
@click.option("--repository", default="", metavar="OWNER/NAME", help="Else GITHUB_REPOSITORY.")
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="Else that of the job's event.")
@click.option(
    "--suggest",
    "findings",
    type=click.File("rb"),
    metavar="FILE",
    help="Suggest fixes for this JSON report in the diff.",
)
def github(report: BinaryIO, **given: Any) -> None:
    """Comment on a pull request of GitHub; the token is GITHUB_TOKEN."""
    from cloudaudit import forges  # noqa: PLC0415 - `--help` needs no HTTP

    place = forges.GitHub(os.environ, given["repository"], given["number"] or 0)
    _write(place, report, given["key"])
    if given["findings"]:
        count = forges.suggest(place, given["findings"].read(), mendings())
        answer(f"suggested {count} more\n")


@comment.command()
@_REPORT
@_KEY
@click.option("--project", default="", metavar="PATH", help="Else CI_MERGE_REQUEST_PROJECT_ID, or CI_PROJECT_ID.")
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="Else CI_MERGE_REQUEST_IID.")
def gitlab(report: BinaryIO, **given: Any) -> None:
    """Comment on a merge request of GitLab; the token is GITLAB_TOKEN."""
    from cloudaudit import forges  # noqa: PLC0415

    _write(forges.GitLab(os.environ, given["project"], given["number"] or 0), report, given["key"])


def _write(place: "Forge", report: BinaryIO, key: str) -> None:
    from cloudaudit import forges  # noqa: PLC0415

    posted = forges.publish(place, forges.body(forges.read(report, report.name), key))
    answer(f"{posted.done} {visible(posted.address)}\n")


def mendings() -> "dict[str, Mending]":
    """The rules whose failures one argument mends, in place, at the line that the report names."""
    from cloudaudit import app  # noqa: PLC0415
    from cloudaudit.forges import Mending  # noqa: PLC0415

    found = {}
    for rule in app.rules(app.Request()):
        (name, value), *more = rule.fix.set.items() or (("", None),)
        is_one = rule.at == name and not more and rule.fix.effect == "in-place" and not rule.fix.add
        if is_one and isinstance(value, bool | int | str) and "NAME" not in str(value) and name.isidentifier():
            why = " ".join(rule.why.split())
            found[rule.id] = Mending(rule.types, name, literal(value), rule.title, why)
    return found


COMMAND = comment
