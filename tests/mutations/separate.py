"""Rules of security groups and network ACLs, and routes, as resources of their own."""

from collections.abc import Callable, Iterator
from typing import Any

from cloudaudit.sources.hcl.syntax import Block, Body, Literal, Tuple
from tests.mutations import trees
from tests.mutations.writing import Writing, one_file

_DIRECTIONS = {"ingress", "egress"}
_DESTINATIONS = {"cidr_block": "destination_cidr_block", "ipv6_cidr_block": "destination_ipv6_cidr_block"}
_OF_ACLS = {"action": "rule_action", "rule_no": "rule_number"}
_LISTS = {"cidr_blocks": "cidr_ipv4", "ipv6_cidr_blocks": "cidr_ipv6", "prefix_list_ids": "prefix_list_id"}
_PORTS = ("from_port", "to_port")
_KNOWN = {*_LISTS, *_PORTS, "protocol", "security_groups", "self", "description"}
Make = Callable[[str, str, dict[str, Any], str], list[Block]]


def rules(body: Body) -> Writing | None:
    """Each rule in a group as an aws_security_group_rule."""
    return _separated(body, "aws_security_group", _DIRECTIONS, _rule)


def one_source_rules(body: Body) -> Writing | None:
    """Each rule in a group as an aws_vpc_security_group_ingress_rule, or egress, for each of its sources."""
    return _separated(body, "aws_security_group", _DIRECTIONS, _one_source_rules)


def routes(body: Body) -> Writing | None:
    """Each route in a table as an aws_route."""
    return _separated(body, "aws_route_table", {"route"}, _route)


def acl_rules(body: Body) -> Writing | None:
    """Each rule in a network ACL as an aws_network_acl_rule."""
    return _separated(body, "aws_network_acl", _DIRECTIONS, _acl_rule)


def _separated(body: Body, kind: str, inside: set[str], make: Make) -> Writing | None:
    """Some rules of ours judge the whole, and others what is in it: the gravest verdict counts."""
    blocks: list[Block] = []
    old: dict[str, str] = {}
    for block in body.blocks:
        inline = [inner for inner in block.body.blocks if inner.type in inside]
        if block.labels[:1] != (kind,) or not inline or not all(map(_is_plain, inline)):
            blocks.append(block)
            continue
        if {"count", "for_each"} & block.body.attributes.keys() or _has_dynamic(block):
            return None
        rest = [inner for inner in block.body.blocks if inner.type not in inside]
        blocks.append(Block(block.type, block.labels, Body(block.body.attributes, rest), block.span, block.head))
        for number, inner in enumerate(inline):
            values = {name: attribute.value for name, attribute in inner.body.attributes.items()}
            made = make(block.labels[1], f"{block.labels[1]}_{number}", values, inner.type)
            old |= {".".join(each.labels): ".".join(block.labels) for each in made}
            blocks += made
    writing = one_file(blocks, lambda address: old.get(address, address))
    return writing._replace(apart=frozenset(old.values())) if old else None


def _is_plain(inline: Block) -> bool:
    given = inline.body.attributes
    if inline.type == "route" or "rule_no" in given:
        return True
    lists = [given[name].value for name in (*_LISTS, "security_groups") if name in given]
    return given.keys() <= _KNOWN and "protocol" in given and all(isinstance(value, Tuple) for value in lists)


def _has_dynamic(block: Block) -> bool:
    return any(inner.type == "dynamic" for inner in block.body.blocks)


def _group(name: str) -> Any:
    return trees.reference("aws_security_group", name, "id")


def _rule(group: str, name: str, values: dict[str, Any], direction: str) -> list[Block]:
    sources = values.pop("security_groups", trees.listed([])).items
    fixed = {"type": trees.literal(direction), "security_group_id": _group(group)}
    common = {name: value for name, value in values.items() if name not in (*_LISTS, "self")}
    made = [{**values, **fixed}] if values.keys() - common.keys() else []
    made += [{**common, **fixed, "source_security_group_id": source} for source in sources]
    return [
        trees.block("resource", "aws_security_group_rule", f"{name}_{number}", attributes=attributes)
        for number, attributes in enumerate(made)
    ]


def _one_source_rules(group: str, name: str, values: dict[str, Any], direction: str) -> list[Block]:
    every = isinstance(values["protocol"], Literal) and values["protocol"].value in ("-1", -1, "all")
    fixed = {"ip_protocol": trees.literal("-1") if every else values["protocol"], "security_group_id": _group(group)}
    fixed |= {port: values[port] for port in _PORTS if port in values and not every}
    return [
        trees.block(
            "resource", f"aws_vpc_security_group_{direction}_rule", f"{name}_{number}", attributes={**fixed, **source}
        )
        for number, source in enumerate(_sources(group, values))
    ]


def _sources(group: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for several, one in _LISTS.items():
        for item in values[several].items if several in values else ():
            yield {one: item}
    for item in values["security_groups"].items if "security_groups" in values else ():
        yield {"referenced_security_group_id": item}
    if getattr(values.get("self"), "value", False) is True:
        yield {"referenced_security_group_id": _group(group)}


def _route(table: str, name: str, values: dict[str, Any], _: str) -> list[Block]:
    renamed = {_DESTINATIONS.get(given, given): value for given, value in values.items()}
    ours = {"route_table_id": trees.reference("aws_route_table", table, "id")}
    return [trees.block("resource", "aws_route", name, attributes={**ours, **renamed})]


def _acl_rule(acl: str, name: str, values: dict[str, Any], direction: str) -> list[Block]:
    renamed = {_OF_ACLS.get(given, given): value for given, value in values.items()}
    ours = {
        "network_acl_id": trees.reference("aws_network_acl", acl, "id"),
        "egress": trees.literal(direction == "egress"),
    }
    return [trees.block("resource", "aws_network_acl_rule", name, attributes={**ours, **renamed})]
