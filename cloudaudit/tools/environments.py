"""Where tools are: on the PATH of the user, or in environments of their own in the platform's data folder."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cloudaudit.errors import ToolError
from cloudaudit.model import Record
from cloudaudit.tools.process import Limits, Process
from cloudaudit.tools.tool import Tool

# Where a user's pip is told to put things elsewhere than into the environment that it runs in.
_MISLEADING = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PYTHONPATH", "PYTHONHOME")
_COMPLETE = "complete"
_VERSION = re.compile(r"\d+(?:\.\d+)+\S*")
_PASSWORD = re.compile(r"//[^/\s]+@")


class Installed(Record, frozen=True):
    """A tool as it was found: its program, its version as it says ("" when it says none), and whether it is ours."""

    program: Path
    version: str
    ours: bool


def found(tool: Tool) -> Path | None:
    """The program: that on the PATH, else ours; None when there is neither.

    Only absolute folders of the PATH count: others mean whatever folder is scanned.
    """
    folders = [each for each in os.environ.get("PATH", "").split(os.pathsep) if Path(each).is_absolute()]
    named = shutil.which(tool.name, path=os.pathsep.join(folders)) if folders else None
    if named:
        return Path(named)
    own = _program(tool)
    return own if (_folder(tool) / _COMPLETE).exists() and own.exists() else None


def installed(tool: Tool) -> Installed | None:
    """What would be run, with the version that it says it has; None when nothing is found."""
    program = found(tool)
    if program is None:
        return None
    with Process(Limits(seconds=60, bytes=1024**2)) as process:
        try:
            process.start([str(program), "--version"], tool.environment)
        except OSError:
            return Installed(program=program, version="", ours=program == _program(tool))
        said = process.wait().output.read_text(encoding="utf-8", errors="replace")
    version = _VERSION.search(said)
    return Installed(program=program, version=version[0] if version else "", ours=program == _program(tool))


def install(tool: Tool) -> Path:
    """Put the tool into an environment of its own, unless it is there: the versions of its lock file, each file by its
    digest, none built here. Indexes and proxies are those of the user's pip. ToolError when that cannot be done."""
    folder = _folder(tool)
    if (folder / _COMPLETE).exists():
        return _program(tool)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(f"{folder}: {tool.name} cannot be installed here: {error.strerror}") from None
    try:
        _run(tool, [sys.executable, "-m", "venv", str(folder)])
        _run(tool, [str(_python(folder)), "-m", "pip", *_PIP, "-r", str(tool.lock)])
        (folder / _COMPLETE).touch()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _program(tool)


_PIP = (
    *("install", "--quiet", "--no-input", "--disable-pip-version-check"),
    *("--require-hashes", "--only-binary", ":all:"),
)


def _run(tool: Tool, command: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    try:
        done = subprocess.run(  # noqa: S603 - our own Python
            command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
    except OSError as error:
        raise ToolError(f"{command[0]}: {tool.name} cannot be installed: {error.strerror}") from None
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode("utf-8", "replace")
        raise ToolError("\n".join(_complaint(tool, said)))


def _complaint(tool: Tool, said: str) -> Iterator[str]:
    """What went wrong, in the words of pip, and what to do."""
    yield f"{tool.name} {tool.version} could not be installed:"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for line in ([line for line in lines if line.startswith("ERROR:")] or lines[-3:])[:3]:
        yield _PASSWORD.sub("//", line)[:500]
    if "ensurepip" in said:
        yield "this Python cannot make environments; install its venv package (python3-venv on Debian and Ubuntu)"
        return
    yield "pip needs an index that holds it: PIP_INDEX_URL or pip.conf names one, HTTPS_PROXY a proxy on the way;"
    yield f"or install {tool.name} in another way: one on the PATH is used"


def _folder(tool: Tool) -> Path:
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where one is on the PATH

    return user_data_path("cloudaudit", appauthor=False) / "tools" / f"{tool.name}-{tool.version}"


def _program(tool: Tool) -> Path:
    return _python(_folder(tool)).with_name(f"{tool.name}.cmd" if os.name == "nt" else tool.name)


def _python(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"
