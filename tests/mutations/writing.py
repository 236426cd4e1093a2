"""An example written in another way: its files, and what became of its addresses."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from cloudaudit.sources.hcl.syntax import Block, Body
from tests.mutations import json_printer, printer

MAIN = "main.tf"
VALUES = "mutation.auto.tfvars"
META_ARGUMENTS = {"count", "for_each", "provider", "depends_on"}
META_BLOCKS = {"lifecycle", "provisioner", "connection", "timeouts"}
OF_PROVIDERS = {"resource", "data"}


class Writing(NamedTuple):
    """Files by name, and how they are to be printed. `before` gives the address that something had before; of the
    addresses `apart` there are several now, and the gravest verdict counts."""

    files: Mapping[str, Body]
    before: Callable[[str], str] = str
    style: printer.Style | None = printer.PLAIN
    """None: JSON."""
    apart: frozenset[str] = frozenset()

    def texts(self) -> dict[str, str]:
        """The text of each file."""
        if self.style is None:
            return {f"{name}.json": json_printer.text(body) for name, body in self.files.items()}
        return {name: printer.text(body, self.style) for name, body in self.files.items()}


Mutation = Callable[[Body], Writing | None]
"""Writes a file in another way; None where there is nothing of the kind to be changed."""


def one_file(blocks: Iterable[Block], before: Callable[[str], str] = str) -> Writing:
    return Writing({MAIN: Body({}, list(blocks))}, before)


def in_json(mutation: Mutation) -> Mutation:
    """The mutation, and then all of its files in JSON."""

    def mutate(body: Body) -> Writing | None:
        writing = mutation(body)
        return writing and writing._replace(style=None)

    return mutate


def after(first: Mutation, second: Mutation) -> Mutation:
    """Two mutations, the second of what the first made of its only file."""

    def mutate(body: Body) -> Writing | None:
        one = first(body)
        two = second(one.files[MAIN]) if one and len(one.files) == 1 else None
        if one is None or two is None:
            return None
        return two._replace(before=lambda address: one.before(two.before(address)), apart=one.apart | two.apart)

    return mutate
