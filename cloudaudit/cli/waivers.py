"""cloudaudit waivers"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudaudit.cli.answers import save
from cloudaudit.cli.options import own_rules, reads_targets, request, today
from cloudaudit.outputs.escape import visible

if TYPE_CHECKING:
    from cloudaudit.app.waiving import Brought


def _day(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from cloudaudit.decisions import dates  # noqa: PLC0415 - `--help` needs none of this

    if value and (dates.parse(value) is None or dates.is_past(value, today())):
        raise click.BadParameter(f"{value!r} is no day to come, written YYYY-MM-DD", ctx, param)
    return value


@click.group()
def waivers() -> None:
    """Bring over what was accepted in other scanners."""


@waivers.command("import")
@click.argument("targets", nargs=-1, required=True, metavar="FILE|DIR...", type=click.Path(exists=True))
@click.option("-o", "--output", default="-", metavar="FILE", help="The file of waivers, a new one; else stdout.")
@click.option("--owner", default="", metavar="NAME", help="Who answers for these waivers.")
@click.option("--approved-by", default="", metavar="NAME", help="Who approved them; not the owner.")
@click.option("--expires", default="", metavar="DATE", callback=_day, help="Their last day, unless theirs is earlier.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for those that do not say it.")
@own_rules
@reads_targets
def bring(targets: tuple[str, ...], output: str, **given: Any) -> None:
    """Write waivers for what other scanners were told to accept.

    Reads .trivyignore (and .yaml), .checkov.baseline and mutelists of prowler; in a folder also the comments in
    Terraform (checkov:skip, trivy:ignore, tfsec:ignore, kics-scan). What no waiver can say is listed with the reason.

    A waiver needs a reason, an owner, an approver and a last day. What is not given stays empty in the file, and no
    command takes the file before people have filled it in.
    """
    from cloudaudit.app.waiving import Terms, bring  # noqa: PLC0415 - `--help` needs no rules
    from cloudaudit.decisions.waiverwriting import written  # noqa: PLC0415

    terms = Terms(**{name: given.pop(name).strip() for name in ("owner", "approved_by", "expires", "reason")})
    if terms.owner and terms.owner.casefold() == terms.approved_by.casefold():
        raise click.UsageError(f"{terms.owner} cannot approve waivers of their own: name somebody else.")
    if output != "-" and Path(output).exists():
        raise click.UsageError(f"{output} is there already: name a new file, and move the entries over.")
    brought = bring(request(targets, given), terms)
    if brought.drafts:
        save(written(brought.drafts), output)
    click.echo(_summary(brought, output), err=True)


def _summary(brought: "Brought", output: str) -> str:
    """What became of everything, for a reader."""
    from cloudaudit.app.waiving import alike  # noqa: PLC0415

    left = len(brought.left)
    said = [f"Accepted elsewhere: {brought.found:,}. Now in waivers: {brought.found - left:,}. In none: {left:,}."]
    for check, why, count, place in alike(brought.left):
        more = f" and {count - 1:,} more" if count > 1 else ""
        said.append(f"  {check}: {why} ({place}{more})")
    everywhere = sum("*" in draft.waiver.resources for draft in brought.drafts)
    if everywhere:
        said.append(f"For every resource there is and will be: {everywhere:,}, as it was; narrow them if you can.")
    theirs = sum(":" in draft.waiver.rule for draft in brought.drafts)
    if theirs:
        said.append(f"For checks that no one rule of ours asks for: {theirs:,}; they count where results are imported.")
    lacking = [key for draft in brought.drafts for key in draft.missing]
    said += [f"Without {key}: {lacking.count(key):,}." for key in dict.fromkeys(sorted(lacking))]
    if lacking:
        where = "the file" if output == "-" else output
        said.append(f"Fill {where} in: until then cloudaudit refuses it, line by line.")
    return "\n".join(visible(line) for line in said)


COMMAND = waivers
