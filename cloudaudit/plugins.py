"""Finds extensions: each module of a package may export one well-known constant, and nothing registers itself."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any


def find(package: str, constant: str) -> Iterator[Any]:
    """The values of `constant` in all modules of `package`, by module name, then those of external packages.

    An external package offers its constant through an entry point in the group named like `package`.
    """
    folder = importlib.import_module(package)
    for module in sorted(info.name for info in pkgutil.iter_modules(folder.__path__)):
        if (value := getattr(importlib.import_module(f"{package}.{module}"), constant, None)) is not None:
            yield value
    from importlib.metadata import entry_points  # noqa: PLC0415 - 15 ms that `--help` need not pay

    for point in sorted(entry_points(group=package), key=lambda point: point.name):
        yield point.load()
