"""How a function is declared and called: its parameters, and what it does with values that are not known."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from cloudaudit.sources.hcl import limits
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.types import Type
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import Value, convert, normal_text


class Function(msgspec.Struct, frozen=True):
    """One function of Terraform. Calling it converts the arguments to the types of its parameters and raises
    `EvaluationError` where Terraform would, or `LimitError` when the result would be too large."""

    compute: Callable[..., Value]
    parameters: tuple[Type, ...]
    rest: Type | None
    aware: bool
    nullable: bool
    contextual: bool

    def __call__(self, context: CallContext, args: Sequence[Value]) -> Value:
        """The result of calling it."""
        given = self._convert(args)
        if not self.aware and not limits.known(given):
            return combine(given)
        result = self.compute(context, *given) if self.contextual else self.compute(*given)
        if isinstance(result, str):
            limits.text(len(result))
            return normal_text(result)
        return result

    def _convert(self, args: Sequence[Value]) -> list[Any]:
        wanted = len(self.parameters)
        if len(args) < wanted:
            raise EvaluationError(f"not enough arguments: {wanted} expected, {len(args)} given")
        if len(args) > wanted and self.rest is None:
            raise EvaluationError(f"too many arguments: {wanted} expected, {len(args)} given")
        limits.elements(len(args))
        types = self.parameters if self.rest is None else self.parameters + (self.rest,) * (len(args) - wanted)
        return [self._argument(i, arg, type_) for i, (arg, type_) in enumerate(zip(args, types, strict=True), 1)]

    def _argument(self, position: int, arg: Value, type_: Type) -> Value:
        if arg is None and not self.nullable:
            raise EvaluationError(f"argument {position} must not be null")
        try:
            return convert(arg, type_)
        except EvaluationError as error:
            raise EvaluationError(f"invalid value for argument {position}: {error}") from None


def strict(compute: Callable[..., Value], *parameters: Type, rest: Type | None = None) -> Function:
    """A function whose result is unknown as soon as anything in its arguments is."""
    return Function(compute, parameters, rest, aware=False, nullable=False, contextual=False)


def aware(
    compute: Callable[..., Value], *parameters: Type, rest: Type | None = None, nullable: bool = False
) -> Function:
    """A function that is given unknown arguments too, and says what is decidable; nulls too when it is `nullable`."""
    return Function(compute, parameters, rest, aware=True, nullable=nullable, contextual=False)


def contextual(compute: Callable[..., Value], *parameters: Type) -> Function:
    """A strict function whose first argument is the `CallContext`."""
    return Function(compute, parameters, None, aware=False, nullable=False, contextual=True)
