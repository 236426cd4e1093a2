"""Terraform state: `terraform show -json` of a state, or a raw `terraform.tfstate` of version 4."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit import schema
from cloudaudit.errors import SourceError
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Gap, Origin, Resource
from cloudaudit.schema.dialect import expand_all
from cloudaudit.sources import jsonfile
from cloudaudit.sources.declared import Declarations, Output
from cloudaudit.sources.resources import Recorded, RecordedModule, bracketed, document, is_document, recorded, resource
from cloudaudit.sources.source import Options, Source

COMMAND = '"terraform show -json > state.json"'
_RAW_VERSION = 4


class Values(msgspec.Struct):
    """The resources and outputs of a shown state."""

    outputs: dict[str, Output] = {}
    root_module: RecordedModule = msgspec.field(default_factory=RecordedModule)


class Instance(msgspec.Struct):
    """One instance of a raw resource. `attributes_flat` is the form of Terraform 0.11, kept until the next apply."""

    attributes: dict[str, Any] | None = None
    attributes_flat: dict[str, Any] | None = None
    index_key: str | int | None = None
    deposed: str | None = None
    sensitive_attributes: list[Any] = []


class RawResource(msgspec.Struct):
    """One resource of a raw state."""

    type: str
    name: str
    mode: str = "managed"
    module: str = ""
    instances: list[Instance] = []


class State(msgspec.Struct):
    """Either form: `values` in a shown state; `version` and `resources` in a raw one."""

    format_version: str = ""
    terraform_version: str = ""
    values: Values | None = None
    version: int | None = None
    resources: list[RawResource] | None = None
    outputs: dict[str, Output] = {}
    encrypted_data: str | None = None


def detect(path: Path) -> bool:
    """True for both forms of a state, and for an empty or broken file with the name of one."""
    if path.is_dir() or not path.exists():
        return False
    keys = jsonfile.top_level(path)
    if keys & {"planned_values", "resource_changes"}:
        return False
    return (
        bool(keys >= {"lineage"} or keys & {"encrypted_data"})
        or keys >= {"format_version", "values"}
        or keys in ({"format_version"}, {"format_version", "terraform_version"})
        or path.name.endswith((".tfstate", ".tfstate.backup"))
    )


def load(path: Path, options: Options) -> Iterator[ResourceGraph]:
    """The one graph of the state; SourceError for anything but a complete state in a known format."""
    yield _graph(path, options)


def _graph(path: Path, options: Options) -> ResourceGraph:
    with jsonfile.unhurried_collector():
        state = read(path)
        gaps: list[Gap] = []
        resources = expand_all([_resource(row, options.root) for row in _rows(state, gaps)])
        outputs = state.values.outputs if state.values else state.outputs
        resources += Declarations(Origin.STATE, options.root).outputs(outputs)
        return ResourceGraph(
            resources,
            target=str(path),
            root=options.root or ".",
            origin=Origin.STATE,
            complete=options.complete,
            gaps=gaps,
            environment={"workspace": options.workspace, "path": jsonfile.within_repository(path)},
        )


def before(prior_state: msgspec.Raw, after: ResourceGraph) -> ResourceGraph:
    """The state that a plan holds, as a graph that stands beside the plan's own; empty without such a state."""
    root = after.root if after.root != "." else ""
    with jsonfile.unhurried_collector():
        state = msgspec.json.decode(prior_state, type=State | None) or State()
        resources = expand_all([_resource(row, root) for row in _rows(state, [])])
        resources += Declarations(Origin.STATE, root).outputs(state.values.outputs if state.values else {})
        return ResourceGraph(
            resources,
            target=after.target,
            root=after.root,
            origin=Origin.STATE,
            complete=after.complete,
            environment=after.environment,
        )


def read(path: Path) -> State:
    """The state, decoded as far as it is used."""
    state = jsonfile.decode(path, jsonfile.read(path, COMMAND), State, COMMAND)
    if state.encrypted_data is not None:
        raise SourceError(f"{path}: the state is encrypted; run {COMMAND} where its key is and scan that file")
    if state.version is not None and state.version != _RAW_VERSION:
        raise SourceError(
            f"{path}: state version {state.version} is not read, only {_RAW_VERSION}; "
            f"run {COMMAND} with the Terraform that wrote it, or apply once with a newer one"
        )
    if state.version is None and not state.format_version:
        raise SourceError(f"{path}: this is no Terraform state; run {COMMAND} and scan that file")
    if state.format_version and state.format_version.partition(".")[0] not in {"0", "1"}:
        raise SourceError(f"{path}: state format {state.format_version} is not known; known are 0.x and 1.x")
    return state


def _rows(state: State, gaps: list[Gap]) -> Iterator[Recorded]:
    if state.values:
        for row in recorded(state.values.root_module):
            if (row.mode == "managed" and row.deposed_key is None) or is_document(row):
                yield row
    for raw in state.resources or ():
        for instance in raw.instances:
            row = _unpack(raw, instance)
            if is_document(row) or (raw.mode == "managed" and instance.deposed is None):
                if instance.attributes is None and instance.attributes_flat is not None:
                    gaps.append(_old(row.address))
                yield row


def _old(address: str) -> Gap:
    remedy = f"apply once with Terraform 0.12 or newer, or run {COMMAND}"
    return Gap(what=address, why="its attributes are in the form of Terraform 0.11", remedy=remedy)


def _unpack(raw: RawResource, instance: Instance) -> Recorded:
    index = instance.index_key
    kind = raw.type if raw.mode == "managed" else f"data.{raw.type}"
    address = ".".join(part for part in (raw.module, f"{kind}.{raw.name}{bracketed(index)}") if part)
    return Recorded(
        address=address,
        mode=raw.mode,
        type=raw.type,
        name=raw.name,
        index=index,
        values=instance.attributes,
        sensitive_values=_marks(instance.sensitive_attributes),
    )


def _marks(paths: list[Any]) -> dict[str, Any]:
    """Paths of a raw state, `[[{"type": "get_attr", "value": "password"}]]`, as marks of whole attributes."""
    names = {}
    for path in paths:
        match path:
            case [{"value": str(name)}, *_]:
                names[name] = True
            case _:
                pass
    return names


def _resource(row: Recorded, root: str) -> Resource:
    attributes = document(row) if is_document(row) else schema.normalise(row.type, row.values or {})
    return resource(row, attributes, Origin.STATE, root)


SOURCE = Source(name="state", detect=detect, load=load)
