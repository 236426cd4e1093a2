"""A program of other people gets no secrets, has an end, and leaves nothing behind."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from cloudaudit.tools import Ended, Limits, Process
from tests.standins import scanners

ENVIRONMENT = "print(json.dumps({'environment': dict(os.environ), 'here': os.getcwd(), 'path': sys.path}))"


def run(program: Path, limits: Limits | None = None, **environment: str) -> tuple[Ended, str]:
    with Process(limits or Limits()) as process:
        process.start([str(program)], environment)
        ended = process.wait()
        return ended, ended.output.read_text()


def test_what_a_program_says_is_read(tmp_path: Path) -> None:
    ended, output = run(scanners.program(tmp_path, "print('answer'); print('remark', file=sys.stderr); sys.exit(3)"))

    assert (ended.code, output, ended.said, ended.stopped) == (3, "answer\n", "remark\n", "")


def test_no_variable_of_ours_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "BC_API_KEY", "TF_VAR_password", "CKV_VALIDATE_SECRETS")
    for name in (*secrets, "LOG_LEVEL", "PYTHONPATH", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "a-secret")

    _, output = run(scanners.program(tmp_path, ENVIRONMENT), OF_THE_TOOL="yes")

    seen = json.loads(output)["environment"]
    assert [name for name, value in seen.items() if value == "a-secret"] == []
    assert seen["OF_THE_TOOL"] == "yes"


def test_the_network_is_out_of_reach_through_proxies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy.example:3128")

    _, output = run(scanners.program(tmp_path, ENVIRONMENT))

    assert json.loads(output)["environment"]["HTTPS_PROXY"] == "http://127.0.0.1:9"


def test_a_program_runs_in_an_empty_folder_in_which_it_is_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    _, output = run(scanners.program(tmp_path / "bin", f"assert os.listdir('.') == []; {ENVIRONMENT}"))

    seen = json.loads(output)
    assert seen["here"] == seen["environment"]["HOME"] == seen["environment"]["TMPDIR"]
    assert not Path(seen["here"]).exists()
    assert str(tmp_path) not in seen["path"]


def test_a_program_that_takes_too_long_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    forever = f"subprocess.Popen([{sys.executable!r}, '-c', 'import time; time.sleep(600)'])"
    child = f"child = {forever}; print(child.pid, flush=True); time.sleep(600)"

    ended, output = run(scanners.program(tmp_path, child), Limits(seconds=1.5))

    assert ended.stopped == "it took longer than 2 s"
    assert gone(int(output))


def test_what_a_program_left_running_is_stopped(tmp_path: Path) -> None:
    left = f"print(subprocess.Popen([{sys.executable!r}, '-c', 'import time; time.sleep(600)']).pid)"

    ended, output = run(scanners.program(tmp_path, left))

    assert ended.stopped == ""
    assert gone(int(output))


def test_a_program_is_stopped_when_we_give_up(tmp_path: Path) -> None:
    program = scanners.program(
        tmp_path / "bin", f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    )

    with Process(Limits()) as process:
        process.start([str(program)], {})
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)

    assert gone(int((tmp_path / "pid").read_text()))
    assert not process.folder.exists()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_program_that_writes_without_end_is_stopped(tmp_path: Path, stream: str) -> None:
    flood = f"while True: sys.{stream}.write('x' * 65536)"

    ended, output = run(scanners.program(tmp_path, flood), Limits(seconds=60, bytes=1024**2))

    assert ended.stopped == "it wrote more than 1 MiB"
    assert len(output) <= 1024**2
    assert len(ended.said) <= 256 * 1024


def test_what_cannot_be_started_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "checkov").write_text("no program")

    with pytest.raises(OSError, match="Permission denied"):
        run(tmp_path / "checkov")


def gone(pid: int) -> bool:
    """Whether the process ends within seconds: what was killed has yet to be noticed by its new parent."""
    for _ in range(500):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False
