"""Runs a program of other people: apart from us, without our secrets, and not for ever."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from cloudaudit.model import Record

# What a program needs to start, and what launchers of Python versions go by. Nothing here is a secret, and nothing else
# of our environment is handed on.
_HANDED_ON = (
    *("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PATHEXT", "COMSPEC"),
    *("PYENV_ROOT", "PYENV_VERSION", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR"),
)
# A program that asks for something all the same is sent to a port where nobody listens.
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
_LAST_WORDS = 256 * 1024
_PATIENCE = 5.0


class Limits(Record, frozen=True):
    """How long a program may run, and how much it may write."""

    seconds: float = 900.0
    bytes: int = 1024 * 1024 * 1024


class Ended(Record, frozen=True):
    """How a program ended. `output` holds what it wrote to stdout, and lasts as long as the process; `said` is the end
    of what it wrote to stderr. `stopped` is why we ended it, empty where it ended by itself."""

    output: Path
    code: int
    said: str
    stopped: str = ""


class Process:
    """A program that runs in a folder of its own, in which it is at home, while we do something else.

    To be used in a `with`: at its end the program and all that it has started is stopped, and the folder is gone.
    OSError when it cannot be started.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._place = tempfile.TemporaryDirectory(prefix="cloudaudit-", ignore_cleanup_errors=True)
        self.folder = Path(self._place.name).resolve()
        self._running: subprocess.Popen[bytes] | None = None
        self._deadline = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._place.cleanup()

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the program."""
        home = self.folder / "home"
        home.mkdir()
        self._deadline = time.monotonic() + self._limits.seconds
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self._running = subprocess.Popen(  # noqa: S603 - found on the PATH of the user, or installed by us
                command,
                cwd=home,
                env=_environment(home, environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=_limited(self._limits.bytes),  # noqa: PLW1509 - a scan has no threads
            )

    def wait(self) -> Ended:
        """Wait for the end of the program, or end it when its time is over."""
        running = self._running
        if running is None:
            raise ValueError("nothing was started")
        stopped = ""
        try:
            running.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            stopped = f"it took longer than {self._limits.seconds:,.0f} s"
        self._stop()
        if max(self._output.stat().st_size, self._errors.stat().st_size) >= self._limits.bytes:
            stopped = f"it wrote more than {self._limits.bytes // 1024**2:,} MiB"
        return Ended(output=self._output, code=running.returncode, said=self._said(), stopped=stopped)

    @property
    def _output(self) -> Path:
        return self.folder / "output"

    @property
    def _errors(self) -> Path:
        return self.folder / "errors"

    def _said(self) -> str:
        with self._errors.open("rb") as file:
            file.seek(max(0, self._errors.stat().st_size - _LAST_WORDS))
            return file.read().decode("utf-8", "replace")

    def _stop(self) -> None:
        """End the program, and whatever it started and left behind."""
        running, self._running = self._running, None
        if running is None:
            return
        if not hasattr(os, "killpg"):
            running.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(running.pid, signal.SIGKILL)
        running.wait(_PATIENCE)


def _environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    handed = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    here = {name: str(home) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "XDG_CONFIG_HOME")}
    return {**handed, **here, **dict.fromkeys(_PROXIES, _NOWHERE), **_python(), **more}


def _python() -> dict[str, str]:
    """What keeps a program in Python from code in the current folder, and lets it find what `pip install --user` put
    below the home that it does not see."""
    import site  # noqa: PLC0415 - most scans run nothing

    safe = {"PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    return {**safe, "PYTHONUSERBASE": site.getuserbase()}


def _limited(most: int) -> Callable[[], None] | None:
    """What limits the files of the program, where the system can do that."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - as above

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
