"""The `cloudaudit` program: finds the commands, and turns whatever happens into an answer and an exit code."""

import gc
import importlib
import importlib.util
import keyword
import os
import sys
from typing import NoReturn

import click

from cloudaudit import __version__, plugins
from cloudaudit.cli.answers import complain
from cloudaudit.errors import CloudauditError

WRONG_USE = 2
INTERRUPTED = 130


class Commands(click.Group):
    """One command per module of this package; a module is imported when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands, those of external packages too."""
        return sorted(command.name for command in plugins.find(__package__, "COMMAND"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, or None when there is none of that name."""
        name = cmd_name.replace("-", "_")
        module = f"{__package__}.{name}_" if keyword.iskeyword(name) else f"{__package__}.{name}"
        if cmd_name.isascii() and cmd_name.replace("-", "").isalnum() and importlib.util.find_spec(module):
            command: click.Command | None = getattr(importlib.import_module(module), "COMMAND", None)
            if command is not None:
                return command
        found = (command for command in plugins.find(__package__, "COMMAND") if command.name == cmd_name)
        return next(found, None)


@click.group(
    cls=Commands,
    epilog="Exit codes: 0 clean, 1 failures at or above the threshold, 2 wrong use, 3 incomplete under --strict.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def program() -> None:
    """Audits Terraform and live AWS accounts for SOC 2: pass, fail or unknown, and why."""


def main() -> NoReturn:
    """Run the program on the arguments of this process. Nothing that a user can cause ends in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is shown escaped.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    code = _run()
    gc.freeze()  # the interpreter collects garbage once more before it goes, and need not visit everything for that
    sys.exit(code)


def _run() -> int:
    try:
        code = program.main(prog_name="cloudaudit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (CloudauditError, OSError, RecursionError, MemoryError) as error:
        complain(_sentence(error))
    except Exception as error:  # the edge of the program
        if os.environ.get("CLOUDAUDIT_DEBUG"):
            raise
        complain(f"this is a defect of cloudaudit, please report it: {type(error).__name__}: {error}\n{_where(error)}")
    else:
        return code if isinstance(code, int) else 0
    return WRONG_USE


def _where(error: BaseException) -> str:
    """The place in our code, without values; CLOUDAUDIT_DEBUG=1 shows the whole traceback."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    file = place.tb_frame.f_code.co_filename.rpartition("cloudaudit")[2] if place else ""
    return f"at cloudaudit{file}:{place.tb_lineno if place else 0}; CLOUDAUDIT_DEBUG=1 shows more"


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the input is nested too deeply to be read"
    if isinstance(error, MemoryError):
        return "there is not enough memory to read this input"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
