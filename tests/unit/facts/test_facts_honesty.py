"""Hiding a part of a configuration may take an answer away; it must never turn it round."""

import json
from fnmatch import fnmatchcase
from typing import Any

from facts_building import graph, ref, resource
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudaudit.facts import find
from cloudaudit.model import Unknown

HIDDEN = Unknown(because="it is hidden")

ACTIONS = st.sampled_from(["*", "s3:*", "s3:GetObject", "s3:Get*", "iam:PassRole", "iam:*", "ec2:RunInstances"])
RESOURCES = st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:iam::111111111111:role/*", "arn:aws:s3:::b/private/*"])
PRINCIPALS = st.sampled_from(
    ["*", {"AWS": "*"}, {"AWS": "111111111111"}, {"AWS": ["arn:aws:iam::222222222222:root", "*"]},
     {"Service": "sns.amazonaws.com"}, {"Federated": "arn:aws:iam::111111111111:oidc-provider/gitlab.com"}]
)  # fmt: skip
CONDITIONS = st.sampled_from(
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}},
        {"StringLike": {"aws:PrincipalArn": "*"}, "StringEquals": {"aws:SourceAccount": ["111111111111"]}},
        {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        {"StringLike": {"gitlab.com:sub": "project_path:acme/app:*"}},
    ]
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(st.lists(ACTIONS, min_size=1, max_size=2))
    found["Resource"] = draw(st.lists(RESOURCES, min_size=1, max_size=2))
    found["Principal"] = draw(PRINCIPALS)
    if draw(st.booleans()):
        found["Condition"] = draw(CONDITIONS)
    return found


POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda found: {"Statement": found})

KINDS = {
    "aws_iam_policy": (
        "policy", "iam.allows_admin", "iam.allows_full_iam", "iam.allows_star_actions", "iam.escalation_paths",
        "iam.passes_any_role", "iam.service_wildcards", "iam.unlimited_actions",
    ),
    "aws_iam_role": (
        "assume_role_policy", "iam.ci_unbound", "iam.federation_unbound", "iam.trust_missing_external_id",
        "iam.trust_root_without_mfa", "iam.trust_wildcard",
    ),
    "aws_s3_bucket_policy": (
        "policy", "iam.cross_account_principals", "iam.denies_insecure_transport", "iam.public", "iam.public_actions",
        "iam.unbound_services",
    ),
}  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all parts of a structure."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in members for place in places(member, (*path, key)))]


def hide(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy with the part at `path` hidden."""
    if not path:
        return HIDDEN
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = hide(value[path[0]], path[1:])
    return copy


def answers(kind: str, value: Any) -> dict[str, Any]:
    attribute, *names = KINDS[kind]
    subject = resource(f"{kind}.x", **{attribute: value})
    whole = graph(subject, account_map={"111111111111": "prod"})
    return {name: find(name).compute(subject, whole) for name in names}


def agree(before: Any, after: Any) -> bool:
    """Whether the answer with a part hidden is unknown, the same, or a part of the same list: "s3:*" is one of "*"."""
    if isinstance(after, Unknown) or before == after:
        return True
    if isinstance(after, list) and isinstance(before, list):
        known = [*map(str, before), "(unknown)", ""]
        return bool(after) and all(any(fnmatchcase(str(one), pattern) for pattern in known) for one in after)
    return False


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)), POLICIES, st.data())
def test_hiding_a_part_of_a_policy_never_turns_an_answer_round(kind, policy, data):
    before = answers(kind, json.dumps(policy))
    path = data.draw(st.sampled_from(places(policy)))
    hidden = hide(policy, path)

    after = answers(kind, hidden if isinstance(hidden, Unknown) else Unknown(because="x", partial=hidden))

    wrong = {name: (before[name], after[name]) for name in before if not agree(before[name], after[name])}
    assert not wrong, path


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(KINDS)), POLICIES, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(kind, policy, random):
    shuffled = list(policy["Statement"])
    random.shuffle(shuffled)

    assert answers(kind, json.dumps(policy)) == answers(kind, json.dumps({"Statement": shuffled}))


@settings(max_examples=150, deadline=None)
@given(POLICIES, statements())
def test_one_more_denial_never_opens_and_one_more_allowance_never_closes(policy, statement):
    def opened(*parts):
        return answers("aws_s3_bucket_policy", json.dumps({"Statement": list(parts)}))["iam.public"]

    parts = policy["Statement"]
    assert opened(*parts) or not opened(*parts, {**statement, "Effect": "Deny"})
    assert opened(*parts, {**statement, "Effect": "Allow"}) or not opened(*parts)


CIDRS = st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1", "203.0.113.0/24"])
RULES = st.fixed_dictionaries(
    {
        "protocol": st.sampled_from(["tcp", "udp", "-1", "icmp"]),
        "from_port": st.sampled_from([0, 22, 80, 443]),
        "to_port": st.sampled_from([22, 443, 3389, 65535]),
        "cidr_blocks": st.lists(CIDRS, min_size=1, max_size=2),
    }
)


def ports(ingress: Any) -> dict[str, Any]:
    subject = resource("aws_security_group.g", ingress=ingress)
    whole = graph(subject)
    found = dict(find("network.opens").compute(subject, whole))
    found["admin ports"] = find("network.open_admin_ports").compute(subject, whole)
    found["wide"] = find("network.wide_ranges").compute(subject, whole)
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=3), st.data())
def test_hiding_a_part_of_a_group_never_turns_an_answer_round(ingress, data):
    before = ports(ingress)
    path = data.draw(st.sampled_from(places(ingress)))

    after = ports(hide(ingress, path))

    assert not {name: (before[name], after[name]) for name in before if not agree(before[name], after[name])}, path


ESTATE = {
    "aws_vpc.v": {"cidr_block": "10.0.0.0/16", "tags": {"Environment": "prod"}},
    "aws_internet_gateway.i": {"vpc_id": ref("aws_vpc.v.id")},
    "aws_subnet.s": {"vpc_id": ref("aws_vpc.v.id"), "map_public_ip_on_launch": True, "tags": {"Environment": "dev"}},
    "aws_route_table.t": {
        "vpc_id": ref("aws_vpc.v.id"),
        "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.i.id")}],
    },
    "aws_route_table_association.a": {
        "subnet_id": ref("aws_subnet.s.id"), "route_table_id": ref("aws_route_table.t.id")
    },
    "aws_security_group.g": {
        "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]
    },
    "aws_instance.i": {
        "subnet_id": ref("aws_subnet.s.id"), "vpc_security_group_ids": [ref("aws_security_group.g.id")],
        "tags": {"Environment": "prod"},
    },
}  # fmt: skip

ESTATE_FACTS = ("network.internet_path", "network.public_subnet", "network.public_address", "environment.name")


def reached(estate: dict[str, Any]) -> dict[str, Any]:
    made = {address: resource(address, **attributes) for address, attributes in estate.items()}
    whole = graph(*made.values())
    subject = made["aws_instance.i"]
    found = {name: find(name).compute(subject, whole) for name in ESTATE_FACTS}
    found["public"] = find("network.public_subnet").compute(made["aws_subnet.s"], whole)
    found["crosses"] = [each["crosses"] for each in find("environment.crossings").compute(subject, whole)]
    return found


@given(
    st.sampled_from([(address, path) for address, attributes in ESTATE.items() for path in places(attributes) if path])
)
def test_hiding_a_part_of_an_estate_never_turns_an_answer_round(place):
    address, path = place
    before = reached(ESTATE)
    after = reached({**ESTATE, address: hide(ESTATE[address], path)})

    for name in before:
        certain = [truth for truth in after[name] if not isinstance(truth, Unknown)] if name == "crosses" else []
        assert agree(before[name], after[name]) or (name == "crosses" and set(certain) <= set(before[name])), name
