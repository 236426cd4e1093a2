"""cloudaudit tools"""

from typing import TYPE_CHECKING

import click

from cloudaudit.cli.answers import answer, complain
from cloudaudit.outputs.escape import visible

if TYPE_CHECKING:
    from cloudaudit.app.equipping import Equipment


@click.group()
def tools() -> None:
    """Other scanners that run beside our rules (scan --with).

    One on the PATH is used as it is. `install` puts one into an environment of its own; nothing else does.
    """


@tools.command("list")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it.")
def list_tools(form: str) -> None:
    """Say which are there, in which version, and where."""
    from cloudaudit.app.equipping import equipment  # noqa: PLC0415 - `--help` needs none of this
    from cloudaudit.outputs.records import indented  # noqa: PLC0415

    found = equipment()
    answer(indented(found) if form == "json" else "".join(f"{_line(each)}\n" for each in found))


def _line(each: "Equipment") -> str:
    there = each.installed
    if there is None:
        return f'{each.name}: not here; "cloudaudit tools install {each.name}" gets {each.version}'
    whose = "our own environment" if there.ours else "on the PATH"
    return visible(f"{each.name} {there.version or '(it does not tell its version)'}, {whose}: {there.program}")


@tools.command()
@click.argument("name", metavar="TOOL")
def install(name: str) -> None:
    """Install one into an environment of its own, in your data folder.

    Exact versions, every file by its digest, from the index and through the proxy that your pip is set up for. To be
    rid of it, remove the folder that is named at the end.
    """
    from cloudaudit.app.equipping import install_tool  # noqa: PLC0415 - `--help` needs none of this

    program = install_tool(name)
    complain(f"{name} is in {program.parents[1]}")


COMMAND = tools
