"""Who gets in with a token of GitHub: what the facts say, compared with single tokens of strangers."""

import json
from typing import Any

from facts_building import graph, resource
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_reference import Request, conditions, holds

from cloudaudit.facts import find

HOST = "token.actions.githubusercontent.com"
ROLE = {
    "Effect": "Allow",
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{HOST}"},
}
PATTERNS = {
    "sub": (
        "*", "repo:*", "repo:acme*", "repo:acme/*", "repo:acme/app*", "repo:acme/app:*", "repo:*/app:*",
        "repo:acme/*:*", "repo:acme/app:ref:refs/heads/main", "repo:acme/app:environment:prod",
        "repo:acme/app:ref:refs/heads/*", "repo:ac?e/app:*",
    ),
    "repository": ("acme/app", "acme/*", "*"),
    "repository_owner": ("acme", "*", "ac*"),
    "aud": ("sts.amazonaws.com", "*"),
    "actor": ("ada", "*"),
}  # fmt: skip
EXACT = {
    claim: tuple(each for each in values if "*" not in each and "?" not in each) for claim, values in PATTERNS.items()
}


@st.composite
def trusts(draw: st.DrawFn) -> dict[str, Any]:
    """A statement with up to three conditions on claims."""
    found: dict[str, dict[str, Any]] = {}
    for claim in draw(st.lists(st.sampled_from(sorted(PATTERNS)), max_size=3, unique=True)):
        operator = draw(st.sampled_from(["StringLike", "StringLike", "StringEquals", "StringNotLike"]))
        values = EXACT[claim] if operator == "StringEquals" else PATTERNS[claim]
        chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        found.setdefault(operator, {})[f"{HOST}:{claim}"] = chosen
    return {**ROLE, "Condition": found} if found else ROLE


def token(repository: str, end: str) -> dict[str, str]:
    owner = repository.partition("/")[0]
    claims = {"sub": f"repo:{repository}:{end}", "repository": repository, "repository_owner": owner, "actor": "eve"}
    return {f"{HOST}:{claim}": value for claim, value in {**claims, "aud": "sts.amazonaws.com"}.items()}


ENDS = ("ref:refs/heads/main", "ref:refs/heads/zz", "environment:prod", "environment:zz", "pull_request")
STRANGERS = ("evil/evil", "evil/app", "acme-evil/app", "acze/app", "acme-evil/evil")
NEIGHBOURS = ("acme/other", "acme/app-evil")


def admits(part: dict[str, Any], repositories: tuple[str, ...]) -> bool:
    return any(
        all(holds(*each, Request("", "", "", token(repository, end))) for each in conditions(part))
        for repository in repositories
        for end in ENDS
    )


def fact(name: str, part: dict[str, Any]) -> Any:
    subject = resource("aws_iam_role.r", assume_role_policy=json.dumps({"Statement": [part]}))
    return find(name).compute(subject, graph(subject))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(trusts())
def test_a_role_that_admits_tokens_of_strangers_is_open_to_any_owner(part):
    assert fact("iam.github_any_owner", part) or not admits(part, STRANGERS)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(trusts())
def test_a_role_that_admits_tokens_of_another_repository_is_unbound(part):
    assert fact("iam.github_unbound", part) or not admits(part, STRANGERS + NEIGHBOURS)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(trusts())
def test_a_role_with_positive_conditions_only_is_open_exactly_if_it_admits_a_stranger(part):
    positive = {operator: keys for operator, keys in part.get("Condition", {}).items() if "Not" not in operator}
    kept = {
        operator: {key: values for key, values in keys.items() if not key.endswith((":aud", ":actor"))}
        for operator, keys in positive.items()
    }
    trust = {**ROLE, "Condition": kept}

    assert fact("iam.github_any_owner", trust) is admits(trust, STRANGERS)
