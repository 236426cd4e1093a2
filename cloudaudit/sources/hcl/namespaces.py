"""What stands before a dot and is no value: namespaces, outputs, and what was not found."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.declarations import Declarations, Declared
from cloudaudit.sources.hcl.expansion import key_text
from cloudaudit.sources.hcl.scope import Lazy
from cloudaudit.sources.hcl.unknowns import NEVER_NULL
from cloudaudit.sources.hcl.values import Value


class Outward(Protocol):
    """A module as its caller sees it."""

    declarations: Declarations

    def output(self, name: str) -> Value:
        """The value of an output."""


class Space(Lazy):
    """A namespace: `var`, `local`, `data`, a resource type."""

    __slots__ = ("find",)

    def __init__(self, find: Callable[[str], Any]) -> None:
        self.find = find

    def attribute(self, name: str) -> Any:
        """What goes by that name in it."""
        return self.find(name)


class Outputs(Lazy):
    """The outputs of one module instance."""

    __slots__ = ("module",)

    def __init__(self, module: Outward) -> None:
        self.module = module

    def attribute(self, name: str) -> Any:
        """The value of an output."""
        return self.module.output(name)

    def whole(self) -> Value:
        """All of them."""
        return {name: self.module.output(name) for name in self.module.declarations.outputs}


class Undeclared(Lazy):
    """Something that is referred to and was not found; `why` says what is the matter with it."""

    __slots__ = ("address", "why")

    def __init__(self, address: str, why: str) -> None:
        self.address = address
        self.why = why

    def attribute(self, name: str) -> Value:
        """Unknown; the reference is kept."""
        reference = f"{self.address}.{name}"
        return Unknown(because=f"{self.address} {self.why}", refs=(reference,), is_set=name in NEVER_NULL)

    def element(self, key: Any) -> Any:
        """The same of an instance."""
        kind = "each" if isinstance(key, str) else "count"
        shown = "?" if isinstance(key, Unknown) else key
        return Undeclared(self.address + key_text(kind, shown), self.why)

    def elements(self) -> Iterable[tuple[Any, Any]] | Unknown | None:
        """Unknown."""
        return Unknown(because=f"{self.address} {self.why}", refs=(self.address,))

    def whole(self) -> Value:
        """Unknown."""
        return Unknown(because=f"{self.address} {self.why}", refs=(self.address,))


class Absent(Lazy):
    """A module that was not looked at: its outputs are unknown."""

    __slots__ = ("address", "because", "declared")

    def __init__(self, address: str, because: str, declared: Declared) -> None:
        self.address = address
        self.because = because
        self.declared = declared

    def attribute(self, name: str) -> Value:
        """Unknown; the reference is kept."""
        return Unknown(because=self.because, refs=(f"{self.address}.{name}",))

    def element(self, key: Any) -> Any:
        """The same of an instance."""
        del key
        return self

    def elements(self) -> Iterable[tuple[Any, Any]] | Unknown | None:
        """Unknown."""
        return Unknown(because=self.because, refs=(self.address,))

    def whole(self) -> Value:
        """Unknown."""
        return Unknown(because=self.because, refs=(self.address,))
