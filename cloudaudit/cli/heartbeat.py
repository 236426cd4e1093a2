"""A file for a monitor: when the last run ended, and how."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cloudaudit.clock import now
from cloudaudit.outputs.escape import visible

_WRONG = 2
_INTERRUPTED = 130


class Heartbeat:
    """What to tell the monitor."""

    def __init__(self) -> None:
        self.told: dict[str, object] = {}


@contextmanager
def heartbeat(path: str) -> Iterator[Heartbeat]:
    """Write what was told when the work ends, however it ends: exit code, error, and when (UTC). The file is replaced
    as a whole. An empty path writes nothing."""
    beat = Heartbeat()
    try:
        yield beat
    except (KeyboardInterrupt, click.Abort):
        beat.told |= {"exit_code": _INTERRUPTED, "error": "interrupted"}
        raise
    except Exception as error:
        beat.told |= {"exit_code": _WRONG, "error": visible(str(error))}
        raise
    finally:
        if path:
            _write(Path(path), beat.told)


def _write(path: Path, told: dict[str, object]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps({"finished": now(), **told}) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise click.UsageError(f"cannot write {visible(str(path))}: {error.strerror}") from error
