"""Function calls. A few functions are forms rather than functions: they decide how their arguments are evaluated."""

import re
from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import operators, readers, types
from cloudaudit.sources.hcl.functions import FUNCTIONS
from cloudaudit.sources.hcl.scope import TEMPLATE, Alone, Evaluate, Scope, plain
from cloudaudit.sources.hcl.syntax import Call, Expression
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, wholly_known
from cloudaudit.sources.hcl.values import Value, to_string, type_of

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")


def call(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    """The value of a function call."""
    name = node.name.removeprefix("core::")
    if form := _FORMS.get(name):
        return form(node, scope, evaluate)
    args = [plain(evaluate(arg, scope)) for arg in node.args]
    if node.expand:
        last = args.pop()
        if isinstance(last, Unknown):
            return combine(last, args)
        if not isinstance(last, list):
            raise EvaluationError("the value before ... must be a list or a set")
        args += last
    function = FUNCTIONS.get(name)
    if function is None:
        return _unknown_function(name, args)
    try:
        return function(scope.session.files, args)
    except EvaluationError as error:
        raise EvaluationError(f"{name}(): {error}") from None


def _unknown_function(name: str, args: list[Value]) -> Value:
    if "::" not in name:
        raise EvaluationError(f'there is no function named "{name}"')
    return combine(Unknown(because=f"{name}() is computed by its provider"), args)


def _try(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    return _first(list(node.args), scope, evaluate)


def _first(args: list[Expression], scope: Scope, evaluate: Evaluate) -> Value:
    """The first argument without an error. What only may exist makes the later ones possible, too."""
    reasons = []
    for number, arg in enumerate(args):
        try:
            value, assumed = _attempt(arg, scope, evaluate)
        except EvaluationError as error:
            reasons.append(str(error))
            continue
        if assumed is None:
            return value
        try:
            return operators.either(assumed, value, _first(args[number + 1 :], scope, evaluate))
        except EvaluationError:
            return value
    raise EvaluationError("no expression succeeded: " + "; ".join(reasons))


def _attempt(arg: Expression, scope: Scope, evaluate: Evaluate) -> tuple[Value, Unknown | None]:
    session = scope.session
    before, session.assumed = session.assumed, None
    try:
        return plain(evaluate(arg, scope)), session.assumed
    finally:
        session.assumed = before


def _can(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    arg = _only(node)
    try:
        value, assumed = _attempt(arg, scope, evaluate)
    except EvaluationError:
        return False
    if assumed is None and wholly_known(value):
        return True
    return combine(assumed, value)


def _sensitive(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    value = plain(evaluate(_only(node), scope))
    scope.session.tainted = True
    return value


def _nonsensitive(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    return _tainted(_only(node), scope, evaluate)[0]


def _issensitive(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    value, tainted = _tainted(_only(node), scope, evaluate)
    return tainted if tainted or not isinstance(value, Unknown) else combine(value)


def _tainted(arg: Expression, scope: Scope, evaluate: Evaluate) -> tuple[Value, bool]:
    """The value, and whether a sensitive one went into it; the surroundings are not told."""
    session = scope.session
    before, session.tainted = session.tainted, False
    try:
        return plain(evaluate(arg, scope)), session.tainted
    finally:
        session.tainted = before


def _type(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    return types.describe(type_of(plain(evaluate(_only(node), scope))))


def _templatefile(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    path, names = _two(node, scope, evaluate)
    if isinstance(path, Unknown):
        return combine(path, names)
    content = scope.session.files.read_file(path)
    if isinstance(content, Unknown):
        return content
    try:
        return _rendered(content.decode(), names, scope, evaluate)
    except UnicodeDecodeError:
        raise EvaluationError(f'the file "{path}" is not encoded as UTF-8') from None


def _templatestring(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    text, names = _two(node, scope, evaluate)
    return combine(text, names) if isinstance(text, Unknown) else _rendered(text, names, scope, evaluate)


def _rendered(text: str, names: Value, scope: Scope, evaluate: Evaluate) -> Value:
    if isinstance(names, Unknown):
        return combine(names)
    if not isinstance(names, dict):
        raise EvaluationError("the variables of a template must be an object")
    if invalid := next((name for name in names if not _IDENTIFIER.fullmatch(name)), None):
        raise EvaluationError(f'"{invalid}" cannot be the name of a variable of a template')
    inner = Scope(Alone(scope.session, TEMPLATE), names)
    value = plain(evaluate(readers.template(scope.session.reader, text), inner))
    if value is None:
        raise EvaluationError("a template must not be null")
    return value


def _two(node: Call, scope: Scope, evaluate: Evaluate) -> tuple[Any, Value]:
    if len(node.args) != 2 or node.expand:
        raise EvaluationError(f"{node.name}() takes two arguments")
    if getattr(scope.module, "where", "") == TEMPLATE:
        raise EvaluationError(f"a template cannot call {node.name}()")
    text, names = (plain(evaluate(arg, scope)) for arg in node.args)
    if text is None:
        raise EvaluationError(f"{node.name}(): argument 1 must not be null")
    return to_string(text), names


def _only(node: Call) -> Expression:
    if len(node.args) != 1 or node.expand:
        raise EvaluationError(f"{node.name}() takes one argument")
    return node.args[0]


_FORMS: dict[str, Callable[[Call, Scope, Evaluate], Value]] = {
    "try": _try,
    "can": _can,
    "type": _type,
    "sensitive": _sensitive,
    "nonsensitive": _nonsensitive,
    "issensitive": _issensitive,
    "templatefile": _templatefile,
    "templatestring": _templatestring,
}
