"""What is no resource but is judged like one: variables, outputs, providers, backends and module calls."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudaudit.model import Resource

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.modules import Module


def resources(module: "Module", prefix: str) -> Iterator[Resource]:
    """The declarations of a module as resources of types such as `terraform_variable`."""
    del module, prefix
    yield from ()
