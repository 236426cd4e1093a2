"""cloudaudit scan"""

import gc
import sys
from typing import TYPE_CHECKING, Any

import click

from cloudaudit.cli.answers import answer, complain, in_colour, save, width
from cloudaudit.cli.formats import STDOUT, Format, OrderedCommand, destinations
from cloudaudit.cli.options import picks_rules, reads_targets, request, takes_decisions
from cloudaudit.cli.progress import progress
from cloudaudit.outputs import Gate, Options, Output
from cloudaudit.settings import SEVERITIES

if TYPE_CHECKING:
    from cloudaudit.model import Report


@click.command(cls=OrderedCommand)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--targets-from", type=click.File(), metavar="FILE", help="Targets, one a line.")
@click.option("-f", "--format", "formats", multiple=True, type=Format(), help="Of the -o after it, else of stdout.")
@click.option(
    "-o", "--output", "files", multiple=True, metavar="FILE", help="Where to; the suffix names a format, too."
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    metavar="SEVERITY",
    help="Lowest severity that fails the build: low, medium, high (default), critical, never.",
)
@click.option("--strict", is_flag=True, help="Exit with 3 when something is unknown or was not looked at.")
@click.option(
    "--all", "everything", is_flag=True, help="Show passes, and what a plan leaves as it was; fail for that too."
)
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
    """  # noqa: D301 - click wants the control character
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    gc.disable()  # until the process ends: what a scan makes lives as long, and every look at it would be for nothing
    writes = destinations(ctx.meta["order"], given["formats"], given["files"])
    asked = request(_targets(targets, given["targets_from"]), given)
    gate = app.gate(asked.settings, given["fail_on"] or "", everything=given["everything"])
    with progress(sys.stderr) as tell:
        report = app.scan(asked, tell)
    for output, path in writes:
        _write(report, output, path, gate)
    code = app.exit_code(report, gate, strict=given["strict"])
    if code == app.INCOMPLETE:
        complain(app.incompleteness(report, everything=given["everything"]))
    ctx.exit(code)


COMMAND = scan


def _targets(named: tuple[str, ...], listed: Any) -> tuple[str, ...]:
    lines = (line.strip() for line in listed) if listed else ()
    targets = (*named, *(line for line in lines if line and not line.startswith("#")))
    if listed and not targets:
        raise click.UsageError(f"{listed.name} names no target.")
    return tuple(dict.fromkeys(targets)) or (".",)


def _write(report: "Report", output: Output, path: str, gate: Gate) -> None:
    screen = path == STDOUT
    options = Options(
        everything=gate.everything,
        colour=screen and in_colour(sys.stdout),
        width=width() if screen else 80,
        gate=gate,
    )
    text = output.render(report, options)
    if screen:
        answer(text)
    else:
        save(text, path)
