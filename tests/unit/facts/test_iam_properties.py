"""What must hold of the IAM facts whatever the policy says, and the same question asked of single requests."""

import copy
import json
from typing import Any

from facts_building import graph, resource
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_reference import Request, allowed, conditions, holds, listed

from cloudaudit.facts import find
from cloudaudit.model import Unknown

# Patterns, and for each of them an action or resource that no longer pattern here stands for.
ACTIONS = ("*", "s3:*", "s3:Get*", "s3:GetObject", "s3:*Object", "s3:Put?bject", "iam:*", "iam:PassRole", "iam:Pass*",
           "ec2:*", "ec2:RunInstances", "sqs:SendMessage")  # fmt: skip
REQUESTS = ("zz:Zz", "s3:Zz", "s3:GetZz", "s3:GetObject", "s3:ZzObject", "s3:PutObject", "s3:Put_bject", "iam:Zz",
            "iam:PassRole", "iam:PassZz", "ec2:Zz", "ec2:RunInstances", "sqs:SendMessage",
            "s3:GetZzObject")  # fmt: skip
RESOURCES = ("*", "arn:aws:s3:::*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/private/*",
             "arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:role/app")  # fmt: skip
THINGS = ("zz", "arn:aws:s3:::zz", "arn:aws:s3:::b", "arn:aws:s3:::b/zz", "arn:aws:s3:::b/private/zz",
          "arn:aws:iam::111111111111:role/zz", "arn:aws:iam::111111111111:role/app")  # fmt: skip
OURS, STRANGER = "111111111111", "666666666666"

