"""What a tool is: another scanner that can be run beside our own rules, found by its `TOOL` constant."""

from collections.abc import Callable, Mapping
from pathlib import Path

from cloudaudit import plugins
from cloudaudit.model import Record


class Tool(Record, frozen=True):
    """A program of other people. `version` is what `install` gets, by the lock file of that name beside this module.

    `environment` holds the variables that it is to see besides those that every program needs. `folder` and `plan` say
    what to append to the program's name to have a folder or a plan judged, as JSON on stdout; `crashed` says of an exit
    code that the answer cannot be trusted.
    """

    name: str
    version: str
    lock: Path
    environment: Mapping[str, str]
    folder: Callable[[str, tuple[str, ...]], list[str]]
    plan: Callable[[str], list[str]]
    crashed: Callable[[int], bool]


def tools() -> dict[str, Tool]:
    """All tools by name."""
    return {tool.name: tool for tool in plugins.find("cloudaudit.tools", "TOOL")}
