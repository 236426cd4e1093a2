"""Asks the real Terraform what expressions are worth, and writes its answers to console.jsonl.

    python tests/oracle/record.py           asks what has no answer yet
    python tests/oracle/record.py --all     asks everything again

The questions are the lines of expressions/*.txt, and those that `combinations.py` makes up. They hold no time and no
randomness, so the answers change only with Terraform itself.
"""

import base64
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import combinations

HERE = Path(__file__).parent
ANSWERS = HERE / "console.jsonl"
WORKERS = 2
Question = dict[str, str]


def questions() -> Iterator[Question]:
    """All questions, each once. With a `constraint`: what a variable of that type makes of the value."""
    seen = set()
    for question in (*_written(), *combinations.questions()):
        key = (question["expression"], question.get("constraint", ""))
        if key not in seen:
            seen.add(key)
            yield question


def _written() -> Iterator[Question]:
    for file in sorted((HERE / "expressions").glob("*.txt")):
        block: list[str] | None = None
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line == "<<<":
                block = []
            elif line == ">>>" and block is not None:
                yield {"expression": "\n".join(block)}
                block = None
            elif block is not None:
                block.append(line)
            elif line and not line.startswith("# "):
                expression, _, constraint = line.partition("  :: ")
                yield {"expression": expression, "constraint": constraint} if constraint else {"expression": expression}


def answer(question: Question, folder: Path) -> dict[str, Any]:
    """The question with what Terraform says: the value as JSON and its type, or `error`, or `unknown`."""
    expression, constraint = question["expression"], question.get("constraint")
    configuration = folder / "main.tf"
    configuration.write_text("")
    if constraint:
        configuration.write_text(f'variable "it" {{\n  type = {constraint}\n  default = {expression}\n}}\n')
        expression = "var.it"
    elif "\n" in expression:
        configuration.write_text(f"locals {{\n  it = {expression}\n}}\n")
        expression = "local.it"
    encoded = _ask(f"base64encode(nonsensitive(jsonencode({expression})))", folder)
    if encoded is None:
        return {**question, "error": True}
    if encoded.startswith("(known after apply"):
        return {**question, "unknown": True}
    value = base64.b64decode(encoded.strip('"')).decode()
    return {**question, "json": value, "type": _spelling(_ask(f"type({expression})", folder) or "")}


def _ask(expression: str, folder: Path) -> str | None:
    """What `terraform console` prints; None for an error."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}
    asked = subprocess.run(
        ["terraform", "console"],
        input=expression + "\n",
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=60,
        check=False,
    )
    if asked.returncode or "Error: " in re.sub(r"\x1b\[[0-9;]*m", "", asked.stderr):
        return None
    return asked.stdout.strip()


def _spelling(printed: str) -> str:
    """A type on one line: object({a: number, b: list(string)})."""
    line = re.sub(r"\s+", " ", printed)
    return re.sub(r"([\[{(]) |,? ([\]})])", r"\1\2", line)


def main() -> None:
    """Ask, and write."""
    known = {}
    if "--all" not in sys.argv and ANSWERS.exists():
        for line in filter(None, ANSWERS.read_text(encoding="utf-8").split("\n")):
            record = json.loads(line)
            known[record["expression"], record.get("constraint", "")] = record
    asked = list(questions())
    missing = [each for each in asked if (each["expression"], each.get("constraint", "")) not in known]
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        place = threading.local()

        def in_own_folder(question: Question) -> dict[str, Any]:
            # Terraform locks the folder it works in.
            if not hasattr(place, "folder"):
                place.folder = Path(tempfile.mkdtemp(dir=temporary))
                shutil.copytree(HERE / "files", place.folder / "files")
            return answer(question, place.folder)

        for record in workers.map(in_own_folder, missing):
            known[record["expression"], record.get("constraint", "")] = record
    records = [known[each["expression"], each.get("constraint", "")] for each in asked]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    ANSWERS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(records)} answers, {len(missing)} of them new\n")


if __name__ == "__main__":
    main()
