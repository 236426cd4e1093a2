import json
from pathlib import Path
from typing import Any

import pytest

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import read
from cloudaudit.sources.imported.result import Foreign, Tool


def told(tmp_path: Path, value: object) -> list[Any]:
    path = tmp_path / "results.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return [one for one in read(path) if not isinstance(one, Tool)]


def sarif(*results: dict[str, Any], **run: Any) -> dict[str, Any]:
    driver = {"name": "Trivy", "version": "0.66.0", "rules": [RULE]}
    return {"$schema": "x", "version": "2.1.0", "runs": [{"tool": {"driver": driver}, **run, "results": list(results)}]}


RULE = {
    "id": "AWS-0080",
    "name": "Misconfiguration",
    "shortDescription": {"text": "RDS encryption"},
    "helpUri": "https://example.com/aws-0080",
    "defaultConfiguration": {"level": "error"},
    "properties": {"security-severity": "8.0"},
}
RESULT = {
    "ruleId": "AWS-0080",
    "message": {"text": "Artifact: main.tf\nMessage: Instance is plain.\nLink: x"},
    "locations": [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20b/main.tf", "uriBaseId": "ROOTPATH"},
                "region": {"startLine": 3, "endLine": 9},
            },
            "logicalLocations": [{"fullyQualifiedName": "module.db[0].aws_db_instance.main"}],
        }
    ],
}
CHECK = {
    "check_id": "CKV_AWS_16",
    "bc_check_id": "BC_AWS_GENERAL_4",
    "check_name": "RDS is encrypted",
    "check_result": {"result": "FAILED"},
    "file_path": "/envs/prod/main.tf",
    "file_line_range": [3, 9],
    "resource": "aws_db_instance.main",
    "severity": None,
}
TRIVY = {
    "SchemaVersion": 2,
    "Trivy": {"Version": "0.66.0"},
    "CreatedAt": "2026-01-02T03:04:05Z",
    "ArtifactName": "infra",
    "Results": [
        {
            "Target": "main.tf",
            "Class": "config",
            "Misconfigurations": [
                {
                    "ID": "AWS-0080",
                    "AVDID": "AVD-AWS-0080",
                    "Title": "RDS encryption",
                    "Message": "Instance is plain.",
                    "Severity": "HIGH",
                    "Status": "FAIL",
                    "CauseMetadata": {"Resource": "aws_db_instance.main", "StartLine": 3, "EndLine": 9},
                },
            ],
        }
    ],
}
EVENT = {
    "class_uid": 2004,
    "metadata": {
        "version": "1.5.0",
        "event_code": "rds_instance_storage_encrypted",
        "product": {"name": "Prowler", "version": "5.46.0"},
    },
    "status_code": "FAIL",
    "status_id": 1,
    "status_detail": "RDS instance db is not encrypted.",
    "severity": "Medium",
    "finding_info": {"title": "Storage is encrypted"},
    "cloud": {"account": {"uid": "123456789012"}, "region": "eu-west-1"},
    "resources": [{"uid": "arn:aws:rds:eu-west-1:123456789012:db:db", "region": "eu-west-1", "name": "db"}],
    "time_dt": "2026-01-02T03:04:05",
}
ASFF = {
    "SchemaVersion": "2018-10-08",
    "GeneratorId": "prowler-rds_instance_storage_encrypted",
    "AwsAccountId": "123456789012",
    "ProductFields": {"ProviderName": "Prowler", "ProviderVersion": "5.46.0"},
    "Title": "Storage is encrypted",
    "Description": "RDS instance db is not encrypted.",
    "Severity": {"Label": "MEDIUM"},
    "Compliance": {"Status": "FAILED"},
    "Resources": [{"Id": "arn:aws:rds:eu-west-1:123456789012:db:db", "Region": "eu-west-1"}],
}
VIOLATION = {
    "rule_id": "AC_AWS_0058",
    "rule_name": "rdsHasStorageEncrypted",
    "description": "RDS is encrypted",
    "severity": "HIGH",
    "resource_name": "main",
    "resource_type": "aws_db_instance",
    "file": "main.tf",
    "line": 3,
}


def checkov(**lists: Any) -> dict[str, Any]:
    return {"check_type": "terraform", "results": lists, "summary": {"checkov_version": "3.3.30"}}


def terrascan(**lists: Any) -> dict[str, Any]:
    return {"results": {"violations": [], "skipped_violations": [], "scan_summary": {}, **lists}}


