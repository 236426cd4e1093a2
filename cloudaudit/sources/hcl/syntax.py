"""What a Terraform file is made of. Both readers produce these nodes and nothing else.

A node's `span` is (first line, first column, last line, last column, first byte, last byte): lines and columns count
from 1 and columns count characters, the last position is exclusive, bytes count from 0 in the file as it is on disk.
"""

from typing import Any

import msgspec

MAX_DEPTH = 100
"""How deep expressions and blocks may nest; what is deeper is a problem of the file."""

Span = tuple[int, int, int, int, int, int]


class Node(msgspec.Struct, gc=False):
    """Base of all nodes."""


class Literal(Node):
    """A number (`int` or `decimal.Decimal`), a boolean, null, a string without interpolation; or the `Unknown` that
    stands for an argument which could not be read."""

    value: Any
    span: Span


class Template(Node):
    """A quoted string or heredoc. `parts` holds `str`, expressions, `TemplateIf` and `TemplateFor`; escapes are
    resolved, heredoc indentation and `~` strip markers are applied. One lone interpolation is not unwrapped here but
    in evaluation."""

    parts: list[Any]
    span: Span


class TemplateIf(Node):
    """%{ if } ... %{ else } ... %{ endif }"""

    condition: "Expression"
    then: list[Any]
    otherwise: list[Any]
    span: Span


class TemplateFor(Node):
    """%{ for k, v in collection } ... %{ endfor }"""

    key: str | None
    value: str
    collection: "Expression"
    body: list[Any]
    span: Span


class Name(Node):
    """The first name of a traversal: `var`, `local`, `aws_s3_bucket`, `each`, a variable of a for expression."""

    name: str
    span: Span


class GetAttr(Node):
    """`of.name`; `of.0` is an `Index` with a number."""

    of: "Expression"
    name: str
    span: Span


class Index(Node):
    """`of[key]`"""

    of: "Expression"
    key: "Expression"
    span: Span


class Splat(Node):
    """`of[*]REST` (full) or `of.*REST`. `each` is REST applied to the `Name` "*", or that name alone."""

    of: "Expression"
    each: "Expression"
    full: bool
    span: Span


class Call(Node):
    """`name(args)`, or `name(args...)` when `expand`. Provider functions have names like "provider::aws::arn_parse"."""

    name: str
    args: list["Expression"]
    expand: bool
    span: Span


class Unary(Node):
    """`!operand` or `-operand`"""

    operator: str
    operand: "Expression"
    span: Span


class Binary(Node):
    """`left operator right`"""

    operator: str
    left: "Expression"
    right: "Expression"
    span: Span


class Conditional(Node):
    """`condition ? then : otherwise`"""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    span: Span


class Tuple(Node):
    """`[a, b]`"""

    items: list["Expression"]
    span: Span


class Object(Node):
    """`{ k = v }`. A bare identifier key is a `Literal` string; any other key is an expression."""

    items: list[tuple["Expression", "Expression"]]
    span: Span


class For(Node):
    """`[for k, v in collection : result if condition]`, or with `key_result` `{for ... : key => result...}`."""

    key: str | None
    value: str
    collection: "Expression"
    key_result: "Expression | None"
    result: "Expression"
    condition: "Expression | None"
    group: bool
    span: Span


Expression = (
    Literal | Template | Name | GetAttr | Index | Splat | Call | Unary | Binary | Conditional | Tuple | Object | For
)


class Attribute(Node):
    """`name = value`; the span covers both."""

    name: str
    value: Expression
    span: Span


class Block(Node):
    """`type "label" { body }`; `span` covers the whole block, `head` its first line up to the brace."""

    type: str
    labels: tuple[str, ...]
    body: "Body"
    span: Span
    head: Span


class Body(Node):
    """Attributes by name, blocks in order."""

    attributes: dict[str, Attribute]
    blocks: list[Block]


class SyntaxProblem(Node):
    """One place that a reader could not understand; the rest of the file is still read. `lost` says that arguments or
    blocks may have stood there that are in no node."""

    message: str
    line: int
    column: int
    lost: bool = False


class File(Node):
    """One file read: its body, and what could not be read."""

    path: str
    body: Body
    problems: list[SyntaxProblem]
