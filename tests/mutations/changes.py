"""One argument or block of an example taken away, set to null, set to the provider's default, or hidden."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cloudaudit.schema import AttributeSchema, NestedSchema, TypeSchema, resource_schema
from cloudaudit.sources.hcl.syntax import Attribute, Block, Body
from tests.mutations import trees
from tests.mutations.writing import META_ARGUMENTS, META_BLOCKS, Writing, one_file

_VARIABLE = "not_given"
Schema = TypeSchema | NestedSchema | None


class Place(NamedTuple):
    """An argument, or a nested block or resource when `name` is empty: the positions of the blocks that lead there, the
    path that a rule knows it by, and what the schema says of it."""

    blocks: tuple[int, ...]
    name: str
    type: str
    path: str
    known: AttributeSchema | NestedSchema | None

    @property
    def is_nested(self) -> bool:
        """Whether it is inside of a resource."""
        return bool(self.name) or len(self.blocks) > 1


def places(body: Body) -> Iterator[Place]:
    """Every argument and nested block of the resources that are written, at every depth, and every resource that could
    be left out: one that no other refers to."""
    for at, block in enumerate(body.blocks):
        if block.type == "resource":
            if len(body.blocks) > 1 and _is_free(block, body):
                yield Place((at,), "", block.labels[0], block.labels[0], None)
            yield from _inside(block, (at,), block.labels[0], "", resource_schema(block.labels[0]))


def _is_free(block: Block, body: Body) -> bool:
    """Whether the resource is one only, and nobody refers to it."""
    referred = any(trees.path(node) == block.labels for node in trees.walk(body))
    return not referred and not {"count", "for_each"} & block.body.attributes.keys()


def _inside(block: Block, at: tuple[int, ...], type_: str, prefix: str, schema: Schema) -> Iterator[Place]:
    for name in block.body.attributes.keys() - META_ARGUMENTS:
        known = schema and (schema.attributes.get(name) or schema.blocks.get(name))
        yield Place(at, name, type_, prefix + name, known)
    for number, inner in enumerate(block.body.blocks):
        if inner.type in META_BLOCKS | {"dynamic"}:
            continue
        nested = schema.blocks.get(inner.type) if schema else None
        yield Place((*at, number), "", type_, prefix + inner.type, nested)
        yield from _inside(inner, (*at, number), type_, f"{prefix}{inner.type}.", nested)


def removed(body: Body, place: Place) -> Writing:
    """Without it."""
    return one_file(_changed(body, place, None).blocks)


def null(body: Body, place: Place) -> Writing:
    """With null in its place, a dynamic block that makes none, or a resource with a count of 0."""
    if place.name:
        return one_file(_changed(body, place, trees.literal(None)).blocks)
    return one_file(_changed(body, place, trees.listed([]) if place.is_nested else trees.literal(0)).blocks)


def default(body: Body, place: Place) -> Writing | None:
    """With what the provider takes for it when it is left out; None where that is not a fixed value."""
    if not place.name or not isinstance(place.known, AttributeSchema) or place.known.default is None:
        return None
    return one_file(_changed(body, place, _node(place.known.default)).blocks)


def hidden(body: Body, place: Place) -> Writing:
    """With a variable that has no value in its place, or as a number of blocks or resources that nobody knows."""
    changed = _changed(body, place, trees.reference("var", _VARIABLE))
    return one_file([*changed.blocks, trees.block("variable", _VARIABLE)])


def _node(value: Any) -> Any:
    if isinstance(value, list):
        return trees.listed([_node(member) for member in value])
    if isinstance(value, dict):
        return trees.mapping({name: _node(member) for name, member in value.items()})
    return trees.literal(value)


def _changed(body: Body, place: Place, value: Any) -> Body:
    """The body with another value at the place; with None, nothing is there."""
    if not place.is_nested and value is not None:
        return _at(body, place.blocks, "count", value)
    return _at(body, place.blocks, place.name, value)


def _at(body: Body, positions: tuple[int, ...], name: str, value: Any) -> Body:
    if not positions:
        attributes = {key: each for key, each in body.attributes.items() if key != name or value is not None}
        if value is not None:
            attributes[name] = Attribute(name, value, trees.NOWHERE)
        return Body(attributes, body.blocks)
    first, *rest = positions
    blocks = list(body.blocks)
    block = blocks[first]
    if rest or name:
        inner = _at(block.body, tuple(rest), name, value)
        blocks[first] = Block(block.type, block.labels, inner, block.span, block.head)
    elif value is None:
        del blocks[first]
    else:
        content = Block("content", (), block.body, block.span, block.head)
        blocks[first] = trees.block("dynamic", block.type, attributes={"for_each": value}, blocks=[content])
    return Body(body.attributes, blocks)
