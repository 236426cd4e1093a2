"""The values of a module's variables: given by the caller or from outside, converted to their types."""

from typing import TYPE_CHECKING, Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import following, values
from cloudaudit.sources.hcl.blocks import settle
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.scope import CONSTANT, Alone, Scope, bounded
from cloudaudit.sources.hcl.syntax import Attribute, Literal
from cloudaudit.sources.hcl.types import ANY, Type, parse_type
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError
from cloudaudit.sources.hcl.values import Value
from cloudaudit.sources.hcl.variables import Text, parsed

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.declarations import Declared
    from cloudaudit.sources.hcl.modules import Module

_MISSING = object()


def value(module: "Module", name: str) -> Value:
    """The value of `var.NAME`. What does not fit the type of the variable is an `Unknown` and a gap."""
    declared = module.declarations.variables.get(name)
    if declared is None:
        return Unknown(because=f"var.{name} is not declared")
    if constant(module, declared.block.body.attributes.get("sensitive")) is True:
        module.session.tainted = True
    try:
        found = _converted(module, name, declared)
        return following.marked(module, name, declared, found) if module.session.follows else found
    except (EvaluationError, LimitError, RecursionError) as error:
        return module.failed(f"var.{name}", error, declared.file, declared.block.span)


def constant(module: "Module", attribute: Attribute | None) -> Value:
    """The value of an argument such as `sensitive`, which must be constant; null when it is none."""
    if attribute is None:
        return None
    if isinstance(attribute.value, Literal):
        return attribute.value.value
    try:
        return value_of(attribute.value, module.scope)
    except (EvaluationError, LimitError):
        return None


def _converted(module: "Module", name: str, declared: "Declared") -> Value:
    body = declared.block.body.attributes
    type_ = _type(module, declared)
    found = _given(module, name, type_)
    if found is _MISSING or (found is None and constant(module, body.get("nullable")) is False):
        if "default" not in body:
            return Unknown(because=f"{module.address}var.{name} has no value")
        found = value_of(body["default"].value, module.scope)
    return bounded(values.convert(found, type_))


def _given(module: "Module", name: str, type_: Type) -> Any:
    if module.called is None:
        given = module.root.given.get(name, _MISSING)
        return parsed(given, type_, module.session) if isinstance(given, Text) else given
    call = module.called.declared
    argument = call.block.body.attributes.get(name)
    if argument is None:
        return _MISSING
    return settle(argument.value, module.called.scope, f"{module.address}var.{name}", call.file, argument.span)


def _type(module: "Module", declared: "Declared") -> Type:
    """The type of a variable, worked out once for all instances of its module."""
    types = module.root.library.types
    known = types.get(id(declared))
    if known is None:
        constants = Scope(Alone(module.session, CONSTANT))
        written = declared.block.body.attributes.get("type")
        known = ANY
        if written is not None:
            known = parse_type(written.value, lambda node, type_: values.convert(value_of(node, constants), type_))
        types[id(declared)] = known
    return known
