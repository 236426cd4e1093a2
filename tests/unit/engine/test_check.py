from collections.abc import Callable
from typing import Any

import pytest
from engine_building import make, make_graph, make_rules

from cloudaudit.engine.check import applicable, check
from cloudaudit.engine.parameters import parameters
from cloudaudit.errors import RuleError
from cloudaudit.model import Finding, Location, Read, Resource, Unknown, Verdict

Judge = Callable[..., Finding | None]

UNKNOWN = Unknown(because="var.x has no value")


def place(resource: Resource, **places: int) -> Resource:
    import msgspec  # noqa: PLC0415

    located = {path.replace("__", "."): Location("main.tf", line) for path, line in places.items()}
    return msgspec.structs.replace(resource, location=Location("main.tf", 1), places=located)


@pytest.mark.parametrize(
    ("replica", "encrypted", "expected"),
    [
        (None, True, Verdict.PASS),
        (None, None, Verdict.FAIL),
        (None, UNKNOWN, Verdict.UNKNOWN),
        ("source", None, None),
        ("source", UNKNOWN, None),
        (UNKNOWN, True, Verdict.PASS),
        (UNKNOWN, None, Verdict.UNKNOWN),
        (UNKNOWN, UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_a_rule_that_may_not_apply_never_fails(
    judge: Judge, replica: Any, encrypted: Any, expected: Verdict | None
) -> None:
    resource = make("aws_db_instance", "main", replicate_source_db=replica, storage_encrypted=encrypted)

    finding = judge(resource, when="resource.replicate_source_db == null")

    assert (finding.verdict if finding else None) is expected


def test_a_failure_says_what_is_wrong_and_where(judge: Judge) -> None:
    resource = place(make("aws_db_instance", "main", storage_encrypted=False), storage_encrypted=3)

    finding = judge(resource, at="storage_encrypted")

    assert finding is not None
    assert finding.message == "aws_db_instance.main of aws_db_instance is not so."
    assert finding.location == Location("main.tf", 3)
    assert (finding.target, finding.root) == ("infra", ".")


def test_an_unknown_names_each_cause_once(judge: Judge) -> None:
    resource = make("aws_db_instance", "main", storage_encrypted=UNKNOWN, kms_key_id=UNKNOWN, engine=UNKNOWN)

    finding = judge(resource, require='resource.storage_encrypted == true && resource.kms_key_id == "x"')

    assert finding is not None
    assert finding.unknown_because == (
        "resource.kms_key_id: var.x has no value",
        "resource.storage_encrypted: var.x has no value",
    )


def test_an_incomplete_relation_is_a_cause(judge: Judge) -> None:
    finding = judge(
        make("aws_account", "aws_account"),
        require="related.trails.exists(t, t.is_multi_region_trail == true)",
        related="{trails: {type: aws_cloudtrail}}",
    )

    assert finding is not None
    assert finding.unknown_because == ("related.trails: other roots are not in this scan",)


def test_a_pass_has_evidence_only_when_asked_for() -> None:
    graph = make_graph(make("aws_db_instance", "main", storage_encrypted=True))

    [plain] = check(make_rules(), graph)
    [full] = check(make_rules(), graph, all_evidence=True)

    assert plain.evidence is None
    assert full.evidence is not None
    assert [(read.path, read.value) for read in full.evidence.reads] == [("resource.storage_encrypted", True)]


def test_evidence_shows_defaults_places_and_causes(judge: Judge) -> None:
    group = place(
        make("aws_security_group", "main", ingress=[{"cidr_blocks": ["10.0.0.0/8"]}, {"cidr_blocks": UNKNOWN}]),
        ingress__0__cidr_blocks=5,
        ingress__1=7,
    )

    finding = judge(group, require="resource.ingress.exists(i, i.cidr_blocks == [] || i.from_port == 22)")

    assert finding is not None
    assert finding.evidence is not None
    key = "aws_security_group.main"
    assert finding.evidence.reads == (
        Read(path="resource.ingress.0.cidr_blocks", value=["10.0.0.0/8"], source=key, location=Location("main.tf", 5)),
        Read(
            path="resource.ingress.1.cidr_blocks",
            value={"unknown": "var.x has no value"},
            source=key,
            location=Location("main.tf", 7),
        ),
        Read(path="resource.ingress.0.from_port", value=None, source=key, location=Location("main.tf", 1)),
        Read(path="resource.ingress.1.from_port", value=None, source=key, location=Location("main.tf", 7)),
    )


def test_evidence_holds_no_sensitive_value(judge: Judge) -> None:
    import msgspec  # noqa: PLC0415

    resource = make("aws_db_instance", "main", engine="canary-4711", db_name="main")
    resource = msgspec.structs.replace(resource, sensitive=frozenset({"engine"}))

    finding = judge(resource, require='resource.engine == "x" && resource.db_name == "x"')

    assert finding is not None
    shown = msgspec.json.encode(finding).decode()
    assert "canary" not in shown
    assert "secret of 11 characters" in shown


def test_a_defective_rule_stops_the_run_unless_it_is_to_be_told() -> None:
    rules = make_rules(require="resource.iops >= 7", resource="aws_db_instance")
    graph = make_graph(make("aws_db_instance", "main", iops=None))
    told: list[RuleError] = []

    with pytest.raises(RuleError, match=r"thing-is-so: the rule is defective: .*iops >= 7.*aws_db_instance.main"):
        list(check(rules, graph))
    [finding] = check(rules, graph, on_defect=told.append)

    assert finding.verdict is Verdict.UNKNOWN
    assert len(told) == 1


def test_a_key_that_no_source_declared_unknown_is_a_defect() -> None:
    rules = make_rules(require='resource.tags["env"] == "prod"')
    graph = make_graph(make("aws_db_instance", "main", tags={"team": "a"}))

    with pytest.raises(RuleError, match='test `"env" in` it first'):
        list(check(rules, graph))


def test_resources_that_look_the_same_keep_their_own_causes_and_places() -> None:
    one = place(make("aws_db_instance", "a", storage_encrypted=UNKNOWN), storage_encrypted=3)
    other = place(make("aws_db_instance", "b", storage_encrypted=Unknown(because="var.y is odd")), storage_encrypted=9)

    found = list(check(make_rules(at="storage_encrypted"), make_graph(one, other)))

    assert [finding.unknown_because for finding in found] == [
        ("resource.storage_encrypted: var.x has no value",),
        ("resource.storage_encrypted: var.y is odd",),
    ]
    assert [finding.location and finding.location.line for finding in found] == [3, 9]


def test_a_defect_names_each_resource_that_it_hit() -> None:
    rules = make_rules(require="resource.iops >= 7")
    told: list[RuleError] = []

    found = list(check(rules, make_graph(*(make("aws_db_instance", name) for name in "ab")), on_defect=told.append))

    assert [finding.address for finding in found] == ["aws_db_instance.a", "aws_db_instance.b"]
    assert len({str(error) for error in told}) == 1


def test_more_than_a_rule_may_look_at_is_unknown() -> None:
    rules = make_rules(require="resource.vpc_security_group_ids.all(g, g != null)")
    graph = make_graph(make("aws_db_instance", "main", vpc_security_group_ids=["a"] * 20_000))

    [finding] = check(rules, graph)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.unknown_because == ("there is more here than a rule may look at",)


def test_findings_come_in_the_order_of_their_resources() -> None:
    graph = make_graph(*(make("aws_db_instance", name) for name in "cab"))

    found = [finding.address for finding in check(make_rules(), graph)]

    assert found == ["aws_db_instance.a", "aws_db_instance.b", "aws_db_instance.c"]


def test_parameters_are_the_users() -> None:
    rules = make_rules(require="parameters.backup_retention_days <= 7")
    graph = make_graph(make("aws_db_instance", "main"))

    assert [finding.verdict for finding in check(rules, graph)] == [Verdict.PASS]
    assert [finding.verdict for finding in check(rules, graph, {"backup_retention_days": 8})] == [Verdict.FAIL]


def test_one_look_at_a_resource_serves_all_of_its_rules() -> None:
    from cloudaudit.engine.view import Viewer  # noqa: PLC0415

    resource = make("aws_db_instance", "main", storage_encrypted=True)
    view = Viewer(make_rules(), make_graph(resource), {}).see(resource)

    assert view.variables["resource"] == {"storage_encrypted": True}
    assert view.activation is view.activation


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ("true", 1),
        ("parameters.require_cmk == true", 0),
        ('resource.engine != "s3" && parameters.require_cmk == true', 0),
        ("parameters.require_cmk == false && resource.storage_encrypted == true", 1),
        ("parameters.require_cmk == true || resource.storage_encrypted == true", 1),
        ("!(parameters.require_cmk == true && resource.storage_encrypted == true)", 1),
        ('parameters.classification_tags.exists(k, k in resource.tags && resource.tags[k] == "public")', 1),
        ("parameters.backup_max_days / 0 == 1", 1),
    ],
)
def test_rules_that_the_parameters_alone_rule_out_are_not_applied(when: str, left: int) -> None:
    rules = make_rules(when=when)

    assert len(applicable(rules, parameters())) == left
