"""JSON and JSON Lines: the published schema holds, the order is stable, every promised field is there."""

import json
from collections.abc import Callable

import jsonschema
import msgspec
import pytest

from cloudaudit.model import Report
from cloudaudit.outputs import Options, lines, records

PROMISED = {
    "rule", "title", "verdict", "status", "severity", "theme", "criteria", "target", "root", "address", "type",
    "location", "message", "unknown_because", "fingerprint", "same_as", "evidence",
}  # fmt: skip


@pytest.mark.parametrize("everything", [False, True])
def test_the_document_meets_its_schema(report: Report, everything: bool) -> None:
    document = json.loads(records.render(report, Options(everything=everything)))

    jsonschema.Draft202012Validator(records.schema()).validate(document)


def test_the_document_of_the_sample_report(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("report.json", records.render(report, Options()))


def test_the_lines_of_the_sample_report(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("report.jsonl", lines.render(report, Options(everything=True)))


def test_a_finding_carries_every_promised_field(report: Report) -> None:
    found = [json.loads(line) for line in lines.render(report, Options()).splitlines()]

    assert all(set(finding) >= PROMISED for finding in found)
    assert {finding["verdict"] for finding in found} == {"fail", "unknown"}


def test_passes_join_when_everything_is_shown(report: Report) -> None:
    text = lines.render(report, Options(everything=True))

    assert len(text.splitlines()) == len(report.findings)


def test_a_report_without_findings_has_no_lines(report: Report) -> None:
    empty = msgspec.structs.replace(report, findings=())

    assert lines.render(empty, Options()) == ""


def test_a_file_name_that_is_not_utf8_is_written_with_a_replacement(report: Report) -> None:
    odd = msgspec.structs.replace(report.findings[0], target="bad-\udcff-name")

    text = lines.render(msgspec.structs.replace(report, findings=(odd,)), Options())

    assert json.loads(text)["target"] == "bad-?-name"


def test_the_same_report_renders_to_the_same_bytes(report: Report) -> None:
    first = records.render(report, Options())

    assert records.render(report, Options()) == first
