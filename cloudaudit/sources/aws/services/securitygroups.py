"""Security groups with their rules, network ACLs with their entries, and lists of address ranges."""

from collections.abc import Callable, Iterator
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags

GROUPS = Call("ec2", "describe_security_groups", "SecurityGroups")
ACLS = Call("ec2", "describe_network_acls", "NetworkAcls")
LISTS = Call("ec2", "describe_managed_prefix_lists", "PrefixLists")
_PROTOCOLS = {"-1": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_SOURCES = (
    ("IpRanges", "CidrIp", "cidr_blocks"),
    ("Ipv6Ranges", "CidrIpv6", "ipv6_cidr_blocks"),
    ("PrefixListIds", "PrefixListId", "prefix_list_ids"),
)


def _rules(direction: str) -> Callable[[Item], list[dict[str, Any]]]:
    """The rules of a group as the provider has them: one for each protocol, ports and description."""

    def read(item: Item) -> list[dict[str, Any]]:
        return [rule for permission in item.get(direction) or () for rule in _permitted(permission, item)]

    return read


def _permitted(permission: Item, group: Item) -> Iterator[dict[str, Any]]:
    by_description: dict[str, dict[str, Any]] = {}

    def rule(source: Item) -> dict[str, Any]:
        description = source.get("Description") or ""
        return by_description.setdefault(description, {"description": description, "self": False})

    for place, name, attribute in _SOURCES:
        for source in permission.get(place) or ():
            rule(source).setdefault(attribute, []).append(source.get(name))
    for pair in permission.get("UserIdGroupPairs") or ():
        if pair.get("GroupId") == group.get("GroupId"):
            rule(pair)["self"] = True
        else:
            rule(pair).setdefault("security_groups", []).append(_group_name(pair, group))
    protocol = str(permission.get("IpProtocol"))
    ports = {"from_port": permission.get("FromPort", 0), "to_port": permission.get("ToPort", 0)}
    for found in by_description.values():
        yield {"protocol": _PROTOCOLS.get(protocol, protocol), **ports, **found}


def _group_name(pair: Item, group: Item) -> str:
    """The id of another group, with its account where that is another."""
    owner = pair.get("UserId")
    name = str(pair.get("GroupId"))
    return f"{owner}/{name}" if owner and owner != group.get("OwnerId") else name


def _group(kind: str, when: str, also: tuple[str, ...] = ()) -> Collect:
    return Collect(
        type=kind,
        call=GROUPS,
        when=when,
        arn="arn:{partition}:ec2:{region}:{OwnerId}:security-group/{GroupId}",
        name="GroupName",
        attributes={
            "id": "GroupId",
            "name": "GroupName",
            "description": "Description",
            "owner_id": "OwnerId",
            "vpc_id": "VpcId",
            "ingress": _rules("IpPermissions"),
            "egress": _rules("IpPermissionsEgress"),
            "tags": tags("Tags"),
        },
        also=also,
    )


def _entries(*, egress: bool) -> Callable[[Item], list[dict[str, Any]]]:
    """The numbered entries; the last one, which refuses what no other admits, is nobody's to change."""

    def read(item: Item) -> list[dict[str, Any]]:
        return [
            {
                "rule_no": entry.get("RuleNumber"),
                "action": entry.get("RuleAction"),
                "protocol": entry.get("Protocol"),
                "cidr_block": entry.get("CidrBlock"),
                "ipv6_cidr_block": entry.get("Ipv6CidrBlock"),
                "from_port": (entry.get("PortRange") or {}).get("From", 0),
                "to_port": (entry.get("PortRange") or {}).get("To", 0),
                "icmp_type": (entry.get("IcmpTypeCode") or {}).get("Type"),
                "icmp_code": (entry.get("IcmpTypeCode") or {}).get("Code"),
            }
            for entry in item.get("Entries") or ()
            if bool(entry.get("Egress")) is egress and entry.get("RuleNumber", 0) < _LAST
        ]

    return read


_LAST = 32767


def _acl(kind: str, when: str, also: tuple[str, ...] = (), **more: str) -> Collect:
    return Collect(
        type=kind,
        call=ACLS,
        when=when,
        arn="arn:{partition}:ec2:{region}:{OwnerId}:network-acl/{NetworkAclId}",
        name="NetworkAclId",
        attributes={
            "id": "NetworkAclId",
            "vpc_id": "VpcId",
            "owner_id": "OwnerId",
            "subnet_ids": "Associations[].SubnetId",
            "ingress": _entries(egress=False),
            "egress": _entries(egress=True),
            "tags": tags("Tags"),
            **more,
        },
        also=also,
    )


COLLECTORS = (
    _group(
        "aws_security_group",
        "GroupName != 'default'",
        also=(
            "aws_security_group_rule",
            "aws_vpc_security_group_egress_rule",
            "aws_vpc_security_group_ingress_rule",
        ),
    ),
    _group("aws_default_security_group", "GroupName == 'default'"),
    _acl("aws_network_acl", "!IsDefault", also=("aws_network_acl_association", "aws_network_acl_rule")),
    _acl("aws_default_network_acl", "IsDefault", default_network_acl_id="NetworkAclId"),
    Collect(
        type="aws_ec2_managed_prefix_list",
        call=LISTS,
        arn="{PrefixListArn}",
        name="PrefixListName",
        attributes={
            "id": "PrefixListId",
            "name": "PrefixListName",
            "address_family": "AddressFamily",
            "owner_id": "OwnerId",
            "version": "Version",
            "max_entries": "MaxEntries",
            "tags": tags("Tags"),
        },
        parts=(
            Part(
                Call(
                    "ec2",
                    "get_managed_prefix_list_entries",
                    lambda page: {"Entries": page.get("Entries", [])},
                    per={"PrefixListId": "PrefixListId"},
                ),
                {"entry": "Entries[].{cidr: Cidr, description: Description}"},
                when="OwnerId != 'AWS'",
            ),
        ),
        also=("aws_ec2_managed_prefix_list_entry",),
    ),
)
