"""A PostgreSQL of our own: in a temporary folder, on a socket there, gone with the tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

MISSING = "PostgreSQL is not on this machine (initdb is neither in PATH nor in /usr/lib/postgresql/*/bin)"


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    return versions[-1].parent if versions else None


class Server:
    """Makes databases."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder, self.user, self._made = folder, user, 0

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user={self.user} dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def database(self, template: str = "template1") -> str:
        """The URL of a new database."""
        self._made += 1
        name = f"store_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


def _unprivileged() -> pwd.struct_passwd:
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


@contextmanager
def running() -> Iterator[Server]:
    """A server; it refuses to be root, so root starts it as somebody else."""
    programs = binaries()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="cloudaudit-pg-"))
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **owner}
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tests", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"],
            check=True,
            **quiet,
        )
        log = folder / "log"
        start = [programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", settings, "start"]
        subprocess.run(start, check=True, **quiet)
        yield Server(folder, "tests")
    finally:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], check=False, **quiet)
        shutil.rmtree(folder, ignore_errors=True)
