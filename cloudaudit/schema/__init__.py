"""Which resource types and attributes exist, how they nest, and what the provider fills in."""

from cloudaudit.schema.dialect import expand, expand_all
from cloudaudit.schema.normalise import normalise
from cloudaudit.schema.provider import (
    AttributeSchema,
    NestedSchema,
    TypeSchema,
    defaults,
    resource_schema,
    resource_types,
)

__all__ = [
    "AttributeSchema",
    "NestedSchema",
    "TypeSchema",
    "defaults",
    "expand",
    "expand_all",
    "normalise",
    "resource_schema",
    "resource_types",
]
