"""Walks over the arguments and blocks of resources and data sources, with the schema at hand."""

from collections.abc import Callable
from typing import Any

from cloudaudit.schema import NestedSchema, TypeSchema, resource_schema
from cloudaudit.sources.hcl.syntax import Attribute, Block, Body
from tests.mutations import trees
from tests.mutations.writing import META_ARGUMENTS, META_BLOCKS, OF_PROVIDERS, Writing, one_file

Schema = TypeSchema | NestedSchema | None
Change = Callable[[Attribute, Schema], Any]


def rewritten(body: Body, change: Change) -> Writing | None:
    blocks = changed(body, change)
    return one_file(blocks) if trees.plain(blocks) != trees.plain(body.blocks) else None


def changed(body: Body, change: Change) -> list[Block]:
    """The blocks, with every argument of resources and data sources changed."""

    def arguments(block: Block, schema: Schema) -> Block:
        # What a dynamic block goes through may be looked at by the name of its iterator only.
        attributes = (
            block.body.attributes
            if block.type == "dynamic"
            else {
                name: each if name in META_ARGUMENTS else Attribute(name, change(each, schema), each.span)
                for name, each in block.body.attributes.items()
            }
        )
        return Block(block.type, block.labels, Body(attributes, block.body.blocks), block.span, block.head)

    return [each_block(block, arguments) for block in body.blocks]


def each_block(block: Block, change: Callable[[Block, Schema], Block]) -> Block:
    """A copy of a resource or data source with each block of it changed by what the schema says of it."""
    if block.type not in OF_PROVIDERS:
        return block
    schema = resource_schema(block.labels[0]) if block.type == "resource" else None
    return _inside(block, schema, change)


def _inside(block: Block, schema: Schema, change: Callable[[Block, Schema], Block]) -> Block:
    blocks = []
    for inner in block.body.blocks:
        if inner.type in META_BLOCKS:
            blocks.append(inner)
        elif inner.type == "dynamic":
            nested = schema.blocks.get(inner.labels[0]) if schema else None
            contents = [_inside(each, nested, change) for each in inner.body.blocks]
            blocks.append(Block("dynamic", inner.labels, Body(inner.body.attributes, contents), inner.span, inner.head))
        else:
            blocks.append(_inside(inner, schema.blocks.get(inner.type) if schema else None, change))
    return change(Block(block.type, block.labels, Body(block.body.attributes, blocks), block.span, block.head), schema)
