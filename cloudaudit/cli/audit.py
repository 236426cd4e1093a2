"""cloudaudit audit"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudaudit.cli.accounts import Reports, Watch
from cloudaudit.cli.answers import complain
from cloudaudit.cli.formats import OrderedCommand, destinations
from cloudaudit.cli.heartbeat import heartbeat
from cloudaudit.cli.options import FILE, is_recorded, judges_accounts, live_request
from cloudaudit.cli.progress import progress
from cloudaudit.cli.reporting import writes_reports

if TYPE_CHECKING:
    from cloudaudit.app import Audit


@click.command(cls=OrderedCommand)
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="AWS profile; repeatable.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only this region; repeatable.")
@click.option("--org", "organization", is_flag=True, help="All accounts of the organisation.")
@click.option("--ou", "units", multiple=True, metavar="ID", help="Only accounts below this unit; repeatable.")
@click.option("--accounts", type=FILE, help="Account ids or role ARNs, one a line, or [[accounts]] in TOML.")
@click.option("--role", default="", metavar="NAME", help="Role to assume; else OrganizationAccountAccessRole.")
@click.option("--external-id", default="", metavar="TEXT", help="What the role's trust asks for.")
@click.option("--session-policy", type=FILE, help="A policy that narrows the role further (JSON).")
@click.option(
    "--state", "states", multiple=True, metavar="[ROOT=]FILE", help="A state, for the names of what it declares."
)
@click.option("--aggregator", default="", metavar="NAME", help="Of AWS Config, to read from: NAME[@REGION][/ACCOUNT].")
@click.option(
    "--rate", type=click.FloatRange(0.01, 10), default=1.0, metavar="N", help="Times the usual request rates."
)
@click.option("--threads", type=click.IntRange(1, 64), default=16, metavar="N", help="Requests at once; else 16.")
@click.option("--cluster", default="", metavar="ADDRESS", help="Spread accounts over Dask: local:N or tcp://...")
@click.option("--resume", is_flag=True, help="Take up the audit that was interrupted.")
@click.option("--heartbeat", metavar="FILE", help="Written at the end, for a monitor: when, and how it ended.")
@writes_reports
@click.option("--all", "everything", is_flag=True, help="Show passes, too.")
@is_recorded
@judges_accounts
@click.pass_context
def audit(ctx: click.Context, /, **given: Any) -> None:
    """Check live AWS accounts.

    Without options: the account of the default credentials, in all its enabled regions. What is not allowed, does not
    answer or is switched off is unknown and told as a gap, never a pass. "cloudaudit permissions" prints what the
    role needs. Where -o names {account}, each account has a report of its own:

    \b
    cloudaudit audit --profile prod --region eu-west-1
    cloudaudit audit --org --role Auditor -o reports/{account}.json
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    writes = destinations(ctx.meta["order"], given["formats"], given["files"])
    with heartbeat(given["heartbeat"] or "") as beat:
        asked = _asked(given)
        recorder = None if given["no_record"] else app.Recorder(given["store"] or "")
        work = app.Auditing(asked)
        gate = app.gate(asked.request.settings, given["fail_on"] or "", everything=given["everything"])
        if recorder:
            beat.told["audit"] = recorder.begin(work.ids, at=work.request.clock, resume=given["resume"])
        reports = Reports(work, writes, gate, strict=given["strict"], recorder=recorder)
        try:
            with progress(sys.stderr) as tell:
                watch = Watch(tell, len(work.targets))
                for one in work.each(watch.request):
                    reports.take(one)
                    watch.finished(one)
        except KeyboardInterrupt:
            complain('interrupted; the same command with "--resume" goes on from here')
            raise
        beat.told |= {"requests": watch.requests, **reports.told}
        code = beat.told["exit_code"] = reports.finish()
        app.discard(asked.folder)
    ctx.exit(code)


COMMAND = audit


def _asked(given: dict[str, Any]) -> "Audit":
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    if given["accounts"] and (given["organization"] or given["units"]):
        raise click.UsageError("--accounts and --org name accounts both: give one of them.")
    if len(given["profiles"]) > 1 and (given["accounts"] or given["organization"] or given["units"]):
        raise click.UsageError("--org and --accounts need one --profile, whose credentials assume the roles.")
    policy = given["session_policy"]
    asked = app.Audit(
        request=live_request(given),
        session_policy=Path(policy).read_text(encoding="utf-8") if policy else "",
        **{name: given[name] for name in ("profiles", "regions", "organization", "units", "role", "external_id")},
        **{name: given[name] for name in ("rate", "threads", "cluster", "states", "aggregator")},
        accounts=given["accounts"] or "",
    )
    return app.kept(asked, resume=given["resume"])
