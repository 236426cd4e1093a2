import json
from pathlib import Path
from typing import Any

import pytest

from cloudaudit.errors import SourceError
from cloudaudit.sources.imported import stream
from cloudaudit.sources.imported.stream import Document, outline


def held(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "file.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def items(path: Path, *wanted: str) -> list[tuple[str, Any]]:
    with Document(path) as document:
        return list(document.items(*wanted))


def test_what_is_wanted_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = held(tmp_path, '{"b": [1, {"x": [2]}, 3], "version": "2", "c": {"d": [{"e": 4}]}}')

    assert items(path, "version", "b.*", "c.d.*.e") == [
        ("b.*", 1),
        ("b.*", {"x": [2]}),
        ("b.*", 3),
        ("version", "2"),
        ("c.d.*.e", 4),
    ]


def test_a_document_knows_the_places_in_the_lists_around_what_it_told(tmp_path: Path) -> None:
    path = held(tmp_path, '{"runs": [{"results": [7, 8]}, {"results": [9]}]}')

    with Document(path) as document:
        places = [(value, list(document.at)) for _, value in document.items("runs.*.results.*")]

    assert places == [(7, [0, 0]), (8, [0, 1]), (9, [1, 0])]


def test_values_one_a_line_are_told_one_after_the_other(tmp_path: Path) -> None:
    assert items(held(tmp_path, '{"a": 1}\n{"a": 2}\n'), "") == [("", {"a": 1}), ("", {"a": 2})]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_chunks_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(stream, "CHUNK", chunk)
    value = {"skipped": [[1.5e3, 'é"\\', None]], "r": [{"n": 123456, "t": "ü ] } \\ \u2028"}, -0.25, True, "x"]}
    path = held(tmp_path, json.dumps(value, ensure_ascii=False, indent=1))

    assert [found for _, found in items(path, "r.*")] == value["r"]


def test_no_more_is_held_than_a_chunk_and_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHUNK", 1_000)
    path = held(tmp_path, json.dumps({"other": ["y" * 90] * 500, "r": ["x" * 100] * 500}))

    longest = 0
    with Document(path) as document:
        for _ in document.items("r.*"):
            longest = max(longest, len(document._text))  # noqa: SLF001 - what is held is the point

    assert longest < 4_000


def test_a_value_that_is_too_large_is_refused_before_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHUNK", 1_000)
    monkeypatch.setattr(stream, "LARGEST", 5_000)
    path = held(tmp_path, json.dumps({"r": ["x" * 100_000]}))

    with pytest.raises(SourceError, match="a value at character 8 is larger than"):
        items(path, "r.*")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ('{"r": [1, {"a": "b', "ends too early"),
        ('{"r": [1', "ends too early"),
        ('{"r": [1,', "ends too early"),
        ('{"r"', "ends too early"),
        ('{"x": [[1, 2', "ends too early"),
        ('{"r": [1 2]}', "malformed at character 10"),
        ('{"r": [1], x}', "malformed at character 12"),
        ('{"r": [{"a": tru, "b": "' + "c" * 100 + '"}]}', "malformed at character 14"),
        ('{"r": [NaN]}', "NaN is no JSON"),
        ('{"r": [' + "9" * 10_000 + "]}", "malformed near character"),
        ('{"r": ' + "[" * 100_000, "nested too deeply"),
        ('{"x": ' + "[" * 100_000, "nested too deeply"),
        ('{"x": ' + '{"a":' * 100_000, "nested too deeply"),
        ("<html>", "malformed at character 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SourceError, match=why) as told:
        items(held(tmp_path, text), "r.*")

    assert "\n" not in str(told.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    assert items(held(tmp_path, '{"r": ["é"]}'.encode(encoding)), "r.*") == [("r.*", "é")]


def test_the_outline_of_a_file_names_members_down_to_three_levels(tmp_path: Path) -> None:
    path = held(tmp_path, '{"a": {"b": [{"c": {"d": {"e": 1}}}]}, "f": "} {", "g": [{"h": 1}]}')

    assert outline(path) == {"a", "a.b", "f", "g", "g.*.h"}


def test_the_outline_of_a_long_file_is_that_of_its_start(tmp_path: Path) -> None:
    path = held(tmp_path, '{"a": {"b": "' + '\\"' * 100_000 + '"}, "c": 1}')

    assert outline(path) == {"a", "a.b"}
