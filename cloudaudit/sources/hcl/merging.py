"""How a block of an override file changes the block it names."""

from cloudaudit.sources.hcl.syntax import Block, Body


def merge_block(base: Block, override: Block) -> Block:
    """The base with the arguments of the override; its nested blocks replace all those of the same type."""
    attributes = {**base.body.attributes, **override.body.attributes}
    replaced = {_kind(block) for block in override.body.blocks} - _MERGED
    blocks = [block for block in base.body.blocks if _kind(block) not in replaced]
    for block in override.body.blocks:
        same = next((n for n, old in enumerate(blocks) if block.type in _MERGED and old.type == block.type), None)
        if same is None:
            blocks.append(block)
        else:
            blocks[same] = merge_block(blocks[same], block)
    return Block(base.type, base.labels, Body(attributes, blocks), base.span, base.head)


# These are merged argument by argument instead of being replaced.
_MERGED = frozenset({"lifecycle", "required_providers"})


def _kind(block: Block) -> str:
    """A dynamic block stands for blocks of its label; a backend and a cloud block exclude each other."""
    if block.type == "dynamic" and block.labels:
        return block.labels[0]
    return "backend" if block.type == "cloud" else block.type
