"""cloudaudit scan"""

import gc
import sys
from typing import Any

import click

from cloudaudit.cli.formats import OrderedCommand, destinations
from cloudaudit.cli.options import picks_rules, reads_targets, records_runs, request, runs_beside, takes_decisions
from cloudaudit.cli.progress import progress
from cloudaudit.cli.reporting import outcome, recorded, recorder_of, write, writes_reports


@click.command(cls=OrderedCommand)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--targets-from", type=click.File(), metavar="FILE", help="Targets, one a line.")
@writes_reports
@click.option(
    "--all", "everything", is_flag=True, help="Show passes, and what a plan leaves as it was; fail for that too."
)
@runs_beside
@records_runs
@takes_decisions
@picks_rules
@reads_targets
@click.pass_context
def scan(ctx: click.Context, /, targets: tuple[str, ...], **given: Any) -> None:
    """Check Terraform folders, plans and states.

    A TARGET is a folder (every root below it is found), the output of `terraform show -json` for a plan or a state, or
    a state file; ROOT=FILE names the root of a plan or state. Without one, the current folder. Of a plan, what it
    introduces or worsens is shown and fails the build, not what is so already. --format and -o may be repeated:

    \b
    cloudaudit scan prod=plan-prod.json dev=plan-dev.json
    cloudaudit scan infra/ -o report.json -o report.sarif
    cloudaudit scan infra/ --format json | jq .criteria
    cloudaudit scan infra/ --record
    cloudaudit scan infra/ --with checkov
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    gc.disable()  # until the process ends: what a scan makes lives as long, and every look at it would be for nothing
    writes = destinations(ctx.meta["order"], given["formats"], given["files"])
    asked = request(_targets(targets, given["targets_from"]), given)
    gate = app.gate(asked.settings, given["fail_on"] or "", everything=given["everything"])
    if given["record_as"] and len(asked.targets) > 1:
        raise click.UsageError("--record-as names one target; record several one by one.")
    recorder = recorder_of(ctx)
    with progress(sys.stderr) as tell:
        report = app.scan(asked, tell)
    write(report, writes, gate)
    if recorder:
        recorded(recorder.add(report, asked, name=given["record_as"] or ""), recorder.place)
    ctx.exit(outcome(report, gate, strict=given["strict"]))


COMMAND = scan


def _targets(named: tuple[str, ...], listed: Any) -> tuple[str, ...]:
    lines = (line.strip() for line in listed) if listed else ()
    targets = (*named, *(line for line in lines if line and not line.startswith("#")))
    if listed and not targets:
        raise click.UsageError(f"{listed.name} names no target.")
    return tuple(dict.fromkeys(targets)) or (".",)