def test_a_sarif_result_takes_what_its_rule_says(tmp_path: Path) -> None:
    assert told(tmp_path, sarif(RESULT)) == [
        Foreign(
            tool="trivy",
            version="0.66.0",
            rule="AWS-0080",
            also=("Misconfiguration",),
            verdict=Verdict.FAIL,
            title="RDS encryption",
            message="Instance is plain.",
            severity="high",
            path="a b/main.tf",
            first_line=3,
            last_line=9,
            address="module.db[0].aws_db_instance.main",
            url="https://example.com/aws-0080",
        )
    ]


def test_a_rule_of_sarif_may_stand_behind_its_results(tmp_path: Path) -> None:
    log = sarif(RESULT)
    log["runs"] = [dict(sorted(run.items())) for run in log["runs"]]

    assert [one.title for one in told(tmp_path, log)] == ["RDS encryption"]


@pytest.mark.parametrize(
    "named",
    [
        {"ruleIndex": 0},
        {"rule": {"index": 0}},
        {"rule": {"id": "AWS-0080"}},
        {"ruleId": "AWS-0080/plain"},
    ],
)
def test_a_sarif_result_names_its_rule_in_one_of_many_ways(tmp_path: Path, named: dict[str, Any]) -> None:
    result = {key: value for key, value in RESULT.items() if key != "ruleId"}

    assert [one.rule for one in told(tmp_path, sarif({**result, **named}))] == ["AWS-0080"]


@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        ("pass", [Verdict.PASS]),
        ("open", [Verdict.UNKNOWN]),
        ("review", [Verdict.UNKNOWN]),
        ("notApplicable", []),
        ("informational", []),
    ],
)
def test_the_kind_of_a_sarif_result_is_its_verdict(tmp_path: Path, kind: str, verdicts: list[Verdict]) -> None:
    assert [one.verdict for one in told(tmp_path, sarif({**RESULT, "kind": kind}))] == verdicts


def test_a_sarif_result_of_an_older_run_only_is_none(tmp_path: Path) -> None:
    assert told(tmp_path, sarif({**RESULT, "baselineState": "absent"})) == []


@pytest.mark.parametrize(
    ("suppressions", "accepted"),
    [
        ([], None),
        ([{"kind": "inSource"}], ""),
        ([{"kind": "external", "status": "accepted", "justification": "ends in May"}], "ends in May"),
        ([{"kind": "inSource"}, {"kind": "external", "status": "underReview"}], None),
    ],
)
def test_a_sarif_result_is_accepted_when_all_its_suppressions_stand(
    tmp_path: Path, suppressions: list[Any], accepted: str | None
) -> None:
    assert [one.accepted for one in told(tmp_path, sarif({**RESULT, "suppressions": suppressions}))] == [accepted]


def test_a_sarif_result_with_two_places_is_two(tmp_path: Path) -> None:
    places = [*RESULT["locations"], {"physicalLocation": {"artifactLocation": {"index": 0}}}]  # type: ignore[misc]

    found = told(tmp_path, sarif({**RESULT, "locations": places}, artifacts=[{"location": {"uri": "other.tf"}}]))

    assert [one.path for one in found] == ["a b/main.tf", "other.tf"]


def test_a_sarif_run_that_failed_is_a_gap(tmp_path: Path) -> None:
    invocation = {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": "cannot parse b.tf"}},
            {"level": "note", "message": {"text": "by the way"}},
        ],
    }

    gaps = told(tmp_path, sarif(invocations=[invocation]))

    assert [gap.why for gap in gaps] == ["it says that its run failed", "it says: cannot parse b.tf"]


def test_a_checkov_result_names_file_lines_and_address(tmp_path: Path) -> None:
    assert told(tmp_path, checkov(failed_checks=[CHECK])) == [
        Foreign(
            tool="checkov",
            version="3.3.30",
            rule="CKV_AWS_16",
            also=("BC_AWS_GENERAL_4",),
            verdict=Verdict.FAIL,
            title="RDS is encrypted",
            path="envs/prod/main.tf",
            first_line=3,
            last_line=9,
            address="aws_db_instance.main",
        )
    ]


def test_checkov_reports_of_several_frameworks_are_one(tmp_path: Path) -> None:
    passed = {**CHECK, "check_result": {"result": "PASSED"}}

    found = told(tmp_path, [checkov(passed_checks=[passed]), checkov(failed_checks=[CHECK])])

    assert [one.verdict for one in found] == [Verdict.PASS, Verdict.FAIL]


