"""cloudaudit explain"""

import sys
from typing import Any

import click

from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import own_rules, picks_profile, reads_targets, request, runs_beside
from cloudaudit.cli.progress import progress


@click.command()
@click.argument("subject", metavar="FINGERPRINT|RULE@ADDRESS")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it.")
@runs_beside
@picks_profile
@own_rules
@reads_targets
def explain(subject: str, targets: tuple[str, ...], form: str, **given: Any) -> None:
    """Say why: the values read, where each is written, the references followed.

    SUBJECT is a fingerprint from a report (six digits will do), or a rule and an address. TARGET is what was scanned;
    without one, the current folder.

    \b
    cloudaudit explain s3-bucket-versioning@aws_s3_bucket.logs infra/
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine
    from cloudaudit.outputs.pages import explanation  # noqa: PLC0415

    with progress(sys.stderr) as tell:
        found = app.explain(request(targets or (".",), given), subject, tell)
    if form == "json":
        answer(explanation.as_json(found))
    else:
        answer(explanation.as_text(found, width(), colour=in_colour(sys.stdout)))


COMMAND = explain
