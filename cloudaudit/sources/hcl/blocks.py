"""Bodies to plain attributes: arguments, nested blocks, and dynamic blocks written out."""

from collections.abc import Iterable, Iterator
from typing import Any

from cloudaudit.graph import strip_keys
from cloudaudit.model import Location, Unknown
from cloudaudit.sources.hcl.declarations import Declared
from cloudaudit.sources.hcl.evaluate import evaluate, value_of
from cloudaudit.sources.hcl.iteration import pairs
from cloudaudit.sources.hcl.scope import Scope, bounded, locate
from cloudaudit.sources.hcl.syntax import Attribute, Block, Body, Name, Span
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine
from cloudaudit.sources.hcl.values import Value

_Item = tuple[Body, Scope, Span]


class Writing:
    """Writes out the body of one block, called `address`; notes where each value stands and which are sensitive."""

    def __init__(self, declared: Declared, address: str) -> None:
        self.declared = declared
        self.address = address
        self.places: dict[str, Location] = {}
        self.sensitive: set[str] = set()

    def argument(self, attribute: Attribute, scope: Scope, path: str) -> Value:
        """The value of one argument at a dotted path. An error in it is an `Unknown` and a gap."""
        session = scope.session
        before, session.tainted = session.tainted, False
        if "." in path:
            self.places[path] = locate(self.declared.file, attribute.span)
        value = settle(attribute.value, scope, f"{self.address}.{path}", self.declared.file, attribute.span)
        if session.tainted:
            self.sensitive.add(path)
        session.tainted = before or session.tainted
        return value

    def blocks(self, kind: str, blocks: Iterable[Block], scope: Scope, prefix: str = "") -> Value:
        """The nested blocks of one kind, a list of dicts; null when there is none. Where nobody knows how many a
        dynamic block makes, an `Unknown` has their place; without any other block the whole is an `Unknown`."""
        written: list[Value] = []
        for block in blocks:
            items = self._items(block, scope, f"{prefix}{kind}")
            if isinstance(items, Unknown):
                written.append(items)
                continue
            for body, inner, span in items:
                path = f"{prefix}{kind}.{len(written)}"
                self.places[path] = locate(self.declared.file, span)
                written.append(self.body(body, inner, f"{path}."))
        if written and all(isinstance(block, Unknown) for block in written):
            return combine(written)
        return written or None

    def body(self, body: Body, scope: Scope, prefix: str) -> dict[str, Value]:
        """The arguments and blocks of a nested body; null is unset."""
        values: dict[str, Value] = {}
        for name, attribute in body.attributes.items():
            if (value := self.argument(attribute, scope, prefix + name)) is not None:
                values[name] = value
        for kind, blocks in by_kind(body).items():
            if (written := self.blocks(kind, blocks, scope, prefix)) is not None:
                values[kind] = written
        return values

    def _items(self, block: Block, scope: Scope, path: str) -> Iterable[_Item] | Unknown:
        if block.type != "dynamic" or not block.labels:
            return ((block.body, scope, block.span),)
        content = next((inner.body for inner in block.body.blocks if inner.type == "content"), Body({}, []))
        iterator = _iterator(block)
        members = self._members(block, scope, path)
        if isinstance(members, Unknown):
            inner = scope.inside({iterator: {"key": members, "value": members}})
            # Written out for its references only: there may be none of it.
            return combine(members, Writing(self.declared, self.address).body(content, inner, f"{path}.?."))
        return [(content, scope.inside({iterator: names}), block.span) for names in members]

    def _members(self, block: Block, scope: Scope, path: str) -> list[dict[str, Any]] | Unknown:
        each = block.body.attributes.get("for_each")
        if each is None:
            return Unknown(because=f"{self.address}.{path}: a dynamic block without for_each")
        what, file = f"{self.address}.{path}", self.declared.file
        try:
            members = pairs(evaluate(each.value, scope))
            if isinstance(members, Unknown):
                return Unknown(because=members.because, refs=members.refs)
            return [{"key": key, "value": member} for key, member in _counted(members, scope)]
        except (EvaluationError, LimitError) as error:
            return failed(scope, what, error, file, each.span)


def _counted(members: Iterator[tuple[Any, Any]], scope: Scope) -> Iterator[tuple[Any, Any]]:
    for pair in members:
        scope.session.step()
        yield pair


def _iterator(block: Block) -> str:
    given = block.body.attributes.get("iterator")
    return given.value.name if given and isinstance(given.value, Name) else block.labels[0]


def by_kind(body: Body) -> dict[str, list[Block]]:
    """The nested blocks by kind; a dynamic block is of the kind of its label."""
    kinds: dict[str, list[Block]] = {}
    for block in body.blocks:
        kind = block.labels[0] if block.type == "dynamic" and block.labels else block.type
        kinds.setdefault(kind, []).append(block)
    return kinds


def settle(node: Any, scope: Scope, what: str, file: str, span: Span) -> Value:
    """The value of an expression; an error, or too large a value, is an `Unknown` and a gap that names `what`."""
    try:
        return bounded(value_of(node, scope))
    except (EvaluationError, LimitError, RecursionError) as error:
        return failed(scope, what, error, file, span)


def failed(scope: Scope, what: str, error: Exception, file: str, span: Span) -> Unknown:
    """The `Unknown` that stands for what could not be evaluated; the gap is noted."""
    if isinstance(error, RecursionError):
        why = "expressions refer to each other too deeply"
    else:
        why = f"too large to compute: {error}" if isinstance(error, LimitError) else str(error)
    # What fails in one instance mostly fails in all.
    scope.session.gap(strip_keys(what), why, location=locate(file, span))
    return Unknown(because=f"{what} cannot be evaluated: {why}")
