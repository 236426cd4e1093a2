"""What a change did to each finding: introduced, worsened, existing, fixed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from cloudaudit.decisions import compare
from cloudaudit.graph import Changing, ResourceGraph
from cloudaudit.model import Change, Evidence, Finding, Origin, Read, Resource, Severity, Unknown, Verdict

FAIL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN
UPDATE = {"aws_s3_bucket.a": ("update",)}


def bucket(address: str = "aws_s3_bucket.a", **attributes: Any) -> Resource:
    kind, name = address.rsplit(".", 2)[-2:]
    return Resource(key=address, type=kind, name=name, address=address, attributes=attributes, origin=Origin.PLAN)


def graph(*resources: Resource) -> ResourceGraph:
    return ResourceGraph(resources, target="plan.json", root=".", origin=Origin.PLAN)


def finding(
    verdict: Verdict, key: str = "aws_s3_bucket.a", severity: Severity = Severity.HIGH, reads: Sequence[Read] = ()
) -> Finding:
    proof = Evidence(rule_digest="", reads=tuple(reads), origin=Origin.PLAN)
    return Finding(
        rule="r", resource=key, type="t", address=key, verdict=verdict, severity=severity, message="", evidence=proof
    )


def changes(
    before: Sequence[Finding],
    after: Sequence[Finding],
    actions: Mapping[str, tuple[str, ...]],
    moved: Mapping[str, str] | None = None,
    resources: tuple[Sequence[Resource], Sequence[Resource]] = ((bucket(),), (bucket(),)),
) -> tuple[list[Change | None], int]:
    then, now = (graph(*some) for some in resources)
    found, fixed = compare(after, before, now, Changing(before=then, actions=actions, moved=moved or {}))
    return [one.change for one in found], len(fixed)


@pytest.mark.parametrize(
    ("was", "became", "change", "fixed"),
    [
        (FAIL, FAIL, Change.EXISTING, 0),
        (PASS, FAIL, Change.INTRODUCED, 0),
        (UNKNOWN, FAIL, Change.INTRODUCED, 0),
        (None, FAIL, Change.INTRODUCED, 0),
        (FAIL, PASS, Change.FIXED, 1),
        (PASS, PASS, None, 0),
        (PASS, UNKNOWN, Change.INTRODUCED, 0),
        (FAIL, UNKNOWN, Change.EXISTING, 0),
        (UNKNOWN, UNKNOWN, Change.EXISTING, 0),
    ],
)
def test_a_finding_is_compared_with_the_one_before(
    was: Verdict | None, became: Verdict, change: Change | None, fixed: int
) -> None:
    before = [finding(was)] if was else []

    assert changes(before, [finding(became)], UPDATE) == ([change], fixed)


def test_what_the_change_does_not_touch_is_nobodys_doing() -> None:
    assert changes([finding(PASS)], [finding(FAIL)], {"aws_s3_bucket.other": ("update",)})[0] == [Change.EXISTING]


def test_a_companion_that_goes_away_is_the_changes_doing() -> None:
    versioning = Resource(
        key="aws_s3_bucket_versioning.v",
        type="aws_s3_bucket_versioning",
        name="v",
        address="aws_s3_bucket_versioning.v",
        attributes={"bucket": "logs"},
        origin=Origin.STATE,
    )
    then, now = (bucket(bucket="logs", id="logs"), versioning), (bucket(bucket="logs", id="logs"),)
    gone = {versioning.key: ("delete",)}

    assert changes([finding(PASS)], [finding(FAIL)], gone, resources=(then, now))[0] == [Change.INTRODUCED]


def test_more_that_is_wrong_is_worse() -> None:
    one, two = (
        [Read(path="facts.iam.public_actions", value=actions)]
        for actions in (["s3:GetObject"], ["s3:GetObject", "s3:PutObject"])
    )

    assert changes([finding(FAIL, reads=one)], [finding(FAIL, reads=two)], UPDATE)[0] == [Change.WORSENED]
    assert changes([finding(FAIL, reads=two)], [finding(FAIL, reads=one)], UPDATE)[0] == [Change.EXISTING]
    severe = changes([finding(FAIL, severity=Severity.LOW)], [finding(FAIL, severity=Severity.HIGH)], UPDATE)
    assert severe[0] == [Change.WORSENED]


OLD, NEW = 'aws_s3_bucket.a["x"]', 'aws_s3_bucket.a["y"]'
REPLACED = {OLD: ("delete",), NEW: ("create",)}


def test_a_renamed_key_brings_its_failure_along() -> None:
    found = changes([finding(FAIL, OLD)], [finding(FAIL, NEW)], REPLACED, resources=((bucket(OLD),), (bucket(NEW),)))

    assert found == ([Change.EXISTING], 0)


def test_one_more_instance_is_new() -> None:
    another = 'aws_s3_bucket.a["z"]'
    actions = {**REPLACED, another: ("create",)}
    resources = ((bucket(OLD),), (bucket(NEW), bucket(another)))

    found = changes([finding(FAIL, OLD)], [finding(FAIL, NEW), finding(FAIL, another)], actions, resources=resources)

    assert found == ([Change.EXISTING, Change.INTRODUCED], 0)


@pytest.mark.parametrize(("name", "change"), [("logs", Change.EXISTING), ("other", Change.INTRODUCED)])
def test_a_renamed_module_brings_its_failures_along_if_it_holds_the_same(name: str, change: Change) -> None:
    old, new = "module.a.aws_s3_bucket.this", "module.b.aws_s3_bucket.this"
    then = bucket(old, bucket="logs", arn="arn:aws:s3:::logs")
    now = bucket(new, bucket=name, arn=Unknown(because="known after apply"))

    found = changes(
        [finding(FAIL, old)], [finding(FAIL, new)], {old: ("delete",), new: ("create",)}, resources=((then,), (now,))
    )

    assert found == ([change], 0 if change is Change.EXISTING else 1)


def test_a_moved_block_says_what_moved() -> None:
    old, new = "aws_s3_bucket.old", "aws_s3_bucket.new"

    found = changes(
        [finding(FAIL, old)],
        [finding(FAIL, new)],
        {new: ("update",)},
        {old: new},
        ((bucket(old),), (bucket(new),)),
    )

    assert found == ([Change.EXISTING], 0)


def test_a_failure_whose_resource_goes_is_fixed() -> None:
    assert changes([finding(FAIL)], [], {"aws_s3_bucket.a": ("delete",)}, resources=((bucket(),), ())) == ([], 1)
