"""Which resource types and attributes exist, how they nest, and what the provider fills in."""

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
    "normalise",
    "resource_schema",
    "resource_types",
]
