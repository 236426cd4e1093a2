"""Where the store is: a URL, a path, or the file in the platform's data folder."""

import os
import re
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from cloudaudit.errors import StoreError

FILE = "history.db"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
READ_ONLY = "this user may only read it; give --store a place that can be written"
_FORMS = "sqlite:///FILE, a path, or postgresql://USER@HOST/DATABASE"


def default_url() -> str:
    """The file in the data folder of the user who runs this."""
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where a URL is given

    return f"sqlite:///{user_data_path('cloudaudit', appauthor=False) / FILE}"


def parse(text: str) -> URL:
    """The URL of a store. StoreError for anything that cannot be one."""
    if "://" not in text:
        if re.match(r"^\w{2,}:", text) or not text.strip() or "\0" in text:
            raise StoreError(f"{text!r}: this is no store; give {_FORMS}")
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        # The text may hold a password, and nothing tells where.
        raise StoreError(f"the URL of the store cannot be read; give {_FORMS}") from error
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise StoreError(f"{url.drivername}: no store of this kind; give {_FORMS}")
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError(f"{shown(url)}: the store needs a file; give {_FORMS}")
    return url.set(drivername=driver)


def shown(url: URL) -> str:
    """The place as a message names it: the path of a file, the URL without password or options of a server."""
    if url.get_backend_name() == "sqlite":
        return url.database or "sqlite://"
    return url._replace(password=None).set(query={}).render_as_string().replace("+psycopg", "")


def make_file(url: URL) -> None:
    """An empty file that only its owner can read, unless there is one; and its folder. StoreError where it cannot be
    made or written, so that this is said before the work and not after it."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise StoreError(f"{path}: the store cannot be made: {path.parent} is no folder") from error
    except OSError as error:
        raise StoreError(f"{path}: the store cannot be made: {error.strerror}") from error
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise StoreError(f"{path}: {READ_ONLY}")


NOTHING_YET = 'nothing was recorded here yet; "cloudaudit scan --record" records'


def expect_file(url: URL) -> None:
    """StoreError if the file is not there, which opening it would make."""
    if not Path(url.database or "").exists():
        raise StoreError(f"{shown(url)}: {NOTHING_YET}")
