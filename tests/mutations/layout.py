"""The same declarations in another layout: nothing that Terraform looks at is different."""

import re
from typing import Any
from zlib import crc32

from cloudaudit.sources.hcl.syntax import Attribute, Block, Body, GetAttr
from tests.mutations import printer, trees
from tests.mutations.writing import MAIN, OF_PROVIDERS, Writing, one_file

_TELLING = re.compile("prod|prd|stag|stg|uat|dev|sandbox|test|qa|shared|tool|live|ci|common|network", re.IGNORECASE)


def other_format(body: Body) -> Writing:
    """Comments wherever they may be, tabs, Windows line ends, lists and objects over several lines."""
    return Writing({MAIN: body}, style=printer.ODD)


def heredocs(body: Body) -> Writing | None:
    """Text of several lines as a heredoc instead of a quoted string with escapes."""
    fit = (printer.heredoc_text(node) for node in trees.walk(body) if isinstance(node, Attribute))
    return Writing({MAIN: body}, style=printer.HEREDOCS) if any(fit) else None


def reversed_order(body: Body) -> Writing:
    """The blocks of the file the other way round, and the arguments of each."""
    return one_file(trees.rebuilt(body, _turned).blocks[::-1])


def _turned(node: Any) -> Any:
    if isinstance(node, Body):
        return Body(dict(reversed(node.attributes.items())), node.blocks)
    return node


def two_files(body: Body) -> Writing | None:
    """Every other block in a second file."""
    if len(body.blocks) < 2:
        return None
    return Writing({MAIN: Body({}, body.blocks[::2]), "a_second.tf": Body({}, body.blocks[1::2])})


def json_syntax(body: Body) -> Writing:
    """Terraform's JSON syntax."""
    return Writing({MAIN: body}, style=None)


def other_names(body: Body) -> Writing | None:
    """Other local names, except those that tell an environment."""
    names = {
        labels: f"zq{crc32('.'.join(labels).encode())}" for labels in map(trees.labels, filter(_renamable, body.blocks))
    }
    if not names:
        return None
    old = {f"{'.'.join(labels[:-1])}.{new}": ".".join(labels) for labels, new in names.items()}

    def renamed(node: Any) -> Any:
        if isinstance(node, GetAttr) and (new := names.get(trees.path(node))):
            return GetAttr(node.of, new, node.span)
        if isinstance(node, Block) and (new := names.get(trees.labels(node))):
            return Block(node.type, (node.labels[0], new), node.body, node.span, node.head)
        return node

    def before(address: str) -> str:
        stem = re.split(r"[\[/]", address, maxsplit=1)[0]
        return old.get(stem, stem) + address[len(stem) :]

    return one_file(trees.rebuilt(body, renamed).blocks, before)


def _renamable(block: Block) -> bool:
    return block.type in OF_PROVIDERS and len(block.labels) == 2 and not _TELLING.search(block.labels[1])
