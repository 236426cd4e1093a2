"""`for` expressions and splats, over known, partly known and unknown collections."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.scope import Evaluate, Lazy, Scope, plain
from cloudaudit.sources.hcl.syntax import For, Name, Splat
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, unknowns
from cloudaudit.sources.hcl.values import TfList, TfSet, Value, partly, to_bool, to_string, type_of

EVERY = "*"
"""The name that a splat gives to each element."""


def pairs(collection: Any) -> Iterator[tuple[Any, Any]] | Unknown:
    """The keys and elements of a collection in Terraform's order; the `Unknown` when they are not known."""
    if isinstance(collection, Lazy):
        elements = collection.elements()
        if elements is None:
            return pairs(collection.whole())
        return elements if isinstance(elements, Unknown) else iter(elements)
    if isinstance(collection, Unknown):
        return collection
    if isinstance(collection, TfSet):
        return ((member, member) for member in collection)
    if isinstance(collection, list):
        return enumerate(collection)
    if isinstance(collection, dict):
        return ((name, collection[name]) for name in sorted(collection))
    what = "a null value" if collection is None else "a value that is no collection"
    raise EvaluationError(f"cannot iterate over {what}")


def unordered(collection: Any) -> bool:
    """Whether this is a set with unknown elements: nobody knows which place they take, or whether they equal others."""
    return isinstance(collection, TfSet) and any(unknowns(collection))


def loop(node: For, scope: Scope, evaluate: Evaluate) -> Value:
    """The value of a `for` expression."""
    collection = evaluate(node.collection, scope)
    members = pairs(collection)
    if isinstance(members, Unknown) and isinstance(members.partial, TfList) and not (node.key or node.key_result):
        # The elements that are known to be there; their places are not.
        made = _loop(node, scope, evaluate, members.partial, enumerate(members.partial))
        return partly(made, members) if isinstance(made, list) else made
    if isinstance(members, Unknown):
        return combine(members, *_one(node, scope, evaluate, _any(collection, members)))
    return _loop(node, scope, evaluate, collection, members)


def _loop(node: For, scope: Scope, evaluate: Evaluate, collection: Any, members: Iterator[tuple[Any, Any]]) -> Value:
    results: list[tuple[Value, Value]] = []
    doubts: list[Value] = []
    for key, member in members:
        scope.session.step()
        inner = scope.inside({node.value: member} if node.key is None else {node.key: key, node.value: member})
        wanted = True if node.condition is None else _condition(plain(evaluate(node.condition, inner)))
        if wanted is False:
            continue
        name = None if node.key_result is None else _key(plain(evaluate(node.key_result, inner)))
        value = plain(evaluate(node.result, inner))
        if isinstance(wanted, Unknown) or isinstance(name, Unknown):
            doubts += [wanted, name, value]
        results.append((name, value))
    if doubts:
        return combine(doubts, [value for _, value in results])
    if unordered(collection) and (node.group or node.key_result is None):
        return combine(collection) if node.group else partly((value for _, value in results), collection)
    if node.key_result is None:
        return [value for _, value in results]
    return _grouped(results) if node.group else _keyed(results)


def _condition(value: Value) -> bool | Unknown:
    if value is None:
        raise EvaluationError("the value of the 'if' clause must not be null")
    return to_bool(value)  # type: ignore[no-any-return]


def _key(value: Value) -> Value:
    if value is None:
        raise EvaluationError("key expression in 'for' expression must not produce a null value")
    return to_string(value)


def _keyed(results: list[tuple[str, Value]]) -> dict[str, Value]:
    keyed: dict[str, Value] = {}
    for name, value in results:
        if name in keyed:
            raise EvaluationError(f"two different items produced the key \"{name}\" in this 'for' expression")
        keyed[name] = value
    return keyed


def _grouped(results: list[tuple[str, Value]]) -> dict[str, Value]:
    groups: dict[str, Value] = {}
    for name, value in results:
        groups.setdefault(name, []).append(value)
    return groups


def _any(collection: Any, unknown: Unknown) -> Any:
    """An element of a collection that is not known: the instance in question of a resource, else an `Unknown`."""
    if isinstance(collection, Lazy):
        return collection.element(unknown)
    return Unknown(because=unknown.because, refs=unknown.refs)


def _one(node: For, scope: Scope, evaluate: Evaluate, element: Any) -> list[Value]:
    """What the result would be for an element that nobody knows, for the sake of its references."""
    inner = scope.inside({node.value: element, **({node.key: element} if node.key else {})})
    try:
        return [plain(evaluate(node.result, inner))]
    except EvaluationError:
        return []


def splat(node: Splat, scope: Scope, evaluate: Evaluate) -> Value:
    """The value of `of[*]...`: null is no element, and what is no list is one element."""
    of = evaluate(node.of, scope)
    members = _members(of)
    if isinstance(members, Unknown):
        return combine(members, _unknown_splat(node, scope, evaluate, of, members))
    whole = isinstance(node.each, Name)
    values: list[Value] = []
    for member in members:
        scope.session.step()
        value = member if whole else evaluate(node.each, scope.inside({EVERY: member}))
        values.append(plain(value))
    if unordered(of):
        return partly(values, of)
    if isinstance(of, TfList | TfSet):
        return TfList(values, type_of(values[0])) if values else TfList()
    return values


def _members(of: Any) -> list[Any] | Unknown:
    if isinstance(of, Lazy):
        elements = of.elements()
        if elements is None:
            return [of]
        if isinstance(elements, Unknown):
            return elements
        keyed = list(elements)
        is_list = all(isinstance(key, int) for key, _ in keyed)
        return [member for _, member in keyed] if is_list else [of]
    if isinstance(of, Unknown):
        return of
    if of is None:
        return []
    return of if isinstance(of, list) else [of]


def _unknown_splat(node: Splat, scope: Scope, evaluate: Evaluate, of: Any, unknown: Unknown) -> Value:
    """The references of an element of a collection whose length is not known."""
    try:
        return plain(evaluate(node.each, scope.inside({EVERY: _any(of, unknown)})))
    except EvaluationError:
        return None
