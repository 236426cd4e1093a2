"""cloudaudit permissions"""

from typing import Any

import click

from cloudaudit.cli.answers import answer, complain

_FORMATS = ("iam-policy", "terraform", "cloudformation")


@click.command
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="iam-policy",
    metavar="FORMAT",
    help="iam-policy (default), or a role with it: terraform, cloudformation.",
)
@click.option(
    "--part", type=click.IntRange(min=1), metavar="N", help="Of a policy that is too long for IAM, this part."
)
@click.option("--org", "organization", is_flag=True, help="What the auditing account needs to enter the others.")
@click.option("--aggregator", is_flag=True, help="What the account of an aggregator of AWS Config needs.")
def permissions(**given: Any) -> None:
    """Print what an audit must be allowed: the actions that it calls, and no other.

    All of them read: none changes anything, none reads the contents of buckets, tables or secrets.

    \b
    cloudaudit permissions --format terraform > auditor.tf
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine
    from cloudaudit.outputs import policies  # noqa: PLC0415

    actions = app.permissions(organization=given["organization"], aggregator=given["aggregator"])
    if given["form"] != "iam-policy":
        answer(policies.terraform(actions) if given["form"] == "terraform" else policies.cloudformation(actions))
        return
    parts = policies.parts(actions)
    if given["part"]:
        if given["part"] > len(parts):
            raise click.UsageError(f"--part {given['part']}: there are {len(parts)}.")
        actions = tuple(parts[given["part"] - 1])
    elif len(parts) > 1:
        complain(f"longer than the {policies.LIMIT:,} characters of an IAM policy: --part 1 ... {len(parts)} split it")
    answer(policies.policy(actions))


COMMAND = permissions
