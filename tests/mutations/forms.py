"""The same values, written in another way."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cloudaudit.schema import AttributeSchema, TypeSchema
from cloudaudit.sources.hcl.syntax import Attribute, Block, Body, Call, Literal, Object, Tuple
from tests.mutations import arguments, printer, trees
from tests.mutations.writing import META_ARGUMENTS, META_BLOCKS, Writing, one_file


def longer_expressions(body: Body) -> Writing | None:
    """Each argument as an expression that amounts to it: try, conditions, concat, merge, format."""

    def longer(attribute: Attribute, _: arguments.Schema) -> Any:
        value = attribute.value
        if isinstance(value, Tuple):
            return trees.call("concat", value, trees.listed([]))
        if isinstance(value, Object):
            return trees.call("merge", trees.mapping({}), value)
        if isinstance(value, Literal) and isinstance(value.value, str):
            return trees.call("format", trees.literal("%s"), value)
        return trees.call(
            "try", trees.conditional(trees.literal(value=True), value, trees.literal(None)), trees.literal(None)
        )

    return arguments.rewritten(body, longer)


def quoted(body: Body) -> Writing | None:
    """Numbers and booleans as text, where Terraform converts it."""
    return _converted(body, ("bool", "number"), _as_text)


def _as_text(node: Literal) -> Literal:
    if isinstance(node.value, bool):
        return trees.literal("true" if node.value else "false")
    if isinstance(node.value, int | Decimal):
        return trees.literal(printer.expression(node))
    return node


def unquoted(body: Body) -> Writing | None:
    """Text as a number or boolean, where Terraform converts that."""
    return _converted(body, ("string",), _as_scalar)


def _as_scalar(node: Literal) -> Literal:
    if node.value in ("true", "false"):
        return trees.literal(node.value == "true")
    if isinstance(node.value, str) and re.fullmatch(r"0|[1-9]\d{0,9}", node.value):
        return trees.literal(int(node.value))
    return node


def _converted(body: Body, types: tuple[str, ...], convert: Callable[[Literal], Literal]) -> Writing | None:
    def change(attribute: Attribute, schema: arguments.Schema) -> Any:
        known = schema.attributes.get(attribute.name) if schema else None
        return _by_type(attribute.value, known.type, types, convert) if known else attribute.value

    return arguments.rewritten(body, change)


def _by_type(node: Any, type_: Any, types: tuple[str, ...], convert: Callable[[Literal], Literal]) -> Any:
    if isinstance(type_, str):
        return convert(node) if type_ in types and isinstance(node, Literal) else node
    kind, inner = type_
    if isinstance(node, Tuple) and kind in ("list", "set"):
        return Tuple([_by_type(item, inner, types, convert) for item in node.items], node.span)
    if isinstance(node, Object) and kind == "map":
        return Object([(key, _by_type(item, inner, types, convert)) for key, item in node.items], node.span)
    return node


def nulls(body: Body) -> Writing | None:
    """Null for each argument that is left out."""

    def filled(block: Block, schema: arguments.Schema) -> Block:
        left_out = [name for name, known in (schema.attributes.items() if schema else ()) if _may_be_null(name, known)]
        written = {inner.type for inner in block.body.blocks}
        added = {name: trees.attribute(name, trees.literal(None)) for name in left_out if name not in written}
        return Block(
            block.type,
            block.labels,
            Body({**added, **block.body.attributes}, block.body.blocks),
            block.span,
            block.head,
        )

    blocks = [arguments.each_block(block, filled) for block in body.blocks]
    return one_file(blocks) if trees.plain(blocks) != trees.plain(body.blocks) else None


def _may_be_null(name: str, known: AttributeSchema) -> bool:
    return known.optional and not known.required and name not in META_ARGUMENTS


def empty_dynamic_blocks(body: Body) -> Writing | None:
    """A dynamic block that makes none, for each kind of block that is left out."""

    def filled(block: Block, schema: arguments.Schema) -> Block:
        known = schema.blocks if isinstance(schema, TypeSchema) else {}
        written = {inner.labels[0] if inner.type == "dynamic" else inner.type for inner in block.body.blocks}
        kinds = [kind for kind, nested in known.items() if nested.optional and kind not in written | META_BLOCKS]
        kinds = [kind for kind in kinds if kind not in block.body.attributes]
        blocks = [*block.body.blocks, *map(_none_of, kinds)]
        return Block(block.type, block.labels, Body(block.body.attributes, blocks), block.span, block.head)

    blocks = [arguments.each_block(block, filled) for block in body.blocks]
    return one_file(blocks) if trees.plain(blocks) != trees.plain(body.blocks) else None


def _none_of(kind: str) -> Block:
    return trees.block("dynamic", kind, attributes={"for_each": trees.listed([])}, blocks=[trees.block("content")])


def reversed_sets(body: Body) -> Writing | None:
    """What has no order the other way round: sets, blocks that are members of a set, statements of policies."""

    def turned(attribute: Attribute, schema: arguments.Schema) -> Any:
        known = schema.attributes.get(attribute.name) if schema else None
        if known and isinstance(known.type, list) and known.type[0] == "set" and isinstance(attribute.value, Tuple):
            return Tuple(attribute.value.items[::-1], attribute.span)
        return trees.rebuilt(attribute.value, _turned_document)

    def blocks_turned(block: Block, schema: arguments.Schema) -> Block:
        blocks = list(block.body.blocks)
        free = [at for at, inner in enumerate(blocks) if _order_free(inner, schema, block)]
        for at, inner in zip(free, [blocks[at] for at in reversed(free)], strict=True):
            blocks[at] = inner
        return Block(block.type, block.labels, Body(block.body.attributes, blocks), block.span, block.head)

    turned_blocks = [arguments.each_block(block, blocks_turned) for block in arguments.changed(body, turned)]
    return one_file(turned_blocks) if trees.plain(turned_blocks) != trees.plain(body.blocks) else None


_FREE = {"Statement", "Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"}


def _turned_document(node: Any) -> Any:
    if isinstance(node, Call) and node.name == "jsonencode":
        return trees.rebuilt(node, _turned_lists)
    return node


def _turned_lists(node: Any) -> Any:
    if not isinstance(node, Object):
        return node
    items = [
        (key, Tuple(value.items[::-1], value.span))
        if isinstance(value, Tuple) and isinstance(key, Literal) and key.value in _FREE
        else (key, value)
        for key, value in reversed(node.items)
    ]
    return trees.paired(items)


def _order_free(inner: Block, schema: arguments.Schema, outer: Block) -> bool:
    kind = inner.labels[0] if inner.type == "dynamic" else inner.type
    nested = schema.blocks.get(kind) if schema else None
    document = outer.type == "data" and outer.labels[0] == "aws_iam_policy_document" and kind == "statement"
    return document or (nested is not None and nested.nesting == "set")
