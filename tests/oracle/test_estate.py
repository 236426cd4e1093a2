"""Our graph of real source against the real plan of the same source, attribute by attribute.

The same addresses; every value equal or unknown, and unknown only where the plan says so or a data source decides. The
twin is always there; the large estate lies beside the repository where this project is developed.
"""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudaudit.model import Resource, Unknown
from cloudaudit.schema import NestedSchema, normalise, resource_schema
from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE

HERE = Path(__file__).parents[2]
TWIN = HERE / "fixtures" / "terraform" / "twin"
SHARED = HERE.parent / "shared" / "terraform"

# What the plan holds beyond the source: defaults of nested blocks, which no schema output shows, and those that
# provider 3.39 filled in where newer ones leave it to AWS.
PROVIDER_DECIDES = {
    "aws_acm_certificate.domain_validation_options",
    "aws_backup_plan.rule.completion_window",
    "aws_backup_plan.rule.start_window",
    "aws_cloudfront_distribution.origin.custom_origin_config.origin_keepalive_timeout",
    "aws_cloudfront_distribution.origin.custom_origin_config.origin_read_timeout",
    "aws_cloudwatch_event_rule.is_enabled",
    "aws_instance.root_block_device.delete_on_termination",
    "aws_lb_listener.default_action.redirect.host",
    "aws_lb_listener.default_action.redirect.path",
    "aws_lb_listener.default_action.redirect.query",
    "aws_lb_target_group.deregistration_delay",
}
EMPTY = (None, [], {}, "", False, 0)


def planned(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The managed resources of a module of planned_values and of those below it."""
    yield from (each for each in module.get("resources", ()) if each["mode"] == "managed")
    for child in module.get("child_modules", ()):
        yield from planned(child)


def differences(source: Path, plan: dict[str, Any], **options: Any) -> Iterator[str]:
    """What differs between our graph of a folder and a plan of it."""
    (graph,) = SOURCE.load(source, Options(**options))
    ours = {each.address: each for each in graph if each.type.startswith("aws_") and each.type != "aws_account"}
    theirs = {each["address"]: each for each in planned(plan["planned_values"]["root_module"])}
    unknown = {each["address"]: each["change"]["after_unknown"] for each in plan["resource_changes"]}
    companions = {address for address in ours if address.rpartition("/")[0] in theirs}
    yield from (f"gap: {gap.what}: {gap.why}" for gap in graph.gaps)
    yield from (f"missing: {address}" for address in theirs if address not in ours)
    yield from (f"extra: {address}" for address in ours if address not in theirs and address not in companions)
    for address in sorted(theirs.keys() & ours.keys()):
        yield from _compare_resource(ours[address], theirs[address].get("values", {}), unknown.get(address) or {})


def _compare_resource(ours: Resource, values: dict[str, Any], unknown: dict[str, Any]) -> Iterator[str]:
    schema = resource_schema(ours.type)
    theirs = normalise(ours.type, values)
    for name in sorted({*ours.attributes, *theirs} - {"lifecycle"}):
        path = f"{ours.address}.{name}"
        if name not in values and name not in unknown:
            continue  # the provider of the plan is older than this attribute
        if name in ours.attributes:
            yield from _compare(path, ours.attributes[name], theirs.get(name), unknown.get(name), _inside(schema, name))
        else:
            yield from _left_out(path, theirs[name], schema, name)


def _compare(path: str, ours: Any, theirs: Any, unknown: Any, schema: Any) -> Iterator[str]:
    if isinstance(ours, Unknown):
        if not unknown and not any(ref.startswith("data.") or ".data." in ref for ref in ours.refs):
            yield f"unknown: {path} ({ours.because}) is {theirs!r}"
    elif unknown is True:
        if not any(isinstance(each, Unknown) for each in _leaves(ours)):
            yield f"known, but not to Terraform: {path} is {ours!r}"
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted({*ours, *theirs}):
            if name in ours:
                inner = unknown.get(name) if isinstance(unknown, dict) else None
                yield from _compare(f"{path}.{name}", ours[name], theirs.get(name), inner, _inside(schema, name))
            else:
                yield from _left_out(f"{path}.{name}", theirs[name], schema, name)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        yield from _compare_lists(path, ours, theirs, unknown, schema)
    elif ours != theirs and not (ours in EMPTY and theirs in EMPTY) and not _same_json(ours, theirs):
        yield f"different: {path} is {theirs!r}, we say {ours!r}"


def _compare_lists(path: str, ours: list[Any], theirs: list[Any], unknown: Any, schema: Any) -> Iterator[str]:
    """Sets have no order: each of our members must have a partner."""
    kind = schema.nesting if isinstance(schema, NestedSchema) else getattr(schema, "type", None)
    marks = unknown if isinstance(unknown, list) else []
    pairs = [(each, marks[n] if n < len(marks) else None) for n, each in enumerate(theirs)]
    for number, member in enumerate(ours):
        found = [list(_compare(f"{path}[{number}]", member, value, mark, schema)) for value, mark in pairs]
        if kind == "set" or (isinstance(kind, list) and kind[0] == "set"):
            partner = min(range(len(pairs)), key=lambda n: len(found[n]))
        else:
            partner = 0
        yield from found[partner]
        del pairs[partner]


def _left_out(path: str, theirs: Any, schema: Any, name: str) -> Iterator[str]:
    """What the plan has and the source has not is a default, or decided by AWS."""
    inside = _inside(schema, name)
    default = getattr(inside, "default", None)
    if _schema_path(path) in PROVIDER_DECIDES:
        return
    if theirs not in EMPTY and theirs != default and not getattr(inside, "computed", False):
        yield f"left out: {path} is {theirs!r}, the default is {default!r}"


def _schema_path(path: str) -> str:
    """An attribute by its type: without modules, the resource's name, and instance keys."""
    kind, _, *rest = re.sub(r"\[[^]]*\]", "", path[path.index("aws_") :]).split(".")
    return ".".join((kind, *rest))


def _inside(schema: Any, name: str) -> Any:
    if schema is None:
        return None
    return getattr(schema, "attributes", {}).get(name) or getattr(schema, "blocks", {}).get(name)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _leaves(member)
    else:
        yield value


def _same_json(ours: Any, theirs: Any) -> bool:
    """The provider writes JSON in an order of its own."""
    if not (isinstance(ours, str) and isinstance(theirs, str) and ours[:1] in "[{"):
        return False
    return _unordered(json.loads(ours)) == _unordered(json.loads(theirs))


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unordered(member) for name, member in value.items() if member not in EMPTY}
    if isinstance(value, list):
        return sorted((_unordered(member) for member in value), key=repr)
    return value


def test_the_twin_is_what_terraform_plans() -> None:
    plan = json.loads((TWIN / "plan.json").read_text())

    assert list(differences(TWIN, plan)) == []


@pytest.mark.parametrize("environment", ["prod", "staging"])
def test_the_estate_is_what_terraform_plans(environment: str) -> None:
    recorded = SHARED / "plans" / f"create-{environment}.json.gz"
    if not recorded.is_file():
        pytest.skip(f"no recorded plan at {recorded}")
    plan = json.loads(gzip.decompress(recorded.read_bytes()))
    password = {"TF_VAR_database_password": plan["variables"]["database_password"]["value"]}

    found = list(differences(SHARED / "estate" / "envs" / environment, plan, environment=password))

    assert found == []
