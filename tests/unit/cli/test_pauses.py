"""What `cloudaudit export` says while a tracker lets it wait."""

import time

import pytest

from cloudaudit.cli.export import _Pauses


def test_a_long_pause_says_how_far_the_run_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    pauses = _Pauses()
    pauses.done, pauses.total = 75, 2_000

    pauses.sleep(1.0)
    pauses.sleep(56.0)

    (line,) = capsys.readouterr().err.splitlines()
    assert slept == [1.0, 56.0]
    assert line.startswith("cloudaudit: waiting for the tracker until ")
    assert line.endswith(" UTC; 75 of 2,000 steps are done")
