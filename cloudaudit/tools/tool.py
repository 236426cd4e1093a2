"""What a tool is: another scanner that can be run beside our own rules, found by its `TOOL` constant."""

from collections.abc import Callable, Mapping
from pathlib import Path

from cloudaudit import plugins
from cloudaudit.model import Record


class Tool(Record, frozen=True):
    """A program of other people. `version` is what `install` gets, by the lock file of that name beside this module.

    `environment` holds the variables that it is to see besides those that every program needs. `arguments` are those
    that have it judge a folder, with files of variables, and say the results on stdout; `lost` finds the checks that it
    gave up in what it wrote to stderr. An exit code other than 0 means that its answer cannot be trusted.
    """

    name: str
    version: str
    lock: Path
    environment: Mapping[str, str]
    arguments: Callable[[str, tuple[str, ...]], list[str]]
    lost: Callable[[str], list[str]]


def tools() -> dict[str, Tool]:
    """All tools by name."""
    return {tool.name: tool for tool in plugins.find("cloudaudit.tools", "TOOL")}
