"""What an expression sees, and what all expressions of one root share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from cloudaudit.model import Gap, Location, Unknown
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.syntax import Span
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

MOST_STEPS = 2_000_000
"""How many iterations all `for` expressions of one root may take together."""
LARGEST_VALUE = 200_000
"""How many members a value may have, at all depths together."""
LONGEST_TEXT = 8 * 1024 * 1024
_SCALARS = frozenset({str, bool, int, float, type(None), Unknown})


class Lazy:
    """A value worked out piece by piece, when asked for: a namespace such as `var`, a resource, a module."""

    __slots__ = ()

    def attribute(self, name: str) -> Any:
        """`this.name`"""
        raise EvaluationError(f'there is no "{name}" here')

    def element(self, key: Any) -> Any:
        """`this[key]`"""
        if isinstance(key, str):
            return self.attribute(key)
        raise EvaluationError("this value does not have any indices")

    def elements(self) -> Iterable[tuple[Any, Any]] | Unknown | None:
        """Keys and elements when this is a collection, None when it is a single thing."""
        return None

    def whole(self) -> Any:
        """The plain value."""
        raise EvaluationError("a reference must be followed by the name of what it refers to")


class Session:
    """What the evaluation of one root shares.

    `tainted` is set when a sensitive value was read, `assumed` when something was read that may not exist, since the
    `count` or `for_each` of its block is not known. Who wants to know clears them first. A session that `follows`
    has marks in place of secrets.
    """

    def __init__(self, files: CallContext, reader: str = "tree-sitter", *, follows: bool = False) -> None:
        self.files = files
        self.reader = reader
        self.follows = follows
        self.tainted = False
        self.assumed: Unknown | None = None
        self.gaps: dict[tuple[str, str], Gap] = {}
        self._steps = MOST_STEPS

    def step(self) -> None:
        """Count one iteration; raises `LimitError` when there were too many."""
        self._steps -= 1
        if self._steps < 0:
            raise LimitError(f"for expressions of more than {MOST_STEPS:,} steps")

    def gap(self, what: str, why: str, remedy: str = "", location: Location | None = None) -> None:
        """Note what could not be looked at; the same thing is noted once."""
        self.gaps.setdefault((what, why), Gap(what=what, why=why, remedy=remedy, location=location))


class Names(Protocol):
    """Finds the first name of a reference: a module does."""

    session: Session

    def resolve(self, name: str) -> Any:
        """The value or namespace of that name. Raises `EvaluationError` when there is none."""


class Scope:
    """The names an expression sees: those of its module, and local ones such as `each` or a variable of `for`."""

    __slots__ = ("module", "names", "session")

    def __init__(self, module: Names, names: Mapping[str, Any] | None = None) -> None:
        self.module = module
        self.session = module.session
        self.names = names or {}

    def inside(self, names: Mapping[str, Any]) -> "Scope":
        """The scope with more local names."""
        return Scope(self.module, {**self.names, **names})


class Alone:
    """No names but the local ones: all that a template in a file, or a constant, may use. `where` says which it is."""

    def __init__(self, session: Session, where: str) -> None:
        self.session = session
        self.where = where

    def resolve(self, name: str) -> Any:
        """Always an `EvaluationError`."""
        raise EvaluationError(f'"{name}" is not known {self.where}')


TEMPLATE = "to the template, which sees nothing but the variables it is given"
CONSTANT = "where only constants are allowed"

Evaluate = Callable[[Any, Scope], Any]
"""Evaluates a node; the value may be `Lazy`."""


def plain(value: Any) -> Any:
    """The value itself, worked out if it is `Lazy`."""
    return value.whole() if isinstance(value, Lazy) else value


def locate(file: str, span: Span) -> Location:
    """Where a node stands."""
    return Location(file, span[0], span[1], span[2], span[3])


def bounded(value: Any) -> Any:
    """`value` itself; raises `LimitError` when it is too large to go through."""
    if type(value) in _SCALARS:
        if type(value) is str and len(value) > LONGEST_TEXT:
            raise LimitError("a string that is too long")
        return value
    count = 0
    stack = [value]
    while stack:
        members = stack.pop()
        if isinstance(members, dict):
            members = members.values()
        elif not isinstance(members, list):
            continue
        count += len(members)
        if count > LARGEST_VALUE:
            raise LimitError(f"a value of more than {LARGEST_VALUE:,} members")
        stack.extend(member for member in members if type(member) not in _SCALARS)
    return value
