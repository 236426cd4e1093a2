"""Colour is for terminals whose user has not declined it; complaints are one message and show what is hidden."""

import io
from pathlib import Path

import click
import pytest

from cloudaudit.cli.answers import complain, in_colour, save
from cloudaudit.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_coloured_and_a_file_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")

    assert in_colour(Terminal())
    assert not in_colour(io.StringIO())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_declined(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    assert not in_colour(Terminal())


def test_a_complaint_shows_what_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    complain("x\x1b[2J: is wrong\nand this, too")

    assert capsys.readouterr().err == "cloudaudit: x\\x1b[2J: is wrong\n  and this, too\n"


def test_folders_of_a_report_are_made(tmp_path: Path) -> None:
    save("text\n", str(tmp_path / "a" / "b.txt"))

    assert (tmp_path / "a" / "b.txt").read_text() == "text\n"


def test_a_report_that_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="cannot write"):
        save("text\n", str(tmp_path))


def test_progress_says_nothing_where_no_terminal_is_or_nothing_takes_long() -> None:
    for stream in (io.StringIO(), Terminal()):
        with progress(stream) as tell:
            tell(1, 2, "envs/prod")

        assert stream.getvalue() == ""
