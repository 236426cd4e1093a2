"""Whether a backup plan, or a lifecycle policy for snapshots, selects a resource."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks, listed
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.facts.wildcards import matches
from cloudaudit.graph import ResourceGraph, names
from cloudaudit.model import Resource, Unknown

# How the ARNs of a type begin after the account, and the attribute with the name that follows; ids are not in source.
_KINDS = {
    "aws_db_instance": ("rds", "db:", "identifier"),
    "aws_docdb_cluster": ("rds", "cluster:", "cluster_identifier"),
    "aws_dynamodb_table": ("dynamodb", "table/", "name"),
    "aws_ebs_volume": ("ec2", "volume/", ""),
    "aws_efs_file_system": ("elasticfilesystem", "file-system/", ""),
    "aws_instance": ("ec2", "instance/", ""),
    "aws_neptune_cluster": ("rds", "cluster:", "cluster_identifier"),
    "aws_rds_cluster": ("rds", "cluster:", "cluster_identifier"),
    "aws_s3_bucket": ("s3", "", "bucket"),
}
_ARN = re.compile(r"arn:[^:]*:(?P<service>[^:]*):(?P<region>[^:]*):[^:]*:(?P<rest>.*)")
_TESTS = {
    "string_equals": (False, False),
    "string_like": (False, True),
    "string_not_equals": (True, False),
    "string_not_like": (True, True),
}


def _selected(resource: Resource, graph: ResourceGraph) -> Truth:
    plans = [_selects(selection.attributes, resource) for selection in _near("aws_backup_selection", resource, graph)]
    policies = [
        _snapshots(policy.attributes, resource) for policy in _near("aws_dlm_lifecycle_policy", resource, graph)
    ]
    return any_of([*plans, *(policies if resource.type == "aws_ebs_volume" else ())])


def _near(kind: str, resource: Resource, graph: ResourceGraph) -> Iterator[Resource]:
    """Those of the type that are not known to be in another region: none reaches beyond its own."""
    for each in graph.of_type(kind):
        if not (each.region and resource.region) or each.region == resource.region:
            yield each


def _selects(selection: Mapping[str, Any], resource: Resource) -> Truth:
    """Tags of `selection_tag` add to what is listed; conditions and exclusions take from it."""
    tags = blocks(selection, "selection_tag")
    tagged = [_has_tag(resource, tag.get("key"), tag.get("value")) for tag in tags.items]
    tagged += [unknown([text]) for text in tags.because]
    named = any_of([*_names(selection.get("resources"), resource), *tagged])
    excluded = any_of(_names(selection.get("not_resources"), resource))
    return all_of([named, negate(excluded), *_conditions(selection, resource)])


def _names(value: object, resource: Resource) -> Iterator[Truth]:
    members = [value] if isinstance(value, Unknown) else value if isinstance(value, list) else []
    for member in members:
        if isinstance(member, Unknown):
            own = names(member.refs, resource.address) if member.refs else None
            yield member if own is None else own
        else:
            yield _is_named(str(member), resource)


def _is_named(pattern: str, resource: Resource) -> Truth:
    """Whether a pattern of ARNs covers the resource. Only wildcards are special in it."""
    if pattern in ("*", resource.arn):
        return True
    if resource.arn:
        return matches(pattern, resource.arn)
    parts, (service, kind, attribute) = _ARN.fullmatch(pattern), _KINDS[resource.type]
    if parts is None or not matches(parts["service"], service) or _is_elsewhere(parts["region"], resource):
        return False
    name = resource.attributes.get(attribute) if attribute else None
    if isinstance(name, str) and name:
        return matches(parts["rest"], kind + name)
    if parts["rest"] in ("*", f"{kind}*"):
        return True
    start = parts["rest"].partition("*")[0]
    may_be = start.startswith(kind) or ("*" in parts["rest"] and kind.startswith(start))
    return unknown([f"the ARN may be one of {pattern}"]) if may_be else False


def _is_elsewhere(region: str, resource: Resource) -> bool:
    return bool(region and resource.region) and not matches(region, resource.region)


def _conditions(selection: Mapping[str, Any], resource: Resource) -> Iterator[Truth]:
    conditions = blocks(selection, "condition")
    yield from (unknown([text]) for text in conditions.because)
    for condition in conditions.items:
        for name, (negative, pattern) in _TESTS.items():
            tests = blocks(condition, name)
            yield from (unknown([text]) for text in tests.because)
            for test in tests.items:
                key = test.get("key")
                tag = key.removeprefix("aws:ResourceTag/") if isinstance(key, str) else key
                truth = _has_tag(resource, tag, test.get("value"), pattern=pattern)
                yield negate(truth) if negative else truth


def _has_tag(resource: Resource, key: object, value: object, *, pattern: bool = False) -> Truth:
    tags = resource.attributes.get("tags_all", resource.attributes.get("tags"))
    for part in (tags, key, value):
        if isinstance(part, Unknown):
            return part
    found = tags.get(str(key)) if isinstance(tags, Mapping) else None
    if isinstance(found, Unknown) or found is None:
        return found if found is not None else False
    if pattern:
        return matches(str(value), str(found))
    return str(found) == str(value)


def _snapshots(policy: Mapping[str, Any], resource: Resource) -> Truth:
    """Whether a lifecycle policy takes snapshots of a volume."""
    kind = policy.get("default_policy")
    details = blocks(policy, "policy_details")
    taken = any_of(
        [
            kind if isinstance(kind, Unknown) else kind == "VOLUME",
            *(_targets(each, resource) for each in details.items),
            *(unknown([text]) for text in details.because),
        ]
    )
    state = policy.get("state", "ENABLED")
    return all_of([state if isinstance(state, Unknown) else state != "DISABLED", taken])


def _targets(details: Mapping[str, Any], resource: Resource) -> Truth:
    types, wanted = listed(details.get("resource_types")), details.get("target_tags")
    volumes: Truth = "VOLUME" in types.items or any_of(unknown([text]) for text in types.because)
    if not isinstance(wanted, Mapping):
        return all_of([volumes, wanted if isinstance(wanted, Unknown) else False])
    return all_of([volumes, any_of(_has_tag(resource, key, value) for key, value in wanted.items())])


FACTS = (
    Fact(
        name="backup.selected",
        types=tuple(_KINDS),
        compute=_selected,
        doc="bool: a selection of a backup plan names the resource, a pattern of its ARN or its tags; or, for a "
        "volume, a lifecycle policy takes snapshots of it.",
    ),
)
