"""The report for people fits 80 columns, says everything once, and prints nothing hostile."""

import re
from collections.abc import Callable

import msgspec
import pytest

from cloudaudit.model import Report, Verdict
from cloudaudit.outputs import Options, text

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_the_text_of_the_sample_report(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("report.txt", text.render(report, Options()))


def test_the_text_of_the_sample_report_with_passes(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("report-all.txt", text.render(report, Options(everything=True)))


@pytest.mark.parametrize("width", [72, 80, 120])
def test_lines_are_no_wider_than_asked(report: Report, width: int) -> None:
    lines = text.render(report, Options(width=width)).splitlines()

    assert [line for line in lines if len(line) > width] == []


def test_colour_changes_nothing_but_colour(report: Report) -> None:
    coloured = text.render(report, Options(colour=True))

    assert coloured != text.render(report, Options())
    assert COLOUR.sub("", coloured) == text.render(report, Options())


def test_hidden_characters_of_names_are_shown_escaped(report: Report) -> None:
    printed = text.render(report, Options(everything=True))

    assert "\\x1b[31mred" in printed
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", printed)


def test_a_line_cannot_start_a_workflow_command(report: Report) -> None:
    evil = msgspec.structs.replace(report.findings[0], address="x", message="x ::error::gone ##[group]")

    printed = text.render(msgspec.structs.replace(report, findings=(evil,)), Options())

    assert "::error" not in printed.replace("\\x3a:error", "")
    assert " ##[" not in printed


def test_no_line_ends_in_a_space(report: Report) -> None:
    printed = text.render(report, Options(everything=True))

    assert [line for line in printed.splitlines() if line != line.rstrip()] == []


def test_a_clean_report_says_so(report: Report) -> None:
    passes = tuple(finding for finding in report.findings if finding.verdict is Verdict.PASS)
    run = msgspec.structs.replace(report.run, gaps=())
    clean = msgspec.structs.replace(report, findings=passes, run=run)

    printed = text.render(clean, Options())

    assert printed.splitlines()[-1] == "0 failures, 0 unknown, 1 passed."
