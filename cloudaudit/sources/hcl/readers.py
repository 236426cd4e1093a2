"""The readers by name, and what they make of files, of expressions in text, and of templates in files."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from cloudaudit.sources.hcl import templates
from cloudaudit.sources.hcl.document import Broken, Document
from cloudaudit.sources.hcl.syntax import Expression, File
from cloudaudit.sources.hcl.unknowns import EvaluationError

_MODULES = {"tree-sitter": "treesitter", "python-hcl2": "python_hcl2", "json": "json_syntax"}


def read(reader: str, path: str, data: bytes) -> File:
    """Read one file: Terraform's JSON syntax by its own reader, all else by the one that is asked for. Never raises."""
    read_file: Callable[[str, bytes], File] = _module("json" if path.endswith(".json") else reader).read
    return read_file(path, data)


def expression(reader: str, text: str) -> Expression:
    """The expression in a text, such as the value of a variable on the command line. Raises `EvaluationError`."""
    document = Document(text.encode(errors="replace"))
    try:
        return _module(reader).read_expression(document, 0, len(document.data))  # type: ignore[no-any-return]
    except Broken as broken:
        raise EvaluationError(broken.message) from None


def template(reader: str, text: str) -> Expression:
    """The template in a text, as `templatefile` takes it. Raises `EvaluationError`."""
    document = Document(text.encode(errors="replace"))
    end = len(document.data)
    try:
        pieces = templates.split(document, 0, end, templates.heredoc, _module(reader).read_expression)
        return templates.whole(templates.assemble(pieces, by_line=True), document.span(0, end))
    except Broken as broken:
        line, column, *_ = document.span(broken.offset, broken.offset)
        raise EvaluationError(f"line {line}, column {column} of the template: {broken.message}") from None


def _module(reader: str) -> Any:
    # A reader is imported when it is used: each brings a parser of its own.
    return import_module(f"cloudaudit.sources.hcl.{_MODULES[reader]}")
