"""The same resources, declared by way of count, for_each, modules and dynamic blocks."""

import re
from collections.abc import Iterator
from typing import Any

from cloudaudit.sources.hcl.syntax import Block, Body, GetAttr, Index, Literal, Name
from tests.mutations import trees
from tests.mutations.writing import MAIN, META_BLOCKS, OF_PROVIDERS, Writing, one_file

INNER = "inner"


# count and for_each


def for_each(body: Body) -> Writing | None:
    """Each resource as the only member of a set."""
    members = trees.call("toset", trees.listed([trees.literal("one")]))
    return _expanded(body, "for_each", members, "one")


def count(body: Body) -> Writing | None:
    """Each resource as the only one of a list."""
    return _expanded(body, "count", trees.literal(1), 0)


def _expanded(body: Body, how: str, value: Any, key: str | int) -> Writing | None:
    chosen = {trees.labels(block) for block in body.blocks if _is_single(block)}
    if not chosen:
        return None

    def change(node: Any) -> Any:
        if isinstance(node, GetAttr) and trees.path(node) in chosen:
            return Index(node, trees.literal(key), trees.NOWHERE)
        if isinstance(node, Block) and trees.labels(node) in chosen:
            node.body.attributes = {how: trees.attribute(how, value), **node.body.attributes}
        return node

    suffix = re.escape(f'["{key}"]' if isinstance(key, str) else f"[{key}]")
    shown = re.compile("|".join(re.escape(".".join(labels)) for labels in sorted(chosen)))

    def before(address: str) -> str:
        return re.sub(rf"^({shown.pattern}){suffix}", r"\1", address)

    return one_file(trees.rebuilt(body, change).blocks, before)


def _is_single(block: Block) -> bool:
    return block.type in OF_PROVIDERS and not {"count", "for_each"} & block.body.attributes.keys()


# Modules

_OF_ROOTS = {"provider", "terraform"}


def module(body: Body) -> Writing | None:
    """Everything in a module, which the root calls; variables are passed through."""
    if not any(block.type == "resource" for block in body.blocks) or _root_refers_to_resources(body):
        return None
    root = [block for block in body.blocks if block.type in _OF_ROOTS | {"variable", "locals"}]
    inside = [block for block in body.blocks if block.type not in _OF_ROOTS]
    names = [block.labels[0] for block in body.blocks if block.type == "variable"]
    arguments: dict[str, Any] = {"source": trees.literal(f"./{INNER}")}
    arguments |= {name: trees.reference("var", name) for name in names}
    if aliases := list(_aliases(body)):
        references = [trees.reference(*alias) for alias in aliases]
        arguments["providers"] = trees.paired([(each, each) for each in references])
    root.append(trees.block("module", INNER, attributes=arguments))
    root += [_passed(block) for block in body.blocks if block.type == "output"]
    files = {MAIN: Body({}, root), f"{INNER}/{MAIN}": Body({}, inside)}
    return Writing(files, lambda address: address.removeprefix(f"module.{INNER}."))


def _root_refers_to_resources(body: Body) -> bool:
    """Whether a provider is configured by something that would stand in the module."""
    roots = [block for block in body.blocks if block.type in _OF_ROOTS | {"locals"}]
    names = {node.name for node in trees.walk(roots) if isinstance(node, Name)}
    return any(name.startswith(("aws_", "data", "module", "random_")) for name in names)


def _aliases(body: Body) -> Iterator[tuple[str, str]]:
    for block in body.blocks:
        alias = block.body.attributes.get("alias")
        if block.type == "provider" and alias and isinstance(alias.value, Literal):
            yield block.labels[0], str(alias.value.value)


def _passed(output: Block) -> Block:
    given = {name: attribute.value for name, attribute in output.body.attributes.items()}
    given["value"] = trees.reference("module", INNER, output.labels[0])
    given.pop("depends_on", None)
    return trees.block("output", output.labels[0], attributes=given)


# Dynamic blocks


def dynamic_blocks(body: Body) -> Writing | None:
    """Each nested block as a dynamic block with one member."""
    return _dynamic(body, _once)


def dynamic_values(body: Body) -> Writing | None:
    """Each nested block as a dynamic block whose arguments come from what it goes through."""
    return _dynamic(body, _by_value)


def _dynamic(body: Body, write: Any) -> Writing | None:
    if not any(block.type in OF_PROVIDERS and list(_nested(block)) for block in body.blocks):
        return None
    return one_file(_written(block, write) if block.type in OF_PROVIDERS else block for block in body.blocks)


def _nested(block: Block) -> Iterator[Block]:
    return (inner for inner in block.body.blocks if inner.type not in META_BLOCKS | {"dynamic"})


def _written(block: Block, write: Any) -> Block:
    """The block with all that is in it made dynamic, at every depth."""
    blocks: list[Block] = []
    for inner in block.body.blocks:
        if inner.type in META_BLOCKS:
            blocks.append(inner)
        elif inner.type == "dynamic":
            contents = [_written(each, write) for each in inner.body.blocks]
            blocks.append(Block("dynamic", inner.labels, Body(inner.body.attributes, contents), inner.span, inner.head))
        else:
            made = write(_written(inner, write))
            blocks += made if isinstance(made, list) else [made]
    return Block(block.type, block.labels, Body(block.body.attributes, blocks), block.span, block.head)


def _once(block: Block) -> Block:
    content = Block("content", (), block.body, block.span, block.head)
    each = {"for_each": trees.listed([trees.literal(1)])}
    return trees.block("dynamic", block.type, attributes=each, blocks=[content])


def _by_value(block: Block) -> Block:
    values = {name: attribute.value for name, attribute in block.body.attributes.items()}
    inside = {name: trees.reference(block.type, "value", name) for name in values}
    content = trees.block("content", attributes=inside, blocks=block.body.blocks)
    each = {"for_each": trees.listed([trees.mapping(values)])}
    return trees.block("dynamic", block.type, attributes=each, blocks=[content])
