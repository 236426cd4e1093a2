"""A Terraform plan as JSON: `terraform show -json PLAN`, format 1.x, and 0.x of old Terraform."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.graph import Changing, ResourceGraph, with_inline
from cloudaudit.model import Origin, Resource
from cloudaudit.schema.dialect import expand_all
from cloudaudit.sources import jsonfile
from cloudaudit.sources.configuration import Configuration, References
from cloudaudit.sources.declared import Declarations, Output
from cloudaudit.sources.planned import Planned, attributes
from cloudaudit.sources.policies import Documents
from cloudaudit.sources.resources import Recorded, RecordedModule, is_document, modules, recorded, resource
from cloudaudit.sources.source import Options, Source
from cloudaudit.sources.state import before

COMMAND = '"terraform show -json plan.bin > plan.json"'
_MAJOR = {"0", "1"}


class Change(msgspec.Struct):
    """What will happen to one resource; values before and after are not decoded, `planned_values` has them."""

    actions: tuple[str, ...] = ()
    after_unknown: Any = None


class ResourceChange(msgspec.Struct):
    """One resource of the plan."""

    address: str
    change: Change = msgspec.field(default_factory=Change)
    mode: str = "managed"
    deposed: str | None = None
    previous_address: str | None = None


class Values(msgspec.Struct):
    """The resources and outputs as they will be."""

    outputs: dict[str, Output] = {}
    root_module: RecordedModule = msgspec.field(default_factory=RecordedModule)


class State(msgspec.Struct):
    """The state before the plan."""

    values: Values = msgspec.field(default_factory=Values)


class Variable(msgspec.Struct):
    """The value of a variable of the root."""

    value: Any = None


class Plan(msgspec.Struct):
    """What is used of a plan. `prior_state` is kept undecoded."""

    format_version: str = ""
    terraform_version: str = ""
    errored: bool | None = None
    planned_values: Values | None = None
    resource_changes: list[ResourceChange] = []
    configuration: Configuration | None = None
    variables: dict[str, Variable] = {}
    prior_state: msgspec.Raw = msgspec.Raw(b"null")


def detect(path: Path) -> bool:
    """True for a plan as JSON, and for what was meant to be one: a binary plan, an empty file with such a name."""
    if path.is_dir() or not path.exists():
        return False
    if jsonfile.is_zip(path):
        return True
    if jsonfile.is_empty(path):
        return path.suffix == ".json" or "plan" in path.name
    keys = jsonfile.top_level(path)
    return not keys.isdisjoint({"planned_values", "resource_changes", "errored"}) or keys >= {
        "format_version",
        "configuration",
    }


def load(path: Path, options: Options) -> Iterator[ResourceGraph]:
    """The one graph of the plan; SourceError for anything but a complete plan in a known format."""
    yield _graph(path, options)


def _graph(path: Path, options: Options) -> ResourceGraph:
    with jsonfile.unhurried_collector():
        plan = read(path)
        graph = ResourceGraph(
            [*expand_all(_resources(plan, options.root)), *_declared(plan, options.root)],
            target=str(path),
            root=options.root or ".",
            origin=Origin.PLAN,
            complete=options.complete,
            environment=_environment(plan, path, options),
        )
    graph.changing = lambda: _changing(plan, graph)
    return graph


def _changing(plan: Plan, after: ResourceGraph) -> Changing:
    """What was before, by the state that the plan starts from, and what becomes of it."""
    touched = [each for each in plan.resource_changes if each.mode == "managed" and each.deposed is None]
    moved = {each.previous_address: each.address for each in touched if each.previous_address}
    root = after.root

    def key(address: str) -> str:
        return f"{root}:{address}" if root not in {"", "."} else address

    changing = Changing(
        before=before(plan.prior_state, after),
        actions={key(each.address): each.change.actions for each in touched if each.change.actions != ("no-op",)},
        moved={key(old): key(new) for old, new in moved.items()},
    )
    return with_inline(changing, after)


def read(path: Path) -> Plan:
    """The plan, decoded as far as it is used."""
    if jsonfile.is_zip(path):
        raise SourceError(
            f'{path}: this is a binary plan; run "terraform show -json {path} > plan.json" and scan that file'
        )
    plan = jsonfile.decode(path, jsonfile.read(path, COMMAND), Plan, COMMAND)
    if plan.planned_values is None and not plan.resource_changes:
        raise SourceError(f"{path}: this is no plan; run {COMMAND} and scan that file")
    if plan.format_version.partition(".")[0] not in _MAJOR:
        raise SourceError(
            f"{path}: plan format {plan.format_version or 'without version'} is not known; known are 0.x and 1.x"
        )
    if plan.errored:
        raise SourceError(f"{path}: planning failed, so the plan is incomplete; mend that, then run {COMMAND} again")
    return plan


def _resources(plan: Plan, root: str) -> Iterator[Resource]:
    planned_values = plan.planned_values or Values()
    rows = [row for row in recorded(planned_values.root_module) if row.mode == "managed" or is_document(row)]
    planned = {row.address for row in rows}
    rows += [row for row in _read_before(plan) if row.address not in planned]
    unknown = {each.address: each.change.after_unknown for each in plan.resource_changes if each.deposed is None}
    configuration = plan.configuration
    references = References(configuration, [row.address for row in rows]) if configuration else None
    regions = _regions(configuration, plan.variables) if configuration else {}
    documents = Documents(filter(is_document, rows), unknown, references)
    for row in rows:
        found = Planned(row, unknown.get(row.address), references, documents.json)
        values = {"json": documents.json(row.address)} if is_document(row) else attributes(found)
        yield resource(row, values, Origin.PLAN, root, regions.get(found.provider, ""))


def _declared(plan: Plan, root: str) -> Iterator[Resource]:
    make = Declarations(Origin.PLAN, root)
    values = plan.planned_values or Values()
    configuration = plan.configuration or Configuration()
    yield from make.outputs(values.outputs, configuration.root_module.outputs)
    yield from make.configuration(configuration, modules(values.root_module))


def _read_before(plan: Plan) -> Iterator[Recorded]:
    """The policy documents that were known while planning: they stand in the state before, nowhere else."""
    if b'"aws_iam_policy_document"' not in bytes(plan.prior_state):
        return iter(())
    state = msgspec.json.decode(plan.prior_state, type=State | None)
    return (row for row in recorded(state.values.root_module) if is_document(row)) if state else iter(())


def _environment(plan: Plan, path: Path, options: Options) -> dict[str, Any]:
    """What the plan says about the place it is for."""
    configuration = plan.configuration or Configuration()
    provider = configuration.provider_config.get("aws")
    match provider.expressions.get("default_tags") if provider else None:
        case [{"tags": {"constant_value": dict(found)}}]:
            default_tags: dict[str, Any] | None = found
        case _:
            default_tags = None
    return {
        "workspace": options.workspace,
        "path": jsonfile.within_repository(path),
        "default_tags": default_tags,
        "region": _regions(configuration, plan.variables).get("aws"),
        "variables": dict(_words(plan, configuration)),
    }


def _words(plan: Plan, configuration: Configuration) -> Iterator[tuple[str, str]]:
    """The variables that hold a text and no secret."""
    secret = {name for name, variable in configuration.root_module.variables.items() if variable.sensitive}
    for name, variable in plan.variables.items():
        if name not in secret and isinstance(variable.value, str):
            yield name, variable.value


def _regions(configuration: Configuration, variables: Mapping[str, Variable]) -> dict[str, str]:
    """The region of each provider block, as far as it is written or comes from a variable of the root."""
    regions = {}
    for key, provider in configuration.provider_config.items():
        match provider.expressions.get("region"):
            case {"constant_value": str(region)}:
                regions[key] = region
            case {"references": [str(name)]} if not provider.module_address and name.startswith("var."):
                variable = variables.get(name.removeprefix("var."))
                if variable and isinstance(variable.value, str):
                    regions[key] = variable.value
    return regions


SOURCE = Source(name="plan", detect=detect, load=load)
