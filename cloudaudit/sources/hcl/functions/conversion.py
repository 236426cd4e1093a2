"""Explicit conversions, and the functions about sensitive and ephemeral values."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.functions.signature import Function, aware
from cloudaudit.sources.hcl.types import ANY, BOOL, NUMBER, STRING, list_of, map_of, set_of
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import Value


def _same(value: Any) -> Value:
    return value


def _issensitive(value: Any) -> Value:
    return combine(Unknown(because="whether a value is sensitive is decided by Terraform"), value)


def _withdrawn(*_: Any) -> Value:
    raise EvaluationError("this function is no longer available since Terraform 0.12; use [ ... ] or { ... }")


FUNCTIONS: dict[str, Function] = {
    # Marks are kept by the evaluator where it matters, on the attribute; the value itself stays what it is.
    "ephemeralasnull": aware(_same, ANY, nullable=True),
    "issensitive": aware(_issensitive, ANY, nullable=True),
    "list": aware(_withdrawn, rest=ANY, nullable=True),
    "map": aware(_withdrawn, rest=ANY, nullable=True),
    "nonsensitive": aware(_same, ANY, nullable=True),
    "sensitive": aware(_same, ANY, nullable=True),
    "tobool": aware(_same, BOOL, nullable=True),
    "tolist": aware(_same, list_of(ANY), nullable=True),
    "tomap": aware(_same, map_of(ANY), nullable=True),
    "tonumber": aware(_same, NUMBER, nullable=True),
    "toset": aware(_same, set_of(ANY), nullable=True),
    "tostring": aware(_same, STRING, nullable=True),
}
