"""Tools are found on the PATH or in our environments; installing one takes what its lock file says, or nothing."""

import itertools
import os
from pathlib import Path

import pytest

from cloudaudit.errors import ToolError
from cloudaudit.tools import found, install, installed, tools
from tests.standins import scanners


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, an empty PATH, and pip without any index."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", "")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path


def lock(home: Path, digest: str) -> Path:
    path = home / "lock.txt"
    path.write_text(f"checkov==3.3.30 --hash=sha256:{digest}\n")
    return path


def test_nothing_is_there_until_it_is_installed(home: Path) -> None:
    assert installed(scanners.tool()) is None
    assert not (home / "data").exists()


def test_a_program_on_the_path_is_used_as_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = scanners.program(home / "bin", "print('3.2.1')")
    monkeypatch.setenv("PATH", str(home / "bin"))

    there = installed(scanners.tool())

    assert there is not None
    assert (there.program, there.version, there.ours) == (program, "3.2.1", False)


@pytest.mark.parametrize("path", [".", "", "bin", f".{os.pathsep}bin"])
def test_a_program_in_the_current_folder_is_not_run(home: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    scanners.program(home, "")
    scanners.program(home / "bin", "")
    monkeypatch.chdir(home)
    monkeypatch.setenv("PATH", path)

    assert found(scanners.tool()) is None


def test_a_program_that_does_not_tell_its_version_is_found_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanners.program(home / "bin", "sys.exit('broken')")
    monkeypatch.setenv("PATH", str(home / "bin"))

    there = installed(scanners.tool())

    assert there is not None
    assert there.version == ""


def test_installing_takes_what_the_lock_file_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", str(home / "elsewhere"))
    wanted = scanners.tool(lock(home, scanners.wheel(home / "wheels")))

    program = install(wanted)

    there = installed(wanted)
    assert there is not None
    assert (there.program, there.version, there.ours) == (program, "3.3.30", True)
    assert not (home / "elsewhere").exists()
    assert install(wanted) == program


def test_a_file_of_another_digest_is_not_installed(home: Path) -> None:
    scanners.wheel(home / "wheels")
    wanted = scanners.tool(lock(home, "0" * 64))

    with pytest.raises(ToolError, match=r"(?s)could not be installed.*DO NOT MATCH THE HASHES"):
        install(wanted)

    assert list((home / "data" / "cloudaudit" / "tools").iterdir()) == []


def test_without_an_index_the_message_says_what_to_do(home: Path) -> None:
    with pytest.raises(ToolError, match=r"(?s)No matching distribution.*PIP_INDEX_URL.*HTTPS_PROXY.*on the PATH"):
        install(scanners.tool(lock(home, "0" * 64)))


def test_the_message_tells_no_password_of_an_index(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:hunter2@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")

    with pytest.raises(ToolError) as caught:
        install(scanners.tool(lock(home, "0" * 64)))

    assert "hunter2" not in str(caught.value)


def test_an_environment_that_was_not_finished_is_made_again(home: Path) -> None:
    wanted = scanners.tool(lock(home, scanners.wheel(home / "wheels")))
    folder = home / "data" / "cloudaudit" / "tools" / "checkov-3.3.30"
    scanners.program(folder / "bin", "print('half of it')")
    assert found(wanted) is None

    install(wanted)

    there = installed(wanted)
    assert there is not None
    assert there.version == "3.3.30"


def test_a_data_folder_that_cannot_be_written_is_one_line(home: Path) -> None:
    (home / "data").write_text("a file")

    with pytest.raises(ToolError, match=r"cannot be installed here: (Not a directory|File exists)"):
        install(scanners.tool())


def test_every_lock_file_pins_every_file_of_its_tool_by_a_digest() -> None:
    for each in tools().values():
        lines = each.lock.read_text().splitlines()
        pins = [line for line in lines if "==" in line]
        assert f"{each.name}=={each.version} \\" in pins
        assert [line for line in lines if line[:1].isalnum() and line not in pins] == []
        assert [pin for pin, after in itertools.pairwise(lines) if "==" in pin and "--hash=" not in after] == []
        assert "://" not in each.lock.read_text()
