"""Expressions to values. Unknown is a value like any other; what Terraform calls an error is an `EvaluationError`."""

from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import iteration, numeric, operators, rendering, special
from cloudaudit.sources.hcl.scope import Scope, plain
from cloudaudit.sources.hcl.syntax import (
    Binary,
    Call,
    Conditional,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    Object,
    Splat,
    Template,
    Tuple,
    Unary,
)
from cloudaudit.sources.hcl.traverse import attribute, element
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine
from cloudaudit.sources.hcl.values import Value, to_bool, to_string

_MISSING = object()
_DECIDES = {"&&": False, "||": True}


def evaluate(node: Any, scope: Scope) -> Any:
    """The value of an expression; `Lazy` when it names a resource, a module or a namespace as a whole."""
    return _EVALUATE[type(node)](node, scope)


def value_of(node: Any, scope: Scope) -> Value:
    """The plain value of an expression. Raises `EvaluationError`, or `LimitError` when it is too large."""
    return plain(_EVALUATE[type(node)](node, scope))


def _literal(node: Literal, _: Scope) -> Value:
    value = node.value
    return value if isinstance(value, str | bool) or value is None else numeric.literal(value)


def _name(node: Name, scope: Scope) -> Any:
    value = scope.names.get(node.name, _MISSING)
    return scope.module.resolve(node.name) if value is _MISSING else value


def _get_attr(node: GetAttr, scope: Scope) -> Any:
    of = node.of
    return attribute(_EVALUATE[type(of)](of, scope), node.name)


def _index(node: Index, scope: Scope) -> Any:
    of = evaluate(node.of, scope)
    return element(of, value_of(node.key, scope))


def _template(node: Template, scope: Scope) -> Any:
    return rendering.render(node, scope, evaluate)


def _splat(node: Splat, scope: Scope) -> Value:
    return iteration.splat(node, scope, evaluate)


def _for(node: For, scope: Scope) -> Value:
    return iteration.loop(node, scope, evaluate)


def _call(node: Call, scope: Scope) -> Value:
    return special.call(node, scope, evaluate)


def _unary(node: Unary, scope: Scope) -> Value:
    return operators.unary(node.operator, value_of(node.operand, scope))


def _binary(node: Binary, scope: Scope) -> Value:
    left = value_of(node.left, scope)
    decisive = _DECIDES.get(node.operator)
    if decisive is not None and left is not None and to_bool(left) is decisive:
        _check_left_out(node.right, scope)
        return decisive
    return operators.binary(node.operator, left, value_of(node.right, scope))


def _check_left_out(node: Any, scope: Scope) -> None:
    """The side that no longer matters may be null or fail, but it must not be of a type that is no boolean."""
    try:
        value = value_of(node, scope)
    except EvaluationError:
        return
    if value is not None:
        to_bool(value)


def _conditional(node: Conditional, scope: Scope) -> Value:
    condition = value_of(node.condition, scope)
    truth = condition if condition is None else to_bool(condition)
    if not isinstance(truth, bool):
        return operators.conditional(truth, _arm(node.then, scope), _arm(node.otherwise, scope))
    chosen, left_out = (node.then, node.otherwise) if truth else (node.otherwise, node.then)
    value = value_of(chosen, scope)
    if value is None or isinstance(value, Unknown):
        return value
    other = _left_out(left_out, scope)
    return operators.conditional(truth, value, other) if truth else operators.conditional(truth, other, value)


def _arm(node: Any, scope: Scope) -> Value:
    """An arm that may or may not be chosen: an error in it is a cause for not knowing."""
    try:
        return value_of(node, scope)
    except EvaluationError as error:
        return Unknown(because=str(error))


def _left_out(node: Any, scope: Scope) -> Value:
    """The arm that is not chosen counts for its type only."""
    session = scope.session
    tainted, assumed = session.tainted, session.assumed
    try:
        return value_of(node, scope)
    except (EvaluationError, LimitError) as error:
        return Unknown(because=str(error))
    finally:
        session.tainted, session.assumed = tainted, assumed


def _tuple(node: Tuple, scope: Scope) -> Value:
    return [value_of(item, scope) for item in node.items]


def _object(node: Object, scope: Scope) -> Value:
    result: dict[str, Value] = {}
    unknown: list[Value] = []
    for key_node, member in node.items:
        key = key_node.value if type(key_node) is Literal else value_of(key_node, scope)
        value = value_of(member, scope)
        if key is None:
            raise EvaluationError("can't use a null value as a key")
        name = key if type(key) is str else to_string(key)
        if isinstance(name, Unknown):
            unknown += [name, value]
        else:
            result[name] = value
    return combine(unknown, result) if unknown else result


_EVALUATE: dict[type, Callable[[Any, Scope], Any]] = {
    Literal: _literal,
    Template: _template,
    Name: _name,
    GetAttr: _get_attr,
    Index: _index,
    Splat: _splat,
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    Tuple: _tuple,
    Object: _object,
    For: _for,
}
