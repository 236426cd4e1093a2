"""Expressions that would never end, or fill the memory, end at a limit; files outside the repository stay closed."""

from pathlib import Path
from typing import Any

import pytest

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.expressions import evaluate_expression
from cloudaudit.sources.hcl.functions import FUNCTIONS, patterns
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

HERE = CallContext(Path(__file__).parent, Path(__file__).parent)


def call(name: str, *args: Any) -> Any:
    return FUNCTIONS[name](HERE, args)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("format", ("%1000000000s", "a")),
        ("format", ("%.999999999f", 1)),
        ("setproduct", (list(range(1000)), list(range(1000)))),
        ("join", ("x" * 1000, ["a"] * 100_000)),
        ("replace", ("a" * 10_000, "a", "b" * 10_000)),
        ("replace", ("a" * 10_000, "/a/", "b" * 10_000)),
        ("indent", (10**9, "a\nb")),
        ("split", ("", "a" * 200_000)),
        ("concat", (["a"] * 60_000, ["a"] * 60_000)),
        ("jsondecode", ("[" * 100_000,)),
        ("yamldecode", ("[" * 1000,)),
        ("parseint", ("9" * 100_000, 10)),
        ("pow", (10, 10_000)),
        ("log", (0, 10)),
        ("regex", ("a" * 20_000, "a")),
        ("regex", ("(\\pL{1000}\\PL{1000})|" * 20, "a")),
        ("setintersection", ([[i] for i in range(5000)], [[i] for i in range(5000)])),
        ("distinct", ([[i] for i in range(5000)],)),
    ],
)
def test_results_without_bounds_are_a_limit(name: str, args: tuple[Any, ...]) -> None:
    with pytest.raises(LimitError):
        call(name, *args)


def test_a_pattern_that_would_backtrack_without_end_is_answered() -> None:
    assert call("regexall", "(x+x+)+y|(x|xx|x)+[^x]$", "x" * 10_000) == []


def test_matches_without_end_in_a_long_text_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MOST_WORK", 1000)

    with pytest.raises(LimitError):
        call("regexall", "x", "x" * 100)


def test_a_value_that_repeats_itself_without_end_is_a_limit() -> None:
    value: Any = "x"
    for _ in range(20):
        value = [value] * 10

    with pytest.raises(LimitError):
        call("jsonencode", value)


def test_an_alias_bomb_in_yaml_is_a_limit() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]

    with pytest.raises(LimitError):
        call("yamldecode", "\n".join(lines))


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../../../etc/passwd", "~/.ssh/id_rsa", "/dev/zero"])
@pytest.mark.parametrize("name", ["file", "filebase64", "fileexists", "filemd5", "filesha256", "filebase64sha256"])
def test_files_outside_the_repository_are_unknown(name: str, path: str) -> None:
    value = call(name, path)

    assert isinstance(value, Unknown)
    assert "outside the repository" in value.because


def test_a_link_that_leaves_the_repository_is_not_followed(tmp_path: Path) -> None:
    outside, repository = tmp_path / "outside", tmp_path / "repository"
    outside.mkdir()
    repository.mkdir()
    (outside / "secret.txt").write_text("canary")
    (repository / "link.txt").symlink_to(outside / "secret.txt")
    (repository / "folder").symlink_to(outside)

    read = evaluate_expression('file("link.txt")', folder=repository)
    through = evaluate_expression('file("folder/secret.txt")', folder=repository)
    listed = evaluate_expression('fileset(".", "**")', folder=repository)

    assert isinstance(read, Unknown)
    assert isinstance(through, Unknown)
    assert listed == []


def test_a_file_that_is_missing_is_an_error_that_try_catches() -> None:
    with pytest.raises(EvaluationError, match='no file exists at "nope"'):
        call("file", "nope")


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\xff\xfe")

    with pytest.raises(EvaluationError, match="not valid UTF-8"):
        evaluate_expression('file("x.bin")', folder=tmp_path)


def test_a_file_of_more_than_eight_megabytes_is_a_limit(tmp_path: Path) -> None:
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    with pytest.raises(LimitError):
        evaluate_expression('jsondecode(file("big.json"))', folder=tmp_path)


@pytest.mark.parametrize(
    "expression",
    [
        "jsonencode({a = var.x, b = var.x})",
        '"{\\"a\\": ${var.x}, \\"b\\": ${var.x}}"',
        '"x${var.x}y${var.x}"',
        'concat(var.x, var.x, ["a"])',
        "merge({a = var.x}, {b = var.x}, var.x)",
    ],
)
def test_what_is_known_of_an_unknown_value_does_not_double_without_end(expression: str) -> None:
    value: Any = Unknown(because="var.x has no value")
    for _ in range(60):
        value = evaluate_expression(expression, {"x": value})

    assert isinstance(value, Unknown)
    assert "var.x has no value" in value.because