def test_what_checkov_skipped_is_a_failure_that_is_accepted(tmp_path: Path) -> None:
    skipped = {**CHECK, "check_result": {"result": "SKIPPED", "suppress_comment": "no data in it"}}

    (one,) = told(tmp_path, checkov(skipped_checks=[skipped]))

    assert (one.verdict, one.accepted) == (Verdict.FAIL, "no data in it")


def test_a_file_that_checkov_cannot_parse_is_a_gap(tmp_path: Path) -> None:
    (gap,) = told(tmp_path, checkov(parsing_errors=["/broken.tf"]))

    assert (gap.what, gap.why) == ("/broken.tf", "checkov could not parse the file")


def test_a_tool_without_results_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clean.sarif"
    path.write_text(json.dumps(sarif()))

    assert list(read(path)) == [Tool(name="trivy")]


def test_checkov_that_found_nothing_to_check_has_no_results(tmp_path: Path) -> None:
    assert told(tmp_path, {"passed": 0, "failed": 0, "parsing_errors": 0, "checkov_version": "3.3.30"}) == []


def test_a_trivy_result_names_file_lines_and_address(tmp_path: Path) -> None:
    assert told(tmp_path, TRIVY) == [
        Foreign(
            tool="trivy",
            version="0.66.0",
            rule="AWS-0080",
            also=("AVD-AWS-0080",),
            verdict=Verdict.FAIL,
            title="RDS encryption",
            message="Instance is plain.",
            severity="HIGH",
            path="main.tf",
            first_line=3,
            last_line=9,
            address="aws_db_instance.main",
            seen="2026-01-02T03:04:05Z",
        )
    ]


def test_a_trivy_report_with_sorted_keys_is_the_same(tmp_path: Path) -> None:
    (one,) = told(tmp_path, json.dumps(TRIVY, sort_keys=True))

    assert (one.path, one.rule) == ("main.tf", "AWS-0080")


def test_what_trivy_ignored_is_accepted(tmp_path: Path) -> None:
    found = TRIVY["Results"][0]["Misconfigurations"][0]  # type: ignore[index]
    modified = {"Type": "misconfiguration", "Status": "ignored", "Statement": "a test", "Finding": found}
    results = [{"Target": "main.tf", "ExperimentalModifiedFindings": [modified]}]

    (one,) = told(tmp_path, {**TRIVY, "Results": results})

    assert (one.rule, one.accepted) == ("AWS-0080", "a test")


def test_what_matched_a_secret_is_not_read(tmp_path: Path) -> None:
    secret = {"RuleID": "aws-access-key-id", "Title": "AWS key", "Severity": "CRITICAL", "Match": "key = AKIACANARY"}
    results = [{"Target": "main.tf", "Class": "secret", "Secrets": [secret]}]

    (one,) = told(tmp_path, {**TRIVY, "Results": results})

    assert "CANARY" not in repr(one)


@pytest.mark.parametrize("lines", [True, False])
def test_an_ocsf_event_names_account_region_and_arn(tmp_path: Path, lines: bool) -> None:
    text = json.dumps(EVENT)

    found = told(tmp_path, f"{text}\n{text}\n" if lines else f"[{text},{text}]")

    assert len(found) == 2
    assert found[0] == Foreign(
        tool="prowler",
        version="5.46.0",
        rule="rds_instance_storage_encrypted",
        verdict=Verdict.FAIL,
        title="Storage is encrypted",
        message="RDS instance db is not encrypted.",
        severity="Medium",
        arn="arn:aws:rds:eu-west-1:123456789012:db:db",
        account="123456789012",
        region="eu-west-1",
        seen="2026-01-02T03:04:05",
    )


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"status_code": "PASS"}, Verdict.PASS),
        ({"status_code": "MANUAL"}, Verdict.UNKNOWN),
        ({"status_code": "WARNING", "compliance": {"status_id": 2}}, Verdict.UNKNOWN),
        ({"status_code": "", "compliance": {"status_id": 1}}, Verdict.PASS),
        ({"status_code": "", "compliance": {"status_id": 3}}, Verdict.FAIL),
    ],
)
def test_an_ocsf_event_says_what_came_of_a_check(tmp_path: Path, said: dict[str, Any], verdict: Verdict) -> None:
    assert [one.verdict for one in told(tmp_path, [{**EVENT, **said}])] == [verdict]


