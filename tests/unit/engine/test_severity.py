"""Profiles and severities: how much is asked, and how much a failure weighs where it stands."""

from pathlib import Path
from typing import Any

import pytest
from engine_building import make, make_graph, make_rules

from cloudaudit import app
from cloudaudit.engine.check import check
from cloudaudit.engine.profiles import PROFILES, members
from cloudaudit.errors import RuleError, SettingsError
from cloudaudit.model import Finding, Severity


def judged(tags: dict[str, str] | None = None, **changes: Any) -> Finding:
    rules = make_rules(**{"severity": "high", **changes})
    graph = make_graph(make("aws_db_instance", "main", storage_encrypted=False, tags=tags))
    (finding,) = check(rules, graph)
    return finding


@pytest.mark.parametrize(
    ("tags", "theme", "severity"),
    [
        (None, "encryption-at-rest", Severity.HIGH),
        ({"Environment": "prod"}, "encryption-at-rest", Severity.HIGH),
        ({"Environment": "dev"}, "encryption-at-rest", Severity.MEDIUM),
        ({"Environment": "blue"}, "encryption-at-rest", Severity.HIGH),
        ({"Environment": "dev"}, "network-exposure", Severity.HIGH),
        ({"Environment": "dev"}, "log-retention", Severity.HIGH),
        ({"classification": "Restricted"}, "encryption-at-rest", Severity.CRITICAL),
        ({"classification": "public"}, "encryption-at-rest", Severity.HIGH),
        ({"classification": "confidential", "Environment": "dev"}, "encryption-at-rest", Severity.HIGH),
    ],
)
def test_a_failure_weighs_what_is_at_stake(tags: dict[str, str] | None, theme: str, severity: Severity) -> None:
    assert judged(tags, theme=theme).severity is severity


def test_a_name_alone_makes_nothing_less_severe() -> None:
    (finding,) = check(make_rules(severity="high"), make_graph(make("aws_db_instance", "dev", storage_encrypted=False)))

    assert finding.severity is Severity.HIGH


def test_low_is_the_least() -> None:
    assert judged({"Environment": "dev"}, severity="low").severity is Severity.LOW


def test_a_failure_is_eased_where_that_is_certain() -> None:
    eased = '{when: resource.multi_az == true, severity: low, message: "{name} has a second home."}'

    (mild,) = check(
        make_rules(severity="high", eased=eased),
        make_graph(make("aws_db_instance", "main", storage_encrypted=False, multi_az=True)),
    )

    assert (mild.severity, mild.message) == (Severity.LOW, "aws_db_instance.main has a second home.")
    assert judged(eased=eased).severity is Severity.HIGH


def test_an_eased_failure_must_be_less_severe() -> None:
    with pytest.raises(RuleError, match="eased to high, which is no less than high"):
        make_rules(severity="high", eased="{when: resource.multi_az == true, severity: high}")


def test_profiles_nest_and_the_default_is_the_least() -> None:
    counts = [len(app.rule_set(app.Request(profile=name))) for name in PROFILES]

    assert list(PROFILES) == ["soc2", "strict", "all"]
    assert counts == sorted(counts)
    assert counts[-1] == len(app.rule_set(app.Request()))
    assert members("strict") == {"soc2", "strict"}


def test_there_is_no_other_profile() -> None:
    with pytest.raises(SettingsError, match="no profile lax; there are soc2, strict, all"):
        app.rule_set(app.Request(profile="lax"))


def test_strict_demands_customer_managed_keys_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_efs_file_system" "main" {\n  encrypted = true\n}\n')
    settings = app.Settings(parameters={"require_cmk": False})

    def fails(**changes: Any) -> set[str]:
        report = app.scan(app.Request(targets=(str(tmp_path),), **changes))
        return {finding.rule for finding in report.findings if finding.verdict == "fail"}

    assert "efs-file-system-customer-key" in fails(profile="strict")
    assert "efs-file-system-customer-key" not in fails()
    assert "efs-file-system-customer-key" not in fails(profile="strict", settings=settings)
