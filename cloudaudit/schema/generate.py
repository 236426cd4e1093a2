"""Write `provider.bin` from schemas of the real providers: `python -m cloudaudit.schema.generate FOLDER...`

The folders hold `PROVIDER-VERSION.json.gz` files, each `{"resources": {TYPE: BLOCK}}`. The newest version is the base;
the types and arguments that only older ones have are added, so that both dialects are read. `overlay.toml` has the last
word.
"""

import gzip
import json
import sys
import tomllib
import zlib
from pathlib import Path
from typing import Any

from cloudaudit.schema.provider import COMPUTED, DATA, DEPRECATED, MAGIC, OPTIONAL, REQUIRED, SENSITIVE

HERE = Path(__file__).parent
FLAGS = {
    "required": REQUIRED,
    "optional": OPTIONAL,
    "computed": COMPUTED,
    "sensitive": SENSITIVE,
    "deprecated": DEPRECATED,
}

Block = dict[str, Any]

NONE = "none"  # a default of the overlay that takes one away


def main(*folders: Path) -> None:
    """Write the data file anew; the same input gives the same bytes."""
    (HERE / DATA).write_bytes(pack(schemas(*folders)))


def schemas(*folders: Path) -> dict[str, Block]:
    """All types of all schema files in the folders, in the newest dialect, with the overlay applied."""
    types = merged(*folders)
    correct(types, corrections())
    return types


def merged(*folders: Path) -> dict[str, Block]:
    """All types of all schema files in the folders, each in its newest dialect with what only older ones have."""
    files = sorted((file for folder in folders for file in folder.glob("*.json.gz")), key=_version, reverse=True)
    types: dict[str, Block] = {}
    for file in files:
        for name, block in json.loads(gzip.decompress(file.read_bytes()))["resources"].items():
            types[name] = merge(types[name], block) if name in types else block
    return types


def corrections() -> dict[str, dict[str, Any]]:
    """The entries of `overlay.toml`: type, then path, then what is right and why."""
    return tomllib.loads((HERE / "overlay.toml").read_text())


def _version(file: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in file.name.removesuffix(".json.gz").rpartition("-")[2].split("."))


def merge(newer: Block, older: Block) -> Block:
    """The newer block with what only the older one has."""
    attributes, blocks = dict(newer["attributes"]), dict(newer["blocks"])
    for name, attribute in older["attributes"].items():
        if name not in blocks and name not in attributes:
            attributes[name] = attribute
        elif name in attributes and attributes[name]["type"] == "dynamic":
            attributes[name] = {**attributes[name], "type": attribute["type"]}
    for name, nested in older["blocks"].items():
        if name in blocks:
            blocks[name] = merge(blocks[name], nested)
        elif name not in attributes:
            blocks[name] = nested
    return {**newer, "attributes": attributes, "blocks": blocks}


def correct(types: dict[str, Block], entries: dict[str, dict[str, Any]]) -> None:
    """Correct the types in place."""
    for type_, paths in entries.items():
        for path, entry in paths.items():
            *parents, name = path.split(".")
            block = types[type_]
            for parent in parents:
                block = block["blocks"][parent]
            right = {key: value for key, value in entry.items() if key != "why"}
            block["attributes"][name] = attribute = {**block["attributes"][name], **right}
            if attribute.get("default") == NONE:
                del attribute["default"]


def pack(types: dict[str, Block]) -> bytes:
    """The data file: a header of index and shared dictionary, each after its length; then the pieces in index order."""
    texts = {name: json.dumps(_block(types[name]), separators=(",", ":")).encode() for name in sorted(types)}
    dictionary = _dictionary(texts)
    pieces = {name: _compress(text, dictionary) for name, text in texts.items()}
    index = json.dumps({name: len(piece) for name, piece in pieces.items()}, separators=(",", ":")).encode()
    head = b"".join(len(part).to_bytes(4) + part for part in (zlib.compress(index, 9), zlib.compress(dictionary, 9)))
    return MAGIC + head + b"".join(pieces.values())


def _block(block: Block) -> list[Any]:
    attributes = {name: _attribute(attribute) for name, attribute in sorted(block["attributes"].items())}
    return [attributes, {name: _nested(nested) for name, nested in sorted(block["blocks"].items())}]


def _attribute(attribute: dict[str, Any]) -> list[Any]:
    flags = sum(bit for flag, bit in FLAGS.items() if attribute.get(flag))
    default = attribute.get("default")
    if attribute["type"] == "number" and isinstance(default, str) and default:
        default = float(default)  # large and fractional numbers were recorded as text
    # An empty string is how a provider writes "unset".
    return [attribute["type"], flags, *([] if default in (None, "") else [default])]


def _nested(block: Block) -> list[Any]:
    flags = sum(bit for flag, bit in FLAGS.items() if block.get(flag))
    rest = [flags, block.get("min", 0), block.get("max", 0)]
    while rest and not rest[-1]:
        rest.pop()
    return [*_block(block), block["nesting"], *rest]


def _dictionary(texts: dict[str, bytes]) -> bytes:
    """Text that most types share, for the compressor to point into: the pieces alone are too short to compress well."""
    counts: dict[bytes, int] = {}
    for text in texts.values():
        for part in set(text.replace(b"],", b"],\n").split(b"\n")):
            counts[part] = counts.get(part, 0) + 1
    worth = sorted((len(part) * (count - 1), part) for part, count in counts.items() if count > 2)
    # The compressor sees 32 KiB back, and near text is cheaper to point at: the best comes last.
    return b"".join(part for _, part in worth)[-32_000:]


def _compress(text: bytes, dictionary: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=dictionary)
    return compressor.compress(text) + compressor.flush()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
