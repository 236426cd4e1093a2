"""cloudaudit drift"""

import sys
from typing import Any

import click

from cloudaudit.cli.accounts import Watch
from cloudaudit.cli.answers import answer, in_colour, width
from cloudaudit.cli.options import judges_accounts, live_request
from cloudaudit.cli.progress import progress

_DRIFTED = 1


@click.command()
@click.option("--state", "states", multiple=True, metavar="[ROOT=]FILE", help="A state; repeatable.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Path(exists=True),
    metavar="DIR",
    help="Terraform that is joined by names.",
)
@click.option("--profile", "credentials", default="", metavar="NAME", help="AWS profile.")
@click.option("--account", default="", metavar="ID", help="The account, if a role leads there.")
@click.option("--role", default="", metavar="NAME", help="Role to assume there; else OrganizationAccountAccessRole.")
@click.option("--external-id", default="", metavar="TEXT", help="What the role's trust asks for.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only this region; repeatable.")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it.")
@judges_accounts
@click.pass_context
def drift(ctx: click.Context, /, **given: Any) -> None:
    """Compare what is declared with a live account.

    Shows what is in no state, what is declared and not there, and what rules look at and differs, each with the rules
    and criteria that it touches. Give all states of the account. Exit code 1 when anything was found:

    \b
    cloudaudit drift --state envs/prod=prod.tfstate --state network=network.tfstate
    cloudaudit drift --source infra/ --account 123456789012 --role CloudauditReader
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine
    from cloudaudit.outputs.pages import drift as page  # noqa: PLC0415
    from cloudaudit.outputs.records import indented  # noqa: PLC0415

    if not (given["states"] or given["sources"]):
        raise click.UsageError("--state or --source says what is declared: give one of them.")
    asked = app.Audit(
        request=live_request(given),
        profiles=(given["credentials"],) if given["credentials"] else (),
        ids=(given["account"],) if given["account"] else (),
        role=given["role"],
        external_id=given["external_id"],
        regions=given["regions"],
        states=(*given["states"], *given["sources"]),
    )
    with progress(sys.stderr) as tell:
        found = app.compare_live(asked, Watch(tell, 1).request)
    if given["form"] == "json":
        answer(indented(found))
    else:
        answer(page.as_text(found, width(), colour=in_colour(sys.stdout)))
    ctx.exit(_DRIFTED if found.drifted else 0)


COMMAND = drift
