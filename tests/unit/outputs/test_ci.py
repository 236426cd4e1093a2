"""Reports for pull requests and pipelines: sound by the schemas of those who read them, harmless whatever they name."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from lxml import etree

from cloudaudit.model import Report
from cloudaudit.outputs import Options, annotations, codequality, gitlab, junit, markdown

SPECS = Path(__file__).parents[4] / "shared" / "specs"
EVERYTHING = Options(everything=True)
HOSTILE = 'aws_s3_bucket.b["<script>alert(1)</script> ![x](http://x/y) @team `rm` | \n::error::x <!-- cloudaudit -->"]'


def many(report: Report, count: int) -> Report:
    first = report.findings[0]
    more = tuple(
        msgspec.structs.replace(first, resource=f"{first.resource}[{number}]", address=f"{first.address}[{number}]")
        for number in range(count)
    )
    return msgspec.structs.replace(report, findings=more)


def hostile(report: Report) -> Report:
    bad = tuple(msgspec.structs.replace(one, address=HOSTILE, message=HOSTILE) for one in report.findings)
    return msgspec.structs.replace(report, findings=bad)


def spec(name: str) -> Path:
    path = SPECS / name
    if not path.exists():
        pytest.skip(f"the schema {name} is not on this machine")
    return path


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("report.md", markdown),
        ("report.annotations", annotations),
        ("report.codequality.json", codequality),
        ("report.junit.xml", junit),
    ],
)
def test_the_sample_report(name: str, module: Any, report: Report, golden: Callable[[str, str], None]) -> None:
    golden(name, module.render(report, Options()))


def test_the_comment_fits_however_many_findings_there_are(report: Report) -> None:
    text = markdown.render(many(report, 5000), Options())

    assert len(text) < 65_536
    assert "further failures" in text
    assert text.startswith(markdown.MARKER)


def test_a_comment_over_long_names_fits_too(report: Report) -> None:
    long = tuple(msgspec.structs.replace(one, address="x" * 70_000, message="y" * 70_000) for one in report.findings)

    assert len(markdown.render(msgspec.structs.replace(report, findings=long * 30), Options())) < 65_536


def test_names_are_literal_text_in_a_comment(report: Report) -> None:
    text = markdown.render(hostile(report), Options())

    live = r"(?<!\\)(?:\\\\)*(?:<script|<!-- cloudaudit -->.|!\[|\]\(http|`rm)|@team|://"
    assert not re.search(live, text.removeprefix(markdown.MARKER))
    assert text.count("\n<!--") == 0
    assert "@team" not in html.unescape(text)


def test_no_name_makes_a_command_of_the_workflow(report: Report) -> None:
    lines = annotations.render(hostile(report), Options()).splitlines()

    assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines)


def test_annotations_are_fifty_at_most_and_say_what_is_left_out(report: Report) -> None:
    lines = annotations.render(many(report, 5000), Options()).splitlines()

    assert len(lines) == annotations.MOST
    assert "4,951 further failures" in lines[-1]


def test_gitlab_reads_the_code_quality_report(report: Report) -> None:
    schema = json.loads(spec("gitlab/gitlab-code-quality.schema.json").read_text())

    for each in (report, hostile(report)):
        jsonschema.validate(json.loads(codequality.render(each, Options())), schema)


def test_gitlab_reads_the_sast_report(report: Report) -> None:
    schema = json.loads(spec("gitlab/gitlab-sast-report-15.2.1.condensed.schema.json").read_text())
    run = msgspec.structs.replace(report.run, started="2026-11-22T10:00:00Z", finished="2026-11-22T10:00:01Z")

    for each in (report, hostile(report), msgspec.structs.replace(report, run=run)):
        jsonschema.validate(json.loads(gitlab.render(each, EVERYTHING)), schema)


@pytest.mark.parametrize("options", [Options(), EVERYTHING])
def test_jenkins_reads_the_junit_report(report: Report, options: Options) -> None:
    schema = etree.XMLSchema(etree.parse(spec("junit/junit-10.xsd")))

    for each in (report, hostile(report)):
        schema.assertValid(etree.fromstring(junit.render(each, options).encode()))
