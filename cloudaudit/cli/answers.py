"""Where answers go: to stdout or to files. Everything else goes to stderr."""

import os
import sys
from pathlib import Path
from typing import IO

import click

from cloudaudit.outputs.escape import visible


def answer(text: str) -> None:
    """Write to stdout. A reader that leaves early (`| head`) is no error, and does not change the exit code."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def save(text: str, path: str) -> None:
    """Write to the file, "-" is stdout. Folders are made; what cannot be written is wrong use."""
    if path == "-":
        answer(text)
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise click.UsageError(f"cannot write {visible(path)}: {error.strerror}") from error


def complain(text: str) -> None:
    """One message on stderr; hostile names in it are shown escaped."""
    lines = [visible(line) for line in text.splitlines()] or [""]
    click.echo("cloudaudit: " + "\n  ".join(lines), err=True)


def in_colour(stream: IO[str]) -> bool:
    """Whether colours may be written: a terminal that shows them, and nobody said NO_COLOR."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def width() -> int:
    """The columns to fill: 80, or those of a narrower terminal."""
    columns = click.get_current_context().terminal_width or 80
    if sys.stdout.isatty():
        columns = min(columns, os.get_terminal_size(sys.stdout.fileno()).columns)
    return max(columns, 40)
