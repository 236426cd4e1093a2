"""A checked CEL expression as a tree, decoded from the bytes that the CEL library serialises.

The format is `cel.expr.CheckedExpr` (protocol buffers) inside an `Any`; the numbers below are those of
cel/expr/syntax.proto and checked.proto. Only what the engine looks at is decoded.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias


class Const(NamedTuple):
    """A literal: null, bool, number, string, or "" for what Terraform has not. Only strings keep their value."""

    kind: str
    value: str = ""


class Ident(NamedTuple):
    """A variable by name."""

    name: str


class Select(NamedTuple):
    """`operand.field`, or `has(operand.field)` when `test` is set."""

    operand: "Node"
    field: str
    test: bool


class Call(NamedTuple):
    """A function or operator; `target` is what stands before the dot of a method call."""

    function: str
    target: "Node | None"
    args: tuple["Node", ...]


class Items(NamedTuple):
    """A list or map literal; the members of a map are its keys and values."""

    members: tuple["Node", ...]
    is_map: bool


class Loop(NamedTuple):
    """What `exists`, `all`, `exists_one`, `filter` and `map` expand to."""

    variable: str
    range: "Node"
    accumulator: str
    parts: tuple["Node", ...]
    step: "Node"


Node: TypeAlias = Const | Ident | Select | Call | Items | Loop

_ANY_VALUE, _CHECKED_EXPR = 2, 4
_CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _LOOP = range(3, 10)
_KINDS = {1: "null", 2: "bool", 3: "number", 4: "number", 5: "number", 6: "string"}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def decode(serialized: bytes) -> Node:
    """The tree of a serialised expression."""
    return _node(_field(_field(serialized, _ANY_VALUE), _CHECKED_EXPR))


def _node(data: bytes) -> Node:
    for number, value in _fields(data):
        if number in _DECODERS:
            return _DECODERS[number](value)
    return Const("")


def _const(data: bytes) -> Node:
    for number, value in _fields(data):
        kind = _KINDS.get(number, "")
        return Const(kind, value.decode() if kind == "string" else "")
    return Const("")


def _ident(data: bytes) -> Node:
    return Ident(_field(data, 1).decode())


def _select(data: bytes) -> Node:
    fields = dict(_fields(data))
    return Select(_node(fields[1]), fields[2].decode(), bool(fields.get(3)))


def _call(data: bytes) -> Node:
    target, function, args = None, "", []
    for number, value in _fields(data):
        if number == 1:
            target = _node(value)
        elif number == 2:
            function = value.decode()
        elif number == 3:
            args.append(_node(value))
    return Call(function, target, tuple(args))


def _list(data: bytes) -> Node:
    return Items(tuple(_node(value) for number, value in _fields(data) if number == 1), is_map=False)


def _struct(data: bytes) -> Node:
    entries = [value for number, value in _fields(data) if number == 2]
    key_and_value = (3, 4)
    members = tuple(_node(part) for entry in entries for number, part in _fields(entry) if number in key_and_value)
    return Items(members, is_map=True)


def _loop(data: bytes) -> Node:
    fields = dict(_fields(data))
    parts = tuple(_node(fields[number]) for number in (4, 5, 7) if number in fields)
    return Loop(fields[1].decode(), _node(fields[2]), fields[3].decode(), parts, _node(fields[6]))


_DECODERS = {
    _CONST: _const,
    _IDENT: _ident,
    _SELECT: _select,
    _CALL: _call,
    _LIST: _list,
    _STRUCT: _struct,
    _LOOP: _loop,
}


def _field(data: bytes, wanted: int) -> bytes:
    value: bytes = next((value for number, value in _fields(data) if number == wanted), b"")
    return value


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of one message: number and value, an int or bytes."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        kind = tag & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, position = _varint(data, position)
        else:
            size = 8 if kind == _FIXED64 else 4
        yield tag >> 3, data[position : position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
