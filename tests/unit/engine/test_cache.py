import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engine_building import rule_text

from cloudaudit.engine import cache, rulefile


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules" / "a.yaml"
    path.parent.mkdir()
    path.write_text(rule_text())
    return path


def entries(place: Path) -> list[Path]:
    return sorted(place.iterdir()) if place.is_dir() else []


def test_what_was_kept_equals_what_was_read(place: Path, rules: Path) -> None:
    first = rulefile.load([rules], scanned=[])
    second = rulefile.load([rules], scanned=[])

    assert len(entries(place)) == 1
    assert second.rules == first.rules
    assert second.digest == first.digest
    assert [one.require.reads for one in second.for_type("aws_db_instance")] == [("resource.storage_encrypted",)]


def test_a_kept_rule_is_used(place: Path, rules: Path) -> None:
    kept = rulefile.load([rules], scanned=[])
    name = cache.key(rulefile.read([rules]), None)

    assert (found := cache.fetch(place, name)) is not None
    assert found.rules == kept.rules


def test_another_text_has_another_entry(place: Path, rules: Path) -> None:
    rulefile.load([rules], scanned=[])
    rules.write_text(rule_text(require="resource.storage_encrypted != false"))
    again = rulefile.load([rules], scanned=[])

    assert len(entries(place)) == 2
    assert again.rules["thing-is-so"].require == "resource.storage_encrypted != false"


def test_other_criteria_have_another_entry() -> None:
    assert cache.key({}, None) != cache.key({}, []) != cache.key({}, ["CC6.1"])


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_entry_is_read_anew(place: Path, rules: Path, damage: bytes | None) -> None:
    rulefile.load([rules], scanned=[])
    [entry] = entries(place)
    data = entry.read_bytes()
    entry.write_bytes(data[:-3] + b"abc" if damage is None else damage)

    assert len(rulefile.load([rules], scanned=[])) == 1
    assert cache.fetch(place, entry.name) is not None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX permissions")
def test_a_folder_that_others_may_write_is_not_trusted(place: Path, rules: Path) -> None:
    rulefile.load([rules], scanned=[])
    name = entries(place)[0].name
    place.chmod(0o777)

    assert cache.fetch(place, name) is None


def test_nothing_is_kept_inside_of_the_scanned_tree(place: Path, rules: Path, tmp_path: Path) -> None:
    rulefile.load([rules], scanned=[tmp_path])

    assert not entries(place)


def test_nothing_is_kept_unless_the_scanned_paths_are_told(place: Path, rules: Path) -> None:
    rulefile.load([rules])

    assert not entries(place)


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "cache"))

    assert len(rulefile.load([rules], scanned=[])) == 1


def test_a_relative_place_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "somewhere")

    assert cache.folder() is None


def test_many_writers_at_once_leave_one_sound_entry(place: Path, rules: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: rulefile.load([rules], scanned=[]), range(40)))

    [entry] = entries(place)
    assert {one.digest for one in loaded} == {loaded[0].digest}
    assert cache.fetch(place, entry.name) is not None


def test_old_entries_are_deleted(place: Path, rules: Path) -> None:
    place.mkdir(mode=0o700)
    for number in range(cache.KEEP + 5):
        (place / f"old{number}").write_bytes(b"")
        os.utime(place / f"old{number}", (number, number))

    rulefile.load([rules], scanned=[])

    assert len(entries(place)) == cache.KEEP
    assert not (place / "old0").exists()
