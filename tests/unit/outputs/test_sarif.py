"""SARIF is valid, stable and quiet: code scanning shows every result as an alert."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from cloudaudit.model import Location, Report
from cloudaudit.outputs import Options, sarif

SCHEMA = Path(__file__).parents[2] / "schemas" / "sarif-schema-2.1.0.json"


def render(report: Report, **options: Any) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif.render(report, Options(**options)))
    return log


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for run in log["runs"] for result in run["results"]]


@pytest.mark.parametrize("everything", [False, True])
def test_a_log_is_valid(report: Report, everything: bool) -> None:
    log = render(report, everything=everything)

    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text())).validate(log)


def test_the_log_of_the_sample_report(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("report.sarif", sarif.render(report, Options()))


def test_results_are_failures_only(report: Report) -> None:
    log = render(report)

    assert {(result["kind"], result["level"]) for result in results(log)} == {
        ("fail", "error"),
        ("fail", "note"),
    }


def test_with_everything_unknowns_are_open_and_passes_pass(report: Report) -> None:
    log = render(report, everything=True)

    assert {result["kind"] for result in results(log)} == {"fail", "open", "pass"}
    assert {result["level"] for result in results(log) if result["kind"] != "fail"} == {"none"}


def test_unknowns_and_gaps_are_notifications_of_their_root(report: Report) -> None:
    log = render(report)

    told = {
        run["automationDetails"]["id"]: [
            note["descriptor"]["id"] for note in run["invocations"][0]["toolExecutionNotifications"]
        ]
        for run in log["runs"]
    }
    assert told == {"cloudaudit/envs/prod/": ["gap"], "cloudaudit/envs/staging/": ["unknown"], "cloudaudit/": []}


def test_the_line_hash_does_not_depend_on_the_line(report: Report) -> None:
    moved = tuple(
        msgspec.structs.replace(finding, location=Location(file="elsewhere.tf", line=999))
        for finding in report.findings
    )
    before = [result["partialFingerprints"] for result in results(render(report))]

    after = [
        result["partialFingerprints"] for result in results(render(msgspec.structs.replace(report, findings=moved)))
    ]

    assert after == before
    assert len({result["primaryLocationLineHash"] for result in after}) == len(after)


def test_file_names_are_percent_encoded_and_relative_to_the_repository(report: Report) -> None:
    log = render(report)

    places = {
        (artifact["uri"], artifact["uriBaseId"])
        for result in results(log)
        for artifact in [result["locations"][0]["physicalLocation"]["artifactLocation"]]
    }
    assert ("envs/prod/n%C3%A4me%20of%20file.tf", "%SRCROOT%") in places
    assert all("%SRCROOT%" in run["originalUriBaseIds"] for run in log["runs"])


def test_a_plan_has_the_place_of_its_file(report: Report) -> None:
    log = render(report)

    place = log["runs"][2]["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "plan.json", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}}


def test_rules_carry_a_score_tags_and_help(report: Report) -> None:
    log = render(report)

    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    encrypted = rules["rds-instance-storage-encrypted"]
    assert encrypted["properties"]["security-severity"] == "8.0"
    assert {"CC6.1", "C1.1", "encryption-at-rest"} <= set(encrypted["properties"]["tags"])
    assert "storage_encrypted = true" in encrypted["help"]["markdown"]
    assert encrypted["deprecatedIds"] == ["rds-encrypted"]


def test_an_accepted_failure_is_suppressed(report: Report) -> None:
    log = render(report)

    suppressed = [result for result in results(log) if "suppressions" in result]
    assert [result["properties"]["status"] for result in suppressed] == ["waived"]


def test_a_name_cannot_become_a_link_or_an_escape_sequence(report: Report) -> None:
    log = render(report)

    messages = " ".join(result["message"]["text"] for result in results(log))
    assert "\\x1b\\[31mred\\](http" in messages
    assert "\\u001b" not in json.dumps(log)


def test_one_root_in_two_targets_has_two_categories(report: Report) -> None:
    scanned = tuple(msgspec.structs.replace(one, root="") for one in report.scanned[1:])
    twice = msgspec.structs.replace(report, scanned=scanned, findings=())

    log = render(twice)

    assert [run["automationDetails"]["id"] for run in log["runs"]] == ["cloudaudit/infra/", "cloudaudit/plan.json/"]
