"""What holds of environments whatever a configuration looks like."""

import json
from typing import Any

from facts_building import graph, ref
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudaudit.facts import find
from cloudaudit.facts.environment.words import CANONICAL, Vocabulary, differ
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown

HIDDEN = Unknown(because="hidden")
NAMES = ("prod", "staging", "dev", "blue")
FACTS = ("crossings", "crossed_by", "mixes", "same_secret")

tags = st.sampled_from([*NAMES, None])


def made(kind: str, name: str, environment: str | None, **attributes: Any) -> Resource:
    tagged = {"tags": {"Environment": environment}} if environment else {}
    return Resource(
        key=f"{kind}.{name}",
        type=kind,
        name=name,
        address=f"{kind}.{name}",
        attributes={**attributes, **tagged},
        origin=Origin.SOURCE,
    )


@st.composite
def configurations(draw: st.DrawFn) -> list[Resource]:
    """Keys, groups, secrets and what uses them, each of some environment or of none."""
    keys = [made("aws_kms_key", f"k{number}", draw(tags)) for number in range(draw(st.integers(1, 3)))]
    groups = [made("aws_security_group", f"g{number}", draw(tags)) for number in range(draw(st.integers(1, 3)))]
    found = [*keys, *groups]
    for number in range(draw(st.integers(1, 4))):
        key, group = draw(st.sampled_from(keys)), draw(st.sampled_from(groups))
        uses: dict[str, Any] = {"kms_key_id": ref(f"{key.address}.arn")} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            uses["vpc_security_group_ids"] = [ref(f"{group.address}.id")]
        if draw(st.booleans()):
            uses["password"] = draw(st.sampled_from(["Kq7-vult-93xa", "Zw4-mirt-18pb"]))
        found.append(made("aws_db_instance", f"d{number}", draw(tags), **uses))
    return found


def facts(resources: list[Resource], **environment: Any) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Every listing of every resource."""
    whole = graph(*resources, **environment)
    return {(each.key, name): value(name, each, whole) for each in resources for name in FACTS}


def value(name: str, resource: Resource, whole: ResourceGraph) -> Any:
    fact = find(f"environment.{name}")
    assert fact
    return fact.compute(resource, whole)


def certain(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Both ends of the rows that certainly cross."""
    return {(row.get("one", ""), row.get("to") or row["other"]) for row in rows if row["crosses"] is True}


def renamed(resources: list[Resource], names: dict[str, str]) -> list[Resource]:
    return [
        made(each.type, each.name, names.get(tagged, tagged) if tagged else None, **attributes)
        for each in resources
        for attributes in [{name: member for name, member in each.attributes.items() if name != "tags"}]
        for tagged in [each.attributes.get("tags", {}).get("Environment")]
    ]


@given(configurations(), st.permutations(["red", "green", "white", "black"]))
def test_what_environments_are_called_changes_nothing(resources: list[Resource], names: list[str]) -> None:
    other = renamed(resources, dict(zip(NAMES, names, strict=True)))

    before, after = facts(resources), facts(other)

    assert {key: certain(rows) for key, rows in before.items() if key[1] != "mixes"} == {
        key: certain(rows) for key, rows in after.items() if key[1] != "mixes"
    }
    assert {key: bool(certain(rows)) for key, rows in before.items()} == {
        key: bool(certain(rows)) for key, rows in after.items()
    }


@given(configurations(), tags)
def test_what_has_nothing_to_do_with_the_others_makes_nothing_cross(
    resources: list[Resource], name: str | None
) -> None:
    stranger = made("aws_sqs_queue", "stranger", name)

    before, after = facts(resources), facts([*resources, stranger])

    assert {key: certain(rows) for key, rows in before.items()} == {
        key: certain(rows) for key, rows in after.items() if key[0] != stranger.key
    }
    assert all(not certain(after[stranger.key, name]) for name in FACTS)


@given(configurations())
def test_what_one_side_crosses_the_other_is_crossed_by(resources: list[Resource]) -> None:
    found = facts(resources)

    there = {(key, to) for (key, name), rows in found.items() if name == "crossings" for _, to in certain(rows)}
    back = {(to, key) for (key, name), rows in found.items() if name == "crossed_by" for _, to in certain(rows)}
    assert there == back


@given(configurations())
def test_the_same_secret_is_found_from_both_sides(resources: list[Resource]) -> None:
    found = facts(resources)

    pairs = {(key, to) for (key, name), rows in found.items() if name == "same_secret" for _, to in certain(rows)}
    assert {resource for resource, _ in pairs} == {other for _, other in pairs}


@given(configurations())
def test_in_one_environment_nothing_crosses(resources: list[Resource]) -> None:
    one = renamed(resources, dict.fromkeys(NAMES, "prod"))

    assert all(not certain(rows) for rows in facts(one).values())


@given(configurations(), st.data())
def test_what_is_hidden_makes_nothing_cross(resources: list[Resource], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(resources) - 1))
    chosen = resources[index]
    name = data.draw(st.sampled_from(sorted(chosen.attributes) or ["tags"]))
    hidden = made(chosen.type, chosen.name, None, **{**chosen.attributes, name: HIDDEN})

    before, after = facts(resources), facts([*resources[:index], hidden, *resources[index + 1 :]])

    for (key, fact), rows in after.items():
        gained = {bool(certain(rows)) and not certain(before[key, fact])}
        assert gained == {False}, (key, fact)


@given(configurations(), st.data())
def test_what_crossed_is_at_least_in_doubt_when_something_is_hidden(
    resources: list[Resource], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(resources) - 1))
    chosen = resources[index]
    name = data.draw(st.sampled_from(sorted(chosen.attributes) or ["tags"]))
    hidden = made(chosen.type, chosen.name, None, **{**chosen.attributes, name: HIDDEN})

    before, after = facts(resources), facts([*resources[:index], hidden, *resources[index + 1 :]])

    for (key, fact), rows in before.items():
        if certain(rows) and fact in ("crossings", "same_secret"):
            assert after[key, fact], (key, fact)


environments = st.sampled_from([*CANONICAL, "blue", "audit"])


@given(environments, environments)
def test_whether_environments_differ_does_not_depend_on_who_asks(one: str, other: str) -> None:
    assert differ(one, other) == differ(other, one)
    assert not differ(one, one)


@given(st.sampled_from(["live", "demo", "gold"]), st.sampled_from(["prod", "staging", "demo"]))
def test_words_of_the_settings_count_wherever_ours_do(word: str, name: str) -> None:
    words = Vocabulary({word: name})

    assert words.named(f"acme-{word}-data") == name
    assert words.recognised(word.upper()) == name
    assert words.in_path(f"envs/{word}") == name
    assert Vocabulary().named(f"acme-{word}-data") == ""


@settings(max_examples=30)
@given(st.text(max_size=40), st.sampled_from(NAMES))
def test_a_policy_of_any_text_is_read_without_an_error(text: str, name: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": text}, "Action": text, "Resource": text}
    role = made("aws_iam_role", "r", name, assume_role_policy=json.dumps({"Statement": [statement]}))

    for fact in ("principals", "held", "people"):
        assert isinstance(value(fact, role, graph(role)), list)
