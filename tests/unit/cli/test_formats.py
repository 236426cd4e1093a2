"""Each -o belongs to the --format before it; without one, its suffix names the format."""

import click
import pytest

from cloudaudit.cli.formats import destinations, outputs

BY_NAME = {output.name: output for output in outputs()}


def pair(*arguments: str) -> list[tuple[str, str]]:
    """What "-f json -o FILE ..." comes to, as pairs of format and file."""
    order = ["formats" if flag == "-f" else "files" for flag in arguments[::2]]
    values = arguments[1::2]
    formats = tuple(BY_NAME[value] for name, value in zip(order, values, strict=True) if name == "formats")
    files = tuple(value for name, value in zip(order, values, strict=True) if name == "files")
    return [(output.name, path) for output, path in destinations(order, formats, files)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", [("text", "-")]),
        ("-f json", [("json", "-")]),
        ("-f json -o a.txt", [("json", "a.txt")]),
        ("-o a.json -o b.sarif", [("json", "a.json"), ("sarif", "b.sarif"), ("text", "-")]),
        ("-f json -o a -f sarif -o b", [("json", "a"), ("sarif", "b")]),
        ("-f text -f sarif -o b.json", [("text", "-"), ("sarif", "b.json")]),
        ("-f json -o a.json -o b.sarif", [("json", "a.json"), ("sarif", "b.sarif")]),
        ("-f json -o a -o b", [("json", "a"), ("json", "b")]),
        ("-o a.json -f text", [("json", "a.json"), ("text", "-")]),
        ("-f json -o -", [("json", "-")]),
        ("-o a.JSONL", [("jsonl", "a.JSONL"), ("text", "-")]),
        ("-o a.ocsf.jsonl -o b.asff.jsonl", [("ocsf", "a.ocsf.jsonl"), ("asff", "b.asff.jsonl"), ("text", "-")]),
        ("-o a.gitlab.json -o a.b.json", [("gitlab", "a.gitlab.json"), ("json", "a.b.json"), ("text", "-")]),
    ],
)
def test_formats_meet_their_files(arguments: str, expected: list[tuple[str, str]]) -> None:
    assert pair(*arguments.split()) == expected


@pytest.mark.parametrize("arguments", ["-f json -f sarif", "-f json -o - -f text", "-o a.pdf", "-o a", "-o .json"])
def test_what_cannot_be_meant_is_refused(arguments: str) -> None:
    with pytest.raises(click.UsageError):
        pair(*arguments.split())
