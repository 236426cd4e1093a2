"""Resources as Terraform records them in plans and states, and the step from there to ours."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from cloudaudit import schema
from cloudaudit.model import Origin, Resource


class Recorded(msgspec.Struct):
    """One resource of `planned_values` or `values`."""

    address: str
    type: str
    name: str
    mode: str = "managed"
    index: str | int | None = None
    values: dict[str, Any] | None = None
    sensitive_values: Any = None
    deposed_key: str | None = None


class RecordedModule(msgspec.Struct):
    """One module instance of `planned_values` or `values`."""

    address: str = ""
    resources: list[Recorded] = []
    child_modules: list["RecordedModule"] = []


def recorded(module: RecordedModule) -> Iterator[Recorded]:
    """The resources of a module and of those below it."""
    yield from module.resources
    for child in module.child_modules:
        yield from recorded(child)


def modules(module: RecordedModule) -> Iterator[str]:
    """The addresses of the module instances below a module."""
    for child in module.child_modules:
        yield child.address
        yield from modules(child)


def resource(
    row: Recorded, attributes: Mapping[str, Any], origin: Origin, root: str = "", region: str = ""
) -> Resource:
    """Our resource; account and region come from its ARN, else the region from its provider block."""
    arn = attributes.get("arn")
    arn = arn if isinstance(arn, str) and arn.startswith("arn:") else ""
    parts = arn.split(":", 5)
    kind = row.type if row.mode == "managed" else f"data.{row.type}"
    return Resource(
        key=f"{root}:{row.address}" if root not in {"", "."} else row.address,
        type=kind,
        name=row.name,
        address=row.address,
        attributes=attributes,
        origin=origin,
        sensitive=_marked(row.sensitive_values) | secret(row.type),
        account=parts[4] if arn else "",
        region=(parts[3] if arn else "") or region,
        arn=arn,
    )


def bracketed(key: str | int | None) -> str:
    """The instance key as it stands in an address."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def is_document(row: Recorded) -> bool:
    """True for a policy document: no resource, but judged where it is written."""
    return row.mode == "data" and row.type == "aws_iam_policy_document"


def document(row: Recorded) -> dict[str, Any]:
    """The attributes of a policy document: what it was rendered to, as far as it is known."""
    json = (row.values or {}).get("json")
    return {"json": json} if isinstance(json, str) else {}


def _marked(marks: Any) -> frozenset[str]:
    return frozenset(_paths(marks, "")) if marks else frozenset()


def _paths(marks: Any, path: str) -> Iterator[str]:
    """The dotted paths of what is marked with true."""
    if marks is True:
        yield path
    elif isinstance(marks, dict):
        for name, mark in marks.items():
            if mark:
                yield from _paths(mark, f"{path}.{name}" if path else name)
    elif isinstance(marks, list):
        for index, mark in enumerate(marks):
            if mark:
                yield from _paths(mark, f"{path}.{index}")


@cache
def secret(kind: str) -> frozenset[str]:
    """What the provider itself calls sensitive; old plans and raw states do not repeat it."""
    known = schema.resource_schema(kind)
    return (
        frozenset(name for name, attribute in known.attributes.items() if attribute.sensitive) if known else frozenset()
    )
