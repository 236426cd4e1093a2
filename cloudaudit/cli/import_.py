"""cloudaudit import"""

import gc
import sys
from typing import Any

import click

from cloudaudit.cli.formats import OrderedCommand, destinations
from cloudaudit.cli.options import picks_rules, reads_a_tree, records_runs, request, takes_decisions
from cloudaudit.cli.progress import progress
from cloudaudit.cli.reporting import outcome, recorded, recorder_of, write, writes_reports


@click.command("import", cls=OrderedCommand)
@click.argument("results", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--tree", default="", metavar="DIR|PLAN", help="What the results are about; their resources are found in it."
)
@click.option(
    "--complete", is_flag=True, help="The files hold all that the tool has to say: what they no longer name is gone."
)
@writes_reports
@click.option("--all", "everything", is_flag=True, help="Show passes, too.")
@records_runs
@takes_decisions
@picks_rules
@reads_a_tree
@click.pass_context
def import_(ctx: click.Context, /, results: tuple[str, ...], **given: Any) -> None:
    """Report what other scanners found, with our rules and criteria.

    A FILE is SARIF 2.1.0 of any tool, JSON of checkov, trivy or terrascan, or findings as OCSF (prowler) or ASFF
    (Security Hub); which one, its content tells. What a check of theirs means here, rules and tables say; the rest is
    listed as unmapped. With --tree, results go by the addresses that a scan gives:

    \b
    cloudaudit import checkov.json --tree infra/
    cloudaudit import trivy.sarif kics.sarif -o report.sarif
    cloudaudit import prowler.ocsf.json --record
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine
    from cloudaudit.app.importing import Import, import_results  # noqa: PLC0415

    gc.disable()  # as for a scan
    writes = destinations(ctx.meta["order"], given["formats"], given["files"])
    asked = request((given["tree"],) if given["tree"] else (), given)
    gate = app.gate(asked.settings, given["fail_on"] or "", everything=given["everything"])
    recorder = recorder_of(ctx)
    if given["complete"] and recorder is None:
        raise click.UsageError("--complete says what to record: give --record.")
    with progress(sys.stderr) as tell:
        report = import_results(Import(request=asked, files=results, tree=given["tree"]), tell)
    if given["record_as"] and len({one.target for one in report.scanned}) > 1:
        raise click.UsageError("--record-as names one target; import the results of several one by one.")
    write(report, writes, gate)
    if recorder:
        runs = recorder.add_import(report, asked, name=given["record_as"] or "", complete=given["complete"])
        recorded(runs, recorder.place)
    ctx.exit(outcome(report, gate, strict=given["strict"]))


COMMAND = import_
