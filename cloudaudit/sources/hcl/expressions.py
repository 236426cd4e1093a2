"""One expression by itself, as in `terraform console`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloudaudit.sources.hcl import readers
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.scope import CONSTANT, Alone, Scope, Session, bounded
from cloudaudit.sources.hcl.values import Value


def evaluate_expression(
    text: str, variables: Mapping[str, Any] | None = None, *, folder: Path | None = None, reader: str = "tree-sitter"
) -> Value:
    """The value of an expression; `var.NAME` are the given variables, and files are read below `folder`.

    Raises `EvaluationError` where Terraform reports an error, and `LimitError` when the value is too large.
    """
    place = folder or Path()
    session = Session(CallContext(place, place), reader)
    names = {
        "var": dict(variables or {}),
        "path": {"module": ".", "root": ".", "cwd": str(place.resolve())},
        "terraform": {"workspace": "default"},
    }
    return bounded(value_of(readers.expression(reader, text), Scope(Alone(session, CONSTANT), names)))
