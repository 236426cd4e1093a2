"""Which report goes where: --format and -o, in the order in which they were given."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from cloudaudit import plugins
from cloudaudit.outputs import Output

STDOUT = "-"
if TYPE_CHECKING:
    _Type = click.ParamType[Output]
else:
    # Older releases of click cannot be subscripted.
    _Type = click.ParamType


class Format(_Type):
    """The name of a module of cloudaudit.outputs, or of an output that another package offers."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The output of that name."""
        if value == "text":
            return _text()
        for output in plugins.find("cloudaudit.outputs", "OUTPUT"):
            if output.name == value:
                return cast("Output", output)
        return self.fail(f"{value!r} is none of {', '.join(sorted(output.name for output in outputs()))}.", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's signature
        """The names of all outputs."""
        return f"[{'|'.join(sorted(output.name for output in outputs()))}]"


class OrderedCommand(click.Command):
    """Remembers in which order --format and -o were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the order, then parse as usual."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta["order"] = [param.name for param in order if param.name in ("formats", "files")]
        return super().parse_args(ctx, args)


def outputs() -> list[Output]:
    """All formats there are."""
    return list(plugins.find("cloudaudit.outputs", "OUTPUT"))


def _text() -> Output:
    """What is written when nothing is said: found without loading the other formats."""
    from cloudaudit.outputs.text import OUTPUT  # noqa: PLC0415 - `--help` renders nothing

    return OUTPUT


def destinations(order: list[str], formats: tuple[Output, ...], files: tuple[str, ...]) -> list[tuple[Output, str]]:
    """Pairs of format and file.

    A file takes the --format just before it, else the one that its suffix names. A format without a file goes to
    stdout; text goes there when no --format was given at all.
    """
    pairs: list[tuple[Output, str]] = []
    current: Output | None = None
    waiting = False
    following, paths = iter(formats), iter(files)
    for name in order:
        if name == "formats":
            if current and waiting:
                pairs.append((current, STDOUT))
            current, waiting = next(following), True
        else:
            path = next(paths)
            pairs.append((current if current and waiting else _by_suffix(path, current), path))
            waiting = False
    if current and waiting:
        pairs.append((current, STDOUT))
    if current is None and STDOUT not in files:
        pairs.append((_text(), STDOUT))
    if sum(path == STDOUT for _, path in pairs) > 1:
        raise click.UsageError("Two formats cannot share stdout: give -o FILE after one --format.")
    return pairs


def _by_suffix(path: str, otherwise: Output | None) -> Output:
    name = Path(path).name.lower()
    fitting = [output for output in outputs() if name.endswith(output.suffix) and name != output.suffix]
    if fitting:  # "a.ocsf.jsonl" ends in ".jsonl", too
        return max(fitting, key=lambda output: len(output.suffix))
    if otherwise is None:
        raise click.UsageError(f"The suffix of {path} names no format: give --format before -o.")
    return otherwise
