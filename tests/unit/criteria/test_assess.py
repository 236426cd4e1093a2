import pytest

from cloudaudit.criteria import assess, catalogue
from cloudaudit.model import CriterionState, Finding, Fix, Rule, Severity, Status, Theme, Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def rule(id_: str, *criteria: str, stage: str = "stable") -> Rule:
    return Rule(
        id=id_,
        title=id_,
        theme=Theme.LOGGING,
        severity=Severity.LOW,
        criteria=criteria,
        resource="aws_vpc",
        require="true",
        message="",
        why="",
        fix=Fix(effect="manual"),
        stage=stage,
    )


def finding(
    rule_: str, resource: str, verdict: Verdict, target: str = "infra", status: Status = Status.OPEN
) -> Finding:
    return Finding(
        rule=rule_,
        resource=resource,
        type="aws_vpc",
        address=resource,
        verdict=verdict,
        severity=Severity.LOW,
        message="",
        target=target,
        status=status,
    )


RULES = {
    each.id: each for each in (rule("b", "CC6.1", "C1.1"), rule("a", "CC6.1"), rule("old", "CC6.1", stage="withdrawn"))
}


def state(id_: str, *findings: Finding, scope: tuple[str, ...] = ()) -> CriterionState:
    (found,) = [each for each in assess(findings, RULES, scope) if each.criterion.id == id_]
    return found


def test_every_criterion_is_listed_in_the_order_of_the_standard():
    assert tuple(each.criterion for each in assess([], {})) == catalogue()


def test_a_criterion_names_its_rules_by_id_without_withdrawn_ones():
    assert state("CC6.1").rules == ("a", "b")
    assert state("CC1.1").rules == ()


def test_resources_are_counted_once_whatever_the_number_of_rules():
    found = state(
        "CC6.1",
        *(finding("a", "one", FAIL), finding("b", "one", FAIL)),
        *(finding("a", "two", PASS), finding("b", "two", UNKNOWN)),
        *(finding("a", "three", PASS), finding("b", "three", PASS)),
    )

    assert (found.population, found.failing, found.unknown) == (3, 1, 1)
    assert found.failures_by_rule == {"a": 1, "b": 1}


def test_a_resource_that_fails_is_not_unknown_as_well():
    found = state("CC6.1", finding("a", "one", FAIL), finding("b", "one", UNKNOWN))

    assert (found.failing, found.unknown) == (1, 0)


def test_one_key_in_two_targets_is_two_resources():
    found = state("CC6.1", finding("a", "one", FAIL, target="x"), finding("b", "one", PASS, target="y"))

    assert (found.population, found.failing) == (2, 1)


def test_findings_of_other_rules_do_not_count():
    found = state("C1.1", finding("a", "one", FAIL), finding("unheard-of", "two", FAIL))

    assert (found.population, found.failures_by_rule) == (0, {})


def test_a_waived_failure_still_fails():
    assert state("CC6.1", finding("a", "one", FAIL, status=Status.WAIVED)).failing == 1


@pytest.mark.parametrize(
    ("id_", "scope", "expected"),
    [
        ("CC6.1", (), True),
        ("C1.1", (), False),
        ("C1.1", ("confidentiality",), True),
        ("CC6.1", ("confidentiality",), True),
        ("P4.2", ("availability",), False),
    ],
)
def test_security_is_in_scope_and_others_when_named(id_, scope, expected):
    assert state(id_, scope=scope).in_scope is expected
