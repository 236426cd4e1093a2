"""Whoever copies a folder of examples/ gets what docs/schedule.md says, and our own rules find no fault with it."""

import configparser
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError
from moto import mock_aws

from cloudaudit import app
from cloudaudit.model import Verdict
from cloudaudit.sources import Options
from tests.ci.pages import check, examples

TOP = Path(__file__).parents[1]
SCHEDULES = TOP / "examples" / "schedule"
TERRAFORM = sorted({path.parent for path in SCHEDULES.rglob("*.tf")})
ELSEWHERE = re.compile(r"other roots are not in this scan|which is not in this scan|to which environment \S+ belongs")
ASKED = {"--org", "--role", "--external-id", "--strict", "--store", "--heartbeat", "-o"}

Run = Callable[..., Any]


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A `cloudaudit` on the PATH that leaves what an audit leaves, and ends with $CODE. Answers with its arguments."""
    folder, told = tmp_path / "bin", tmp_path / "told"
    folder.mkdir()
    script = folder / "cloudaudit"
    script.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {told}\n[ -w . ] && mkdir -p reports && "
        "echo '{}' | tee heartbeat.json > reports/111122223333.json\nexit $CODE\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return lambda: told.read_text().splitlines()


@pytest.fixture
def run(tmp_path: Path, stub: Callable[[], list[str]]) -> Run:
    """Runs a script as its example would, with an audit that ends with the code; checks that it was asked rightly."""

    def runs(script: str, *shell: str, code: int) -> Any:
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        given = os.environ | {"CODE": str(code), "GITHUB_OUTPUT": str(tmp_path / "output")}
        done = subprocess.run([*shell, script], cwd=work, env=given, capture_output=True, text=True, check=False)
        is_the_audit(stub())
        return done

    return runs


def is_the_audit(arguments: list[str]) -> None:
    """Assert that these are the arguments of the nightly audit, and that the command knows them."""
    assert arguments[0] == "audit"
    assert {each for each in arguments if each.startswith("-")} == ASKED
    assert arguments[arguments.index("-o") + 1].endswith("reports/{account}.json")
    assert arguments[arguments.index("--heartbeat") + 1].endswith("heartbeat.json")
    check(arguments)


@pytest.mark.parametrize("folder", TERRAFORM, ids=lambda folder: folder.name)
def test_our_own_rules_find_no_fault_and_know_what_the_folder_says(folder: Path) -> None:
    report = app.scan(app.Request(targets=(str(folder),), options=Options(jobs=1), profile="soc2"))

    by_verdict = {
        verdict: [one for one in report.findings if one.verdict is verdict]
        for verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    }
    assert [one.message for one in by_verdict[Verdict.FAIL]] == []
    assert [
        because
        for one in by_verdict[Verdict.UNKNOWN]
        for because in one.unknown_because
        if not ELSEWHERE.search(because)
    ] == []
    assert report.run.gaps == ()
    assert report.run.population > 10


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 2), (3, 3)])
def test_the_job_in_kubernetes_fails_where_the_audit_did_not_do_its_work(run: Run, code: int, ends: int) -> None:
    (container,) = cronjob()["containers"]

    done = run(container["args"][0], *container["command"], code=code)

    assert done.returncode == ends


def test_the_job_in_kubernetes_is_alone_and_may_do_little() -> None:
    objects = {
        each["kind"]: each for each in yaml.safe_load_all((SCHEDULES / "kubernetes" / "cronjob.yaml").read_text())
    }
    pod = cronjob()
    (container,) = pod["containers"]

    assert objects["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"])
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


def cronjob() -> dict[str, Any]:
    objects = yaml.safe_load_all((SCHEDULES / "kubernetes" / "cronjob.yaml").read_text())
    job = next(each for each in objects if each["kind"] == "CronJob")
    pod: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod


@pytest.mark.skipif(not shutil.which("flock"), reason="needs flock")
@pytest.mark.parametrize(("code", "writes"), [(0, False), (1, False), (2, True), (3, True)])
def test_cron_writes_a_mail_where_the_audit_did_not_do_its_work(
    run: Run, tmp_path: Path, code: int, *, writes: bool
) -> None:
    *_, line = (SCHEDULES / "cron" / "cloudaudit").read_text().splitlines()
    *when, user, command = line.split(maxsplit=6)

    done = run(command.replace("cd /var/lib/cloudaudit", f"cd {tmp_path / 'work'}"), "sh", "-c", code=code)

    assert (when, user) == (["30", "2", "*", "*", "*"], "cloudaudit")
    assert "%" not in command  # cron would end the line there
    assert (f"ended with {code}" in done.stdout) == writes
    assert writes or not done.stdout + done.stderr


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 1), (3, 1)])
def test_the_workflow_fails_where_the_audit_did_not_do_its_work(run: Run, tmp_path: Path, code: int, ends: int) -> None:
    workflow = yaml.safe_load((SCHEDULES / "github" / "cloudaudit-nightly.yml").read_text())
    steps = workflow["jobs"]["audit"]["steps"]
    names = [each.get("name", each.get("uses")) for each in steps]
    audit, last = (next(each for each in steps if each.get("name", "").startswith(name)) for name in ("Audit", "Say"))

    done = run(audit["run"], "bash", "-e", "-c", code=code)
    given = {"PATH": os.environ["PATH"], "CODE": (tmp_path / "output").read_text().strip().removeprefix("code=")}
    said = subprocess.run(["bash", "-e", "-c", last["run"]], env=given, check=False)

    assert done.returncode == 0  # so that what came out is kept
    assert said.returncode == ends
    assert names.index("Fetch the history") < names.index("Audit") < names.index("Keep the history")
    assert workflow["permissions"] == {}
    assert all(re.search(r"@[0-9a-f]{40}$", each["uses"]) for each in steps if "uses" in each)


def test_the_unit_of_systemd_asks_for_the_audit_and_takes_failures_for_success() -> None:
    unit = configparser.RawConfigParser(strict=False, comment_prefixes="#")
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(SCHEDULES / "systemd" / "cloudaudit.service")
    program, *arguments = shlex.split(unit["Service"]["ExecStart"])

    assert program.startswith("/")
    is_the_audit(arguments)
    assert unit["Service"]["SuccessExitStatus"] == "1"
    used = set(re.findall(r"\$\{(\w+)\}", unit["Service"]["ExecStart"])) - {"STATE_DIRECTORY"}
    assert used <= set(re.findall(r"^(\w+)=", (SCHEDULES / "systemd" / "cloudaudit.env").read_text(), re.MULTILINE))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for path in (SCHEDULES / "systemd").glob("*.*"):
        text = (
            path.read_text()
            .replace("/opt/cloudaudit/bin/cloudaudit", "/bin/true")
            .replace("/usr/bin/logger", "/bin/true")
        )
        (tmp_path / path.name).write_text(text)
    units = [str(path) for path in sorted(tmp_path.glob("*.*")) if path.suffix in (".service", ".timer")]

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )

    assert [line for line in done.stderr.splitlines() if "cloudaudit" in line] == []
    assert len(units) == 3


def test_the_task_asks_for_the_audit() -> None:
    text = (SCHEDULES / "ecs" / "task.tf").read_text()
    (command,) = re.findall(r"command = \[(.*?)\]", text, re.DOTALL)

    is_the_audit([each.strip().strip('"') for each in command.split(",") if each.strip()])


@pytest.fixture
def nightly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module that Lambda calls, and a bucket."""
    spec = importlib.util.spec_from_file_location("nightly", SCHEDULES / "lambda" / "nightly.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "_WORK", tmp_path / "audit")
    for name, value in {
        "BUCKET": "history",
        "AUDIT_ROLE": "cloudaudit",
        "EXTERNAL_ID": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="history")
        yield module


TIME = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_function_keeps_what_came_out_and_fails_where_the_audit_did_not_do_its_work(
    nightly: ModuleType, stub: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    bucket = boto3.client("s3")
    bucket.put_object(Bucket="history", Key="history.db", Body=b"")
    monkeypatch.setenv("CODE", str(code))

    if code <= 1:
        assert nightly.handle({}, TIME) == {"exit_code": code}
    else:
        with pytest.raises(RuntimeError, match=f"ended with {code}"):
            nightly.handle({}, TIME)

    is_the_audit(stub())
    kept = [each["Key"] for each in bucket.list_objects_v2(Bucket="history")["Contents"]]
    assert kept == ["heartbeat.json", "history.db", "reports/111122223333.json"]


def test_the_function_starts_no_history_of_its_own(nightly: ModuleType, stub: Callable[[], list[str]]) -> None:
    with pytest.raises(ClientError, match="Not Found"):
        nightly.handle({}, TIME)

    with pytest.raises(FileNotFoundError):
        stub()


def test_the_function_is_allowed_what_it_does() -> None:
    policy = (SCHEDULES / "lambda" / "role.tf").read_text()
    code = (SCHEDULES / "lambda" / "nightly.py").read_text()

    for place in ("history.db", "heartbeat.json", "reports/"):
        assert f"${{var.bucket}}/{place}" in policy
        assert place in code
    variables = re.findall(r'os\.environ\["(\w+)"\]', code)
    assert all(f"{name} " in (SCHEDULES / "lambda" / "function.tf").read_text() for name in variables)


@pytest.mark.parametrize(
    ("heartbeat", "hours", "ends"),
    [
        ({"finished": "T", "exit_code": 0, "gaps": 0}, 1, 0),
        ({"finished": "T", "exit_code": 1, "gaps": 0}, 1, 0),
        ({"finished": "T", "exit_code": 1, "gaps": 0}, 27, 2),
        ({"finished": "T", "exit_code": 2, "error": "no"}, 1, 2),
        ({"finished": "T", "exit_code": 130, "error": "interrupted"}, 1, 2),
    ],
)
def test_the_monitor_of_the_page(tmp_path: Path, heartbeat: dict[str, Any], hours: int, ends: int) -> None:
    (script,) = (each.text for each in examples(TOP / "docs" / "schedule.md") if each.text.startswith("#!/bin/sh"))
    path = tmp_path / "heartbeat.json"
    path.write_text(json.dumps(heartbeat) + "\n")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))

    assert subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, check=False).returncode == ends


def test_the_page_leads_to_every_schedule() -> None:
    page = (TOP / "docs" / "schedule.md").read_text()

    folders = [path.name for path in SCHEDULES.iterdir() if path.is_dir()]
    assert len(folders) == 6
    assert [name for name in folders if f"(../examples/schedule/{name})" not in page] == []
