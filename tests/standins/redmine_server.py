"""A Redmine of our own: Debian's, in a temporary folder, on a port of the loopback interface, gone with the tests."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
MISSING = "Redmine is not on this machine: as root of a Debian, .ci/redmine unpacks it in .venv/redmine"
_SEED = Path(__file__).with_suffix(".ru")
_LISTENING = re.compile(r"Listening on (http://\S+)")
_PATIENCE = 300.0
_DATABASE = "production:\n  adapter: sqlite3\n  database: {folder}/redmine.sqlite3\n  timeout: 10000\n"


class Server(NamedTuple):
    """Where it is, and the keys of its people: `root` may all, `auditor` exports, `ann` manages tickets."""

    url: str
    root: str
    auditor: str
    ann: str


def found() -> Path | None:
    """The folder of Redmine's program."""
    folder = ROOT / ".venv" / "redmine"
    return folder if (folder / "config.ru").exists() and shutil.which("puma") else None


def _own(program: Path, folder: Path) -> Path:
    """A copy of the program with what an instance keeps for itself."""
    tree = folder / "redmine"
    shutil.copytree(program, tree, symlinks=True)
    for link in (tree / "instances", tree / "Gemfile.lock", tree / "config" / "database.yml"):
        link.unlink(missing_ok=True)
    own = tree / "instances" / "default"
    for name in ("config", "tmp/pids", "log", "files", "public/plugin_assets"):
        (own / name).mkdir(parents=True)
    (own / "config" / "secret_key.txt").write_text("0123456789abcdef" * 4)
    for place in (tree, own):
        (place / "config" / "database.yml").write_text(_DATABASE.format(folder=folder))
    (tree / "Gemfile.local").write_text('gem "sqlite3"\ngem "puma"\n')
    return tree


@contextmanager
def running() -> Iterator[Server]:
    """A server with a project, people and a field; its texts are Textile."""
    program = found()
    assert program is not None, MISSING
    folder = Path(tempfile.mkdtemp(prefix="cloudaudit-redmine-"))
    keys = {name: f"{name.lower():0<8}{os.urandom(16).hex()}" for name in ("ROOT", "AUDITOR", "ANN")}
    tree = _own(program, folder)
    log = folder / "log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("RUBY", "GEM", "BUNDLE"))},
        **keys,
        "RAILS_ENV": "production",
        "SCHEMA": os.devnull,
        "HOME": str(folder),
        "BUNDLE_WITHOUT": "test",
    }
    with log.open("wb") as said:
        command = ["puma", "-b", "tcp://127.0.0.1:0", "-t", "1:1", str(_SEED)]
        process = subprocess.Popen(command, cwd=tree, env=environment, stdout=said, stderr=said)
    try:
        url = _listening(process, log)
        yield Server(url, keys["ROOT"], keys["AUDITOR"], keys["ANN"])
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _listening(process: subprocess.Popen[bytes], log: Path) -> str:
    """Its address, once it says so."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if said := _LISTENING.search(log.read_text(errors="replace")):
            return said[1]
        time.sleep(0.1)
    raise AssertionError(f"Redmine does not start:\n{log.read_text(errors='replace')[:1000]}")
