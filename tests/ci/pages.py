"""The examples of the pages, and a repository to run them in."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from cloudaudit.cli.program import program

TOP = Path(__file__).parents[2]
PAGES = sorted([*(TOP / "docs" / "ci").glob("*.md"), TOP / "docs" / "waivers.md"])
_FENCE = re.compile(r"(?:<!-- (?P<note>[^\n]*?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)```", re.DOTALL)
_COMMAND = re.compile(r"(?<![\w/.-])cloudaudit (?=scan|comment|baseline|rules|explain|graph|criteria)(.*)")
_SPOKEN = re.compile(r"`(cloudaudit [a-z][^`]*)`")


class Example(NamedTuple):
    """A fenced block: what the page says of it for the tests, its language, its text."""

    note: str
    language: str
    text: str


def examples(page: Path) -> list[Example]:
    """The fenced blocks of a page."""
    return [Example(*(found[name] or "" for name in Example._fields)) for found in _FENCE.finditer(page.read_text())]


def file(page: str, path: str) -> str:
    """The first example of a page that says which file it is."""
    return next(each.text for each in examples(TOP / "docs" / page) if each.note == f"file: {path}")


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of each cloudaudit command in a text, up to where the shell goes on."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        for found in _COMMAND.finditer(line.partition(" # ")[0]):
            yield shlex.split(re.split(r"\|\||&&|[|>;`]", found[1])[0].rstrip("'}"))


def spoken(page: Path) -> Iterator[list[str]]:
    """The arguments of each cloudaudit command that a page mentions in a sentence."""
    for found in _SPOKEN.finditer(_FENCE.sub("", page.read_text())):
        yield from commands(found[1].replace("\n", " "))


def check(arguments: list[str]) -> None:
    """Raise what click raises if there is no such command, option or choice."""
    command: click.Command | None = program
    context = click.Context(program, info_name="cloudaudit", **program.context_settings)
    while isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.get_command(context, name)
        assert command is not None, name
        context = click.Context(command, parent=context)
    assert command is not None
    given, _, _ = command.make_parser(context).parse_args(arguments)
    for param in command.params:
        values = given.get(param.name or "")
        if not isinstance(param.type, click.Path | click.File) and values is not None:
            for value in values if isinstance(values, list) else [values]:
                if "$" not in str(value):
                    param.type.convert(value, param, context)
