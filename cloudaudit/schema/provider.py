"""What the providers say of a type: its attributes and nested blocks, their types and flags, and their defaults.

The data is `provider.bin`, written by `cloudaudit.schema.generate`: a header, an index of offsets, and one compressed
piece of JSON per type, so that a scan reads the types it meets and no more.
"""

import functools
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

DATA = "provider.bin"
MAGIC = b"cloudaudit-schema-1\n"

REQUIRED, OPTIONAL, COMPUTED, SENSITIVE, DEPRECATED = 1, 2, 4, 8, 16

_SIZE = 4  # bytes of each length in the header


class AttributeSchema(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One attribute. `type` is Terraform's own notation: "string", ["list", "string"], ["object", {...}], "dynamic".

    `default` is what an unset attribute amounts to: what the provider sends or AWS then does. None where there is no
    such value, and where AWS, the account or the version of the provider decides.
    """

    type: Any
    flags: int
    default: Any = None

    @property
    def required(self) -> bool:
        """Must be set."""
        return bool(self.flags & REQUIRED)

    @property
    def optional(self) -> bool:
        """May be set."""
        return bool(self.flags & OPTIONAL)

    @property
    def computed(self) -> bool:
        """AWS fills it in; together with `optional`: where it is not set."""
        return bool(self.flags & COMPUTED)

    @property
    def sensitive(self) -> bool:
        """The provider marks its value as a secret."""
        return bool(self.flags & SENSITIVE)

    @property
    def unset(self) -> Any:
        """What an expression sees when the attribute is certainly unset: the default, else [], {} or None."""
        if self.default is not None:
            return self.default
        kind = self.type if isinstance(self.type, str) else self.type[0]
        return {"list": [], "set": [], "map": {}}.get(kind)


class NestedSchema(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A nested block. `nesting` is list, set, single or map; all but map read as a list of dicts. `max` 0: no limit."""

    attributes: dict[str, AttributeSchema]
    blocks: dict[str, "NestedSchema"]
    nesting: str
    flags: int = 0
    min: int = 0
    max: int = 0

    @property
    def computed(self) -> bool:
        """AWS fills it in; a configuration can write it only if it is `optional` too."""
        return bool(self.flags & COMPUTED)

    @property
    def optional(self) -> bool:
        """A configuration may write it."""
        return not self.computed or bool(self.flags & OPTIONAL)

    @property
    def unset(self) -> Any:
        """What an expression sees when there is no such block."""
        return {} if self.nesting == "map" else []


class TypeSchema(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A resource type: the union of what the oldest and the newest supported provider accept."""

    attributes: dict[str, AttributeSchema]
    blocks: dict[str, NestedSchema]

    def find(self, path: str) -> AttributeSchema | NestedSchema | None:
        """The attribute or block at a dotted path such as "root_block_device.encrypted"; list positions are skipped."""
        found: Any = self
        for name in path.split("."):
            if name.isdigit():
                continue
            if isinstance(found, AttributeSchema) or found is None:
                return None
            found = found.attributes.get(name) or found.blocks.get(name)
        return None if isinstance(found, TypeSchema) else found


@functools.cache
def resource_schema(type_: str) -> TypeSchema | None:
    """The schema of a resource type such as `aws_db_instance`, or None when no provider here has it."""
    index, dictionary, data = _archive()
    if (place := index.get(type_)) is None:
        return None
    start, size = place
    piece = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=dictionary).decompress(data[start : start + size])
    return _decoder().decode(piece)


def resource_types() -> tuple[str, ...]:
    """All known resource types, sorted."""
    return tuple(_archive()[0])


@functools.cache
def defaults(type_: str) -> dict[str, Any]:
    """Dotted paths of a type's attributes, in nested blocks too, each with its default. Shared: never change it."""
    schema = resource_schema(type_)
    return dict(_defaults(schema, "")) if schema else {}


def _defaults(block: TypeSchema | NestedSchema, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, attribute in block.attributes.items():
        if attribute.default is not None:
            yield prefix + name, attribute.default
    for name, nested in block.blocks.items():
        yield from _defaults(nested, f"{prefix}{name}.")


@functools.cache
def _decoder() -> msgspec.json.Decoder[TypeSchema]:
    return msgspec.json.Decoder(TypeSchema)


@functools.cache
def _archive() -> tuple[dict[str, tuple[int, int]], bytes, memoryview]:
    """Where the piece of each type lies, the dictionary that all pieces share, and the pieces."""
    data = memoryview(Path(__file__).with_name(DATA).read_bytes())
    position = len(MAGIC)
    parts = []
    for _ in range(2):
        size = int.from_bytes(data[position : position + _SIZE])
        position += _SIZE
        parts.append(zlib.decompress(data[position : position + size]))
        position += size
    sizes: dict[str, int] = msgspec.json.decode(parts[0], type=dict[str, int])
    index, start = {}, 0
    for type_, size in sizes.items():
        index[type_] = (start, size)
        start += size
    return index, parts[1], data[position:]
