"""The readers of Terraform syntax by name, and what is read with them: files, and text that holds a template or an
expression."""

from importlib import import_module
from typing import Any, Protocol

from cloudaudit.sources.hcl import literals, templates
from cloudaudit.sources.hcl.document import Broken, Document
from cloudaudit.sources.hcl.syntax import Expression, File

__all__ = ["READERS", "Broken", "Reader", "parse_expression", "parse_template", "read", "reader"]

READERS = {
    "tree-sitter": "cloudaudit.sources.hcl.treesitter",
    "python-hcl2": "cloudaudit.sources.hcl.python_hcl2",
}
"""The modules of the readers. The first is the default; the second takes over where it cannot be imported."""


class Reader(Protocol):
    """What a reader of the native syntax offers."""

    def read(self, path: str, data: bytes) -> File:
        """Read one file. Never raises: what cannot be read is in its `problems`."""

    def read_expression(self, document: Document, start: int, end: int) -> Expression:
        """Read the expression between two bytes; raises `Broken`."""


def reader(name: str = "tree-sitter") -> Reader:
    """The reader called `name`, loaded when it is first asked for."""
    module: Any
    try:
        module = import_module(READERS[name])
    except ImportError:
        module = import_module(READERS["python-hcl2"])
    return module  # type: ignore[no-any-return]


def read(path: str, data: bytes, name: str = "tree-sitter") -> File:
    """Read one file of Terraform source, in the native syntax or in JSON (by the end of its name). Never raises."""
    if path.endswith(".json"):
        module: Any = import_module("cloudaudit.sources.hcl.json_syntax")
        return module.read(path, data, name)  # type: ignore[no-any-return]
    return reader(name).read(path, data)


def parse_expression(text: str, name: str = "tree-sitter") -> Expression:
    """The expression written in `text`; spans count in `text`. Raises `Broken` when it is none."""
    document = Document(text.encode())
    return reader(name).read_expression(document, 0, len(document.data))


def parse_template(text: str, name: str = "tree-sitter") -> list[Any]:
    """The parts of the template in `text`, as `templatefile` takes it: see `syntax.Template`. Raises `Broken`."""
    document = Document(text.encode())
    end = len(document.data)
    pieces = templates.split(document, 0, end, literals.unescape_template, reader(name).read_expression)
    return templates.assemble(pieces, by_line=True)
