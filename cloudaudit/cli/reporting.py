"""Reports of a command: in which formats, where to, and what they mean for its exit code."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from cloudaudit.cli.answers import answer, complain, in_colour, save, width
from cloudaudit.cli.formats import STDOUT, Format
from cloudaudit.outputs import Gate, Options, Output
from cloudaudit.settings import SEVERITIES

if TYPE_CHECKING:
    from cloudaudit.app import Recorder
    from cloudaudit.history import RunRow
    from cloudaudit.model import Report

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("-f", "--format", "formats", multiple=True, type=Format(), help="Of the -o after it, else of stdout."),
    click.option(
        "-o", "--output", "files", multiple=True, metavar="FILE", help="Where to; the suffix names a format, too."
    ),
    click.option(
        "--fail-on",
        type=click.Choice(SEVERITIES),
        metavar="SEVERITY",
        help="Lowest severity that fails the build: low, medium, high (default), critical, never.",
    ),
    click.option("--strict", is_flag=True, help="Exit with 3 when something is unknown or was not looked at."),
)


def writes_reports(command: F) -> F:
    """Adds the options that say where reports go, and what fails a build."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def write(report: "Report", writes: Iterable[tuple[Output, str]], gate: Gate) -> None:
    """Write the report to each place in its format."""
    for output, path in writes:
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


def recorder_of(ctx: click.Context) -> "Recorder | None":
    """What writes runs down, if --record was given; opened now, so that a store that cannot be used stops the command
    before its work."""
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    given = ctx.params
    if given["record"]:
        return app.Recorder(given["store"] or "")
    said = ctx.get_parameter_source("store") is ParameterSource.COMMANDLINE
    if given.get("record_as") or said:
        raise click.UsageError("--store and --record-as need --record.")
    return None


def recorded(runs: "Sequence[RunRow]", place: str) -> None:
    """Say on stderr what the store calls the runs that were written down."""
    numbers = ", ".join(str(run.number) for run in runs)
    complain(f"recorded as run {numbers} in {place}")


def outcome(report: "Report", gate: Gate, *, strict: bool) -> int:
    """The exit code that the report means; that it is incomplete is said on stderr."""
    from cloudaudit import app  # noqa: PLC0415 - `--help` needs no engine

    code = app.exit_code(report, gate, strict=strict)
    if code == app.INCOMPLETE:
        complain(app.incompleteness(report, everything=gate.everything))
    return code
