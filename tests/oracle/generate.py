"""Lets the real Terraform plan and apply random configurations, and keeps what it said in generated/cases.jsonl.

    python tests/oracle/generate.py [COUNT [SEED]]

Needs a terraform of 1.4 or newer on the PATH and no network: there is nothing but terraform_data in them. Keeps every
configuration that Terraform accepts.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from configurations import configurations
from hypothesis import HealthCheck, Phase, given, seed, settings

HERE = Path(__file__).parent
CASES = HERE / "generated" / "cases.jsonl"
WORKERS = 2
SLOW = list(HealthCheck)


def drawn(count: int, start: int) -> list[dict[str, str]]:
    """Distinct random configurations, the same for the same start."""
    found: dict[str, dict[str, str]] = {}

    @seed(start)
    @settings(max_examples=count, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=SLOW)
    @given(configurations())
    def collect(files: dict[str, str]) -> None:
        found[json.dumps(files, sort_keys=True)] = files

    collect()
    return list(found.values())


def asked(files: dict[str, str]) -> dict[str, Any] | None:
    """What Terraform plans and then makes of a configuration; None when it refuses."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(content, encoding="utf-8")
        try:
            _terraform(folder, "init", "-backend=false")
            _terraform(folder, "plan", "-out=plan")
            plan = json.loads(_terraform(folder, "show", "-json", "plan"))
            _terraform(folder, "apply", "plan")
            state = json.loads(_terraform(folder, "show", "-json"))
        except subprocess.CalledProcessError:
            return None
    return {
        "files": files,
        "inputs": {each["address"]: each["values"].get("input") for each in _resources(state["values"]["root_module"])},
        "outputs": {name: each["value"] for name, each in state["values"].get("outputs", {}).items()},
        "unknown_inputs": _unknown({each["address"]: each["change"] for each in plan["resource_changes"]}, "input"),
        "unknown_outputs": _unknown(plan.get("output_changes", {})),
    }


def _unknown(changes: dict[str, Any], name: str = "") -> dict[str, Any]:
    """What the plan does not know, where there is such a thing."""
    found = {key: change["after_unknown"] for key, change in changes.items()}
    if name:
        found = {key: marks.get(name) for key, marks in found.items()}
    return {key: marks for key, marks in found.items() if marks}


def _resources(module: dict[str, Any]) -> list[dict[str, Any]]:
    children = [each for child in module.get("child_modules", ()) for each in _resources(child)]
    return [*module.get("resources", ()), *children]


def _terraform(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color"}
    command = ["terraform", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def main(count: int = 100, start: int = 1) -> None:
    """Ask, keep, and tell how many were accepted."""
    wanted = drawn(count, start)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        answers = [answer for answer in workers.map(asked, wanted) if answer]
    kept = dict.fromkeys(CASES.read_text(encoding="utf-8").splitlines() if CASES.exists() else ())
    files = {json.dumps(json.loads(line)["files"], sort_keys=True) for line in kept}
    for answer in answers:
        if json.dumps(answer["files"], sort_keys=True) not in files:
            kept[json.dumps(answer, sort_keys=True, ensure_ascii=False)] = None
    CASES.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    print(f"{len(wanted)} asked, {len(answers)} accepted, {len(kept)} kept")  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
