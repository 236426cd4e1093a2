"""Other scanners: which there are, and installing one."""

from pathlib import Path
from typing import TYPE_CHECKING

from cloudaudit.errors import ToolError
from cloudaudit.model import Record

if TYPE_CHECKING:
    from cloudaudit.tools import Installed, Tool


class Equipment(Record, frozen=True):
    """A tool that can be run beside us, the version that `install` gets, and what is there of it."""

    name: str
    version: str
    installed: "Installed | None"


def equipment() -> list[Equipment]:
    """All tools by name, with what is there of each."""
    from cloudaudit.tools import installed, tools  # noqa: PLC0415 - most commands run no other program

    return [Equipment(name=each.name, version=each.version, installed=installed(each)) for each in tools().values()]


def install_tool(name: str) -> Path:
    """Install a tool into an environment of its own, unless it is there; its program. ToolError when that cannot be
    done, or nobody knows the tool."""
    from cloudaudit.tools import install  # noqa: PLC0415 - as above

    return install(tool(name))


def tool(name: str) -> "Tool":
    """The tool of that name. ToolError when there is none."""
    from cloudaudit.tools import tools  # noqa: PLC0415 - as above

    known = tools()
    if name not in known:
        raise ToolError(f"{name}: no tool of that name can be run; there is {', '.join(known)}")
    return known[name]
