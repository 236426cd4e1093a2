"""cloudaudit history"""

import sys
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import expects_runs, now, reads_store


@click.command()
@click.argument("name", metavar="RULE|RESOURCE|FINGERPRINT")
@click.option("--all", "everything", is_flag=True, help="Name all findings, those that always passed, too.")
@expects_runs
@reads_store
def history(name: str, **given: Any) -> None:
    """Show what runs said of a rule, a resource or a finding, and when.

    First seen, last seen, failing since, fixed, reopened; and when nobody looked, which fixes nothing. A RESOURCE is a
    Terraform address (with its root before it where there are several), or an ARN. The start of a fingerprint will do.

    \b
    cloudaudit history s3-bucket-versioning
    cloudaudit history arn:aws:s3:::logs -f json
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no store
    from cloudaudit.outputs.pages import lives  # noqa: PLC0415
    from cloudaudit.outputs.records import indented  # noqa: PLC0415

    found = app.open_store(given["store"] or "").history(name, every=given["every"], now=now())
    if given["form"] == "json":
        answer(indented(found))
    else:
        colour = in_colour(sys.stdout)
        answer(lives.as_text(found, width(), colour=colour, now=now(), everything=given["everything"]))


COMMAND = history
