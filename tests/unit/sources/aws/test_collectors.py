"""Every collector against botocore's description of what AWS takes and gives, and against refusals."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botomodel import Session, operation

from cloudaudit import schema
from cloudaudit.engine.attributes import schema_of
from cloudaudit.model import Resource, Unknown
from cloudaudit.sources.aws import permissions
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.collectors import collectors
from cloudaudit.sources.aws.declare import Call, Collect
from cloudaudit.sources.aws.permissions import actions, operations
from cloudaudit.sources.aws.reader import TOKENS, Reader

LOADER = Loader()
CHOICES = 6  # ways to fill enums and booleans, so that conditions of collectors are met by one or another
TYPES = sorted({one.type for one in collectors()})
EACH = [pytest.param(one, id=f"{one.type} {one.call.service}.{one.call.operation}") for one in collectors()]
CALLS = {f"{call.service}.{call.operation}": call for one in collectors() for call in one.calls}


@cache
def found(type_: str) -> list[Resource]:
    """Resources of the type in accounts that answer in full."""
    plan = Plan(types=frozenset({type_}), threads=1)
    graphs = [graph(Reader(Session(choice)), plan) for choice in range(CHOICES)]  # type: ignore[arg-type]
    return [each for one in graphs for each in one if each.type == type_]


def is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(is_empty(member) for member in value.values())
    if isinstance(value, list):
        return all(is_empty(member) for member in value)
    return value is None or value == ""


@pytest.mark.parametrize("collect", EACH)
def test_no_mapped_attribute_stays_empty(collect: Collect) -> None:
    resources = found(collect.type)
    mapped = {*collect.attributes, *(name for part in collect.parts for name in part.attributes)}

    told = {name for each in resources for name, value in each.attributes.items() if not is_empty(value)}

    assert resources, "no item of a full answer became a resource"
    assert mapped <= told


@pytest.mark.parametrize("type_", TYPES)
def test_attributes_are_those_of_the_schema(type_: str) -> None:
    known = schema_of(type_)
    assert known is not None
    names = {*known.attributes, *known.blocks, "id", "arn", "region", "tags_all"}

    for one in (one for one in collectors() if one.type == type_):
        told = {*one.attributes, *(name for part in one.parts for name in part.attributes)}
        assert told <= names
        assert {*one.unread, *one.made_from} <= names


def test_the_names_of_operations_are_those_of_botocore(request: pytest.FixtureRequest) -> None:
    """`make golden` writes them again."""
    named: dict[str, dict[str, str]] = {}
    for call in CALLS.values():
        if not call.actions:
            named.setdefault(call.service, {})[call.operation] = operations(call.service)[call.operation]
    ordered = {service: dict(sorted(named[service].items())) for service in sorted(named)}
    path = Path(permissions.__file__).with_name("operations.json")
    if request.config.getoption("--golden"):
        path.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")

    assert json.loads(path.read_bytes()) == ordered, "`make golden` writes the names again"


@pytest.mark.parametrize("type_", TYPES)
def test_values_fit_the_schema(type_: str) -> None:
    """Blocks are lists of dicts with known names; nothing is left as AWS writes it."""
    known = schema.resource_schema(type_)
    for each in found(type_) if known else ():
        for name, block in known.blocks.items():
            value = each.attributes.get(name)
            if isinstance(value, list):
                for member in value:
                    if isinstance(member, dict):
                        assert set(member) <= {*block.attributes, *block.blocks}, name


@pytest.mark.parametrize("type_", TYPES)
def test_keys_are_distinct_by_what_they_name(type_: str) -> None:
    for each in found(type_):
        assert each.key
        assert "None" not in each.key
        assert each.account == "123456789012"
        assert each.readings[""].call


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_refused_call_makes_what_it_tells_unknown_and_nothing_else(name: str) -> None:
    users = [one for one in collectors() for call in one.calls if f"{call.service}.{call.operation}" == name]
    plan = Plan(types=frozenset(one.type for one in users), threads=1)

    whole = graph(Reader(Session()), plan)  # type: ignore[arg-type]
    refused = graph(Reader(Session(refuse={name: "AccessDenied"})), plan)  # type: ignore[arg-type]

    action = actions(CALLS[name])[0]
    assert any(gap.what.startswith(action) for gap in refused.gaps) or not _asks(users, name)
    for each in refused:
        before = whole.get(each.key)
        for attribute, value in each.attributes.items():
            if isinstance(value, Unknown) and action in value.because:
                continue
            # the answers have one ARN for everything
            assert before is None or before.type != each.type or before.attributes.get(attribute) == value
    for one in users if _asks(users, name) else ():
        if one.call is CALLS[name] and not any(each.type == one.type for each in refused):
            assert refused.listing is not None
            assert refused.listing.lacks(one.type)


def _asks(users: list[Collect], name: str) -> bool:
    """Whether the call is made at all where every enum has its first value."""
    session = Session()
    graph(Reader(session), Plan(types=frozenset(one.type for one in users), threads=1))  # type: ignore[arg-type]
    return name in {f"{service}.{method}" for service, method, _ in session.asked}


def test_no_request_is_made_twice() -> None:
    session = Session()

    graph(Reader(session), Plan(threads=1))  # type: ignore[arg-type]

    assert len(session.asked) == len(set(session.asked))


def test_every_call_has_a_permission() -> None:
    for name, call in sorted(CALLS.items()):
        assert isinstance(call, Call)
        for action in actions(call):
            service, _, operation = action.partition(":")
            assert service, name
            assert operation[:1].isupper(), name


# Their answers lead on in another way, and are asked for so much at once that they have one page.
ONE_PAGE = {"cloudfront.list_response_headers_policies", "firehose.list_delivery_streams"}


@pytest.mark.parametrize("name", sorted(CALLS.keys() - ONE_PAGE))
def test_no_page_of_an_answer_is_left_unread(name: str) -> None:
    """botocore knows how to go on, or the token of an answer may be given back under its own name."""
    call = CALLS[name]
    described = operation(call.service, call.operation)
    told = described.output_shape.members if described.output_shape else {}
    taken = described.input_shape.members if described.input_shape else {}

    assert is_paged(call.service, described.name) or all(token in taken for token in TOKENS if token in told)


def is_paged(service: str, operation_name: str) -> bool:
    try:
        return operation_name in LOADER.load_service_model(service, "paginators-1")["pagination"]
    except UnknownServiceError:
        return False