PRINCIPALS = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": OURS},
        {"AWS": [f"arn:aws:iam::{OURS}:root", "*"]},
        {"AWS": f"arn:aws:iam::{OURS}:root"},
    ]
)
CONDITIONS = st.sampled_from(
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
        {"StringEquals": {"aws:PrincipalAccount": [OURS, "222222222222"]}},
        {"StringEquals": {"aws:PrincipalAccount": OURS, "aws:PrincipalOrgID": ["o-1"]}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OURS}:role/*"}},
        {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OURS}:role/*"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ]
)


NARROWING = [
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
    {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OURS}:role/*"}},
    {"StringNotEquals": {"aws:PrincipalAccount": [OURS]}, "StringNotLike": {"aws:PrincipalOrgID": "o-1"}},
]


def some(members: Any) -> st.SearchStrategy[Any]:
    many = st.lists(st.sampled_from(members), min_size=1, max_size=3, unique=True)
    return st.one_of(st.sampled_from(members), many)


@st.composite
def statements(draw: st.DrawFn, *, principals: bool = True, conditions: bool = True) -> dict[str, Any]:
    part: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Deny"]))}
    part[draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))] = draw(some(ACTIONS))
    part[draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))] = draw(some(RESOURCES))
    if principals:
        part["Principal"] = draw(PRINCIPALS)
        if part["Effect"] == "Deny" and draw(st.integers(0, 4)) == 0:
            part["NotPrincipal"] = part.pop("Principal")
            part["NotPrincipal"] = {"AWS": f"arn:aws:iam::{OURS}:root"}
    if conditions and draw(st.booleans()):
        part["Condition"] = draw(CONDITIONS)
    return part


def policies(**options: bool) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(statements(**options), min_size=1, max_size=4).map(lambda parts: {"Statement": parts})


SHARED = policies()
HELD = policies(principals=False, conditions=False)


def strangers() -> list[tuple[str, dict[str, str]]]:
    """Callers that nobody here knows: without a name, from another organisation, from none; with TLS and without."""
    found = []
    for secure in ("true", "false"):
        found.append(("", {"aws:SecureTransport": secure}))
        for organisation in ({}, {"aws:PrincipalOrgID": "o-evil"}):
            for role in ("admin", "other"):
                arn = f"arn:aws:iam::{STRANGER}:role/{role}"
                own = {"aws:PrincipalAccount": STRANGER, "aws:PrincipalArn": arn, "aws:SecureTransport": secure}
                found.append((STRANGER, {**own, **organisation}))
    return found


STRANGERS = strangers()


def stranger_gets_in(policy: dict[str, Any]) -> bool:
    return any(
        any(part["Effect"] == "Allow" and holds_all(part, context) for part in policy["Statement"])
        and any(allowed(policy, Request(action, thing, account, context)) for action in REQUESTS for thing in THINGS)
        for account, context in STRANGERS
    )


def holds_all(part: dict[str, Any], context: dict[str, str]) -> bool:
    """Whether a statement's conditions hold at all, to ask no more of those whose do not."""
    return all(holds(*each, Request("", "", "", context)) for each in conditions(part))


def of_bucket(name: str, policy: Any) -> Any:
    subject = resource("aws_s3_bucket_policy.x", policy=policy if isinstance(policy, Unknown) else json.dumps(policy))
    return find(name).compute(subject, graph(subject, account_map={OURS: "prod"}))


def of_holder(name: str, policy: Any) -> Any:
    subject = resource("aws_iam_policy.x", policy=policy if isinstance(policy, Unknown) else json.dumps(policy))
    return find(name).compute(subject, graph(subject))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SHARED)
def test_a_policy_that_lets_a_stranger_do_something_is_public(policy):
    assert of_bucket("iam.public", policy) or not stranger_gets_in(policy)


@st.composite
def denials_of_outsiders(draw: st.DrawFn) -> dict[str, Any]:
    """A policy whose denials are about everybody, or everybody but those who meet a condition."""
    policy = draw(SHARED)
    for part in policy["Statement"]:
        if part["Effect"] == "Deny" and "Condition" in part:
            part["Condition"] = draw(st.sampled_from(NARROWING))
    return policy


@settings(max_examples=300, deadline=None, derandomize=True)
@given(denials_of_outsiders())
def test_a_policy_is_public_exactly_if_some_stranger_gets_something(policy):
    assert of_bucket("iam.public", policy) is stranger_gets_in(policy)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(HELD)
def test_a_policy_makes_an_administrator_exactly_if_what_nobody_thought_of_is_allowed(policy):
    assert of_holder("iam.allows_admin", policy) is allowed(policy, Request("zz:Zz", "zz"))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(HELD)
def test_a_policy_passes_any_role_exactly_if_it_passes_one_that_nobody_named(policy):
    role = "arn:aws:iam::111111111111:role/zz"

    assert of_holder("iam.passes_any_role", policy) is allowed(policy, Request("iam:PassRole", role))


FACTS = {
    "public": lambda policy: of_bucket("iam.public", policy),
    "admin": lambda policy: of_holder("iam.allows_admin", policy),
    "full iam": lambda policy: of_holder("iam.allows_full_iam", policy),
    "passes": lambda policy: of_holder("iam.passes_any_role", policy),
    "escalates": lambda policy: bool(of_holder("iam.escalation_paths", policy)),
    "wildcards": lambda policy: bool(of_holder("iam.service_wildcards", policy)),
}


def answers(policy: Any) -> dict[str, Any]:
    return {name: ask(policy) for name, ask in FACTS.items()}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SHARED, statements())
def test_one_more_allow_never_makes_less_of_it_and_one_more_deny_never_more(policy, part):
    before = answers(policy)
    wider = answers({"Statement": [*policy["Statement"], {**part, "Effect": "Allow"}]})
    narrower = answers({"Statement": [*policy["Statement"], {**part, "Effect": "Deny"}]})

    assert all(wider[name] for name, truth in before.items() if truth)
    assert not any(narrower[name] for name, truth in before.items() if not truth)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(SHARED)
def test_a_deny_of_everything_to_everybody_leaves_nothing(policy):
    nothing = {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}

    assert not any(answers({"Statement": [*policy["Statement"], nothing]}).values())


def swapped(text: str) -> str:
    return text.upper() if text.islower() else text.lower()


ELEMENTS = ("Action", "NotAction", "Resource", "NotResource")


def in_elements(change: Any, only: str = "") -> Any:
    """`change` applied to the list that each element of a statement holds."""

    def apply(part: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {key: change(listed(value)) if key in ELEMENTS and only in key else value for key, value in part.items()}
        ]

    return apply


def with_principal_spelt_out(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**part, "Principal": {"AWS": ["*"]}} if part.get("Principal") == "*" else part]


def with_keys_in_other_case(part: dict[str, Any]) -> list[dict[str, Any]]:
    conditions = {
        operator: {key.swapcase(): listed(values) for key, values in keys.items()}
        for operator, keys in part.get("Condition", {}).items()
    }
    return [{**part, "Condition": conditions}]


def split(part: dict[str, Any]) -> list[dict[str, Any]]:
    """One statement for each action and resource; what is excepted cannot be split."""
    parts = [part]
    for element in ("Action", "Resource"):
        if element in part:
            parts = [{**each, element: member} for each in parts for member in listed(part[element])]
    return parts


CHANGES = {
    "lists": in_elements(list),
    "single values": in_elements(lambda values: values[0] if len(values) == 1 else values),
    "another order": in_elements(lambda values: values[::-1]),
    "actions in another case": in_elements(lambda values: [swapped(each) for each in values], only="Action"),
    "principal spelt out": with_principal_spelt_out,
    "keys in another case": with_keys_in_other_case,
    "one statement for each action and resource": split,
}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SHARED, st.sampled_from(sorted(CHANGES)), st.booleans())
def test_how_a_policy_is_written_does_not_matter(policy, change, backwards):
    parts = [new for part in policy["Statement"] for new in CHANGES[change](part)]
    written = parts[0] if len(parts) == 1 else parts[::-1] if backwards else parts

    assert answers({"Statement": written}) == answers(policy)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in members for place in places(member, (*path, key)))]


def hide(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return Unknown(because="it is hidden")
    changed = copy.copy(value)
    changed[path[0]] = hide(value[path[0]], path[1:])
    return changed


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SHARED, st.data())
def test_what_is_hidden_leaves_the_answer_as_it_is_or_takes_it_away(policy, data):
    path = data.draw(st.sampled_from(places(policy)))
    hidden = hide(policy, path)
    before = answers(policy)

    after = {
        name: ask(hidden if isinstance(hidden, Unknown) else Unknown(because="x", partial=hidden))
        for name, ask in LISTLESS.items()
    }

    assert not {name for name, truth in after.items() if not isinstance(truth, Unknown) and truth != before[name]}


LISTLESS = {name: FACTS[name] for name in ("public", "admin", "full iam", "passes")}