def test_an_ocsf_event_that_is_suppressed_is_accepted(tmp_path: Path) -> None:
    assert [one.accepted for one in told(tmp_path, [{**EVENT, "status_id": 3}])] == [""]


def test_an_ocsf_event_of_another_kind_is_a_gap(tmp_path: Path) -> None:
    (gap,) = told(tmp_path, [{**EVENT, "class_uid": 3002}])

    assert "class 3002" in gap.why


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_finding_of_asff_is_prowlers_check(tmp_path: Path, wrapped: bool) -> None:
    (one,) = told(tmp_path, {"Findings": [ASFF]} if wrapped else [ASFF])

    assert (one.tool, one.rule, one.verdict, one.arn) == (
        "prowler",
        "rds_instance_storage_encrypted",
        Verdict.FAIL,
        "arn:aws:rds:eu-west-1:123456789012:db:db",
    )


def test_a_finding_of_security_hub_is_named_by_its_control(tmp_path: Path) -> None:
    finding = {
        **ASFF,
        "ProductName": "Security Hub",
        "ProductFields": {},
        "GeneratorId": "aws-foundational-security-best-practices/v/1.0.0/RDS.3",
        "Compliance": {"Status": "PASSED", "SecurityControlId": "RDS.3"},
        "Workflow": {"Status": "SUPPRESSED"},
    }

    (one,) = told(tmp_path, [finding])

    assert (one.tool, one.rule, one.verdict, one.accepted) == ("securityhub", "RDS.3", Verdict.PASS, "")


def test_a_finding_that_is_archived_is_passed_over(tmp_path: Path) -> None:
    assert told(tmp_path, [{**ASFF, "RecordState": "ARCHIVED"}]) == []


def test_a_terrascan_violation_names_file_line_and_address(tmp_path: Path) -> None:
    assert told(tmp_path, terrascan(violations=[VIOLATION])) == [
        Foreign(
            tool="terrascan",
            rule="AC_AWS_0058",
            also=("rdsHasStorageEncrypted",),
            verdict=Verdict.FAIL,
            title="RDS is encrypted",
            severity="HIGH",
            path="main.tf",
            first_line=3,
            last_line=3,
            address="aws_db_instance.main",
        )
    ]


def test_what_terrascan_skipped_is_accepted(tmp_path: Path) -> None:
    (one,) = told(tmp_path, terrascan(skipped_violations=[{**VIOLATION, "skip_comment": "a test"}]))

    assert one.accepted == "a test"


def test_a_folder_that_terrascan_could_not_read_is_a_gap(tmp_path: Path) -> None:
    (gap,) = told(tmp_path, terrascan(scan_errors=[{"directory": "envs", "errMsg": "no files"}]))

    assert (gap.what, gap.why) == ("envs", "terrascan: no files")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({**sarif(RESULT), "version": "2.0.0"}, "version 2.0.0 of SARIF is not known; 2.1.0 is"),
        ({**TRIVY, "SchemaVersion": 3}, "schema version 3 of trivy is not known; 2 is"),
        ([{**EVENT, "metadata": {"version": "2.0.0", "product": {}}}], "version 2.0.0 of OCSF is not known"),
        ([{**ASFF, "SchemaVersion": "2030-01-01"}], "schema version 2030-01-01 of ASFF is not known"),
        ({"hello": "world"}, "the format is not known; these are read: ASFF, checkov JSON, OCSF, SARIF 2.1.0"),
        ("", "the file is empty"),
    ],
)
def test_a_file_of_another_version_or_format_is_refused(tmp_path: Path, value: object, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        told(tmp_path, value)


@pytest.mark.parametrize(
    "value",
    [
        sarif({**RESULT, "locations": "nowhere"}),
        sarif({**RESULT, "locations": "\ud800"}),
        checkov(failed_checks=[{**CHECK, "file_line_range": "all"}]),
        {**TRIVY, "Results": [{"Target": "x", "Misconfigurations": ["AWS-0080"]}]},
        [{**EVENT, "resources": {"uid": 1}}],
        [{**ASFF, "Resources": "all"}],
        terrascan(violations=[{**VIOLATION, "line": "three"}]),
    ],
)
def test_a_result_of_another_shape_is_a_gap_that_says_where(tmp_path: Path, value: object) -> None:
    (gap,) = told(tmp_path, value)

    assert isinstance(gap, Gap)
    assert gap.why.startswith("they are not as the format has them: ")


def test_a_folder_is_no_file_of_results(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="this is a folder"):
        list(read(tmp_path))
