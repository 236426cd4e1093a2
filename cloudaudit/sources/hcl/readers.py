"""The readers by name, and what they make of files, of expressions in text, and of templates in files."""

import functools
from importlib import import_module
from typing import Any

from cloudaudit.sources.hcl import templates
from cloudaudit.sources.hcl.document import Broken, Document
from cloudaudit.sources.hcl.syntax import Expression, File
from cloudaudit.sources.hcl.unknowns import EvaluationError

_MODULES = {"tree-sitter": "treesitter", "python-hcl2": "python_hcl2"}


def read(reader: str, path: str, data: bytes) -> File:
    """Read one file, in Terraform's native syntax or in its JSON syntax (by the end of the path). Never raises."""
    if path.endswith(".json"):
        json_syntax = import_module("cloudaudit.sources.hcl.json_syntax")
        return json_syntax.read(path, data, module(reader).read_expression)  # type: ignore[no-any-return]
    return module(reader).read(path, data)  # type: ignore[no-any-return]


def expression(reader: str, text: str) -> Expression:
    """The expression in a text, such as the value of a variable on the command line. Raises `EvaluationError`."""
    document = Document(text.encode(errors="replace"))
    try:
        return module(reader).read_expression(document, 0, len(document.data))  # type: ignore[no-any-return]
    except Broken as broken:
        raise EvaluationError(broken.message) from None


@functools.lru_cache(maxsize=64)
def template(reader: str, text: str) -> Expression:
    """The template in a text, as `templatefile` takes it; kept for the next call. Raises `EvaluationError`."""
    document = Document(text.encode(errors="replace"))
    end = len(document.data)
    try:
        pieces = templates.split(document, 0, end, templates.heredoc, module(reader).read_expression)
        return templates.whole(templates.assemble(pieces, by_line=True), document.span(0, end))
    except Broken as broken:
        line, column, *_ = document.span(broken.offset, broken.offset)
        raise EvaluationError(f"line {line}, column {column} of the template: {broken.message}") from None


def module(reader: str) -> Any:
    """The module of a reader, imported when it is used, since each brings a parser of its own. Where tree-sitter cannot
    be imported, python-hcl2 takes its place."""
    try:
        return import_module(f"cloudaudit.sources.hcl.{_MODULES[reader]}")
    except ImportError:
        return import_module(f"cloudaudit.sources.hcl.{_MODULES['python-hcl2']}")
