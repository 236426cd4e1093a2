"""cloudaudit comment"""

import os
from typing import Any, BinaryIO

import click

from cloudaudit.cli.answers import answer
from cloudaudit.outputs.escape import visible

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
def github(report: BinaryIO, **given: Any) -> None:
    """Comment on a pull request of GitHub; the token is GITHUB_TOKEN."""
    _write("github", report, given["key"], given["repository"], given["number"])


@comment.command()
@_REPORT
@_KEY
@click.option("--project", default="", metavar="PATH", help="Else CI_MERGE_REQUEST_PROJECT_ID, or CI_PROJECT_ID.")
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="Else CI_MERGE_REQUEST_IID.")
def gitlab(report: BinaryIO, **given: Any) -> None:
    """Comment on a merge request of GitLab; the token is GITLAB_TOKEN."""
    _write("gitlab", report, given["key"], given["project"], given["number"])


def _write(name: str, report: BinaryIO, key: str, place: str, number: int | None) -> None:
    from cloudaudit import forges  # noqa: PLC0415 - `--help` needs no HTTP

    text = forges.body(forges.read(report, report.name), key)
    kind = forges.GitHub if name == "github" else forges.GitLab
    posted = forges.publish(kind(os.environ, place, number or 0), text)
    answer(f"{posted.done} {visible(posted.address)}\n")


COMMAND = comment
