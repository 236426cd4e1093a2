"""Random configurations, as the real Terraform planned and applied them: what we know is right, and what we do not know
Terraform did not know before the apply."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE

CASES = Path(__file__).parent / "generated" / "cases.jsonl"
RECORDED = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
# Terraform knows the type of a value that it does not know; we do not. So it knows the length of a tuple whose members
# are unknown, and that a string among the numbers of a map makes strings of all of them.
KNOWN = re.compile(r"unknown: |different: \S+ is '(-?[0-9.]+)', we say \1$")


def differences(case: dict[str, Any], folder: Path) -> Iterator[str]:
    """What is wrong with our graph of a configuration."""
    for name, content in case["files"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (graph,) = SOURCE.load(folder, Options())
    yield from (f"gap: {gap.what}: {gap.why}" for gap in graph.gaps)
    inputs = {each.address: each.attributes.get("input") for each in graph.of_type("terraform_data")}
    outputs = {each.name: each.attributes.get("value") for each in graph.of_type("terraform_output")}
    if inputs.keys() != case["inputs"].keys():
        yield f"resources: {sorted(case['inputs'])}, we say {sorted(inputs)}"
        return
    for address, value in inputs.items():
        yield from _compare(address, value, case["inputs"][address], case["unknown_inputs"].get(address))
    for name, value in outputs.items():
        yield from _compare(f"output.{name}", value, case["outputs"].get(name), case["unknown_outputs"].get(name))


def _compare(path: str, ours: Any, theirs: Any, unknown: Any) -> Iterator[str]:
    """`unknown` is what the plan did not know: all of it (true), or parts of it."""
    if isinstance(ours, Unknown):
        if not unknown:
            yield f"unknown: {path} ({ours.because}) is {theirs!r}"
        elif not str(theirs).startswith(ours.prefix):
            yield f"prefix: {path} is {theirs!r}, we say it starts with {ours.prefix!r}"
        elif ours.is_set and theirs is None:
            yield f"null: {path} is null, we say that it is not"
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        yield from _compare_objects(path, ours, theirs, unknown)
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield from _compare_lists(path, ours, theirs, unknown)
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield f"different: {path} is {theirs!r}, we say {ours!r}"


def _compare_objects(path: str, ours: dict[str, Any], theirs: dict[str, Any], unknown: Any) -> Iterator[str]:
    for name in sorted({*ours, *theirs}):
        mark = unknown.get(name) if isinstance(unknown, dict) else unknown
        yield from _compare(f"{path}.{name}", ours.get(name), theirs.get(name), mark)


def _compare_lists(path: str, ours: list[Any], theirs: list[Any], unknown: Any) -> Iterator[str]:
    """Of a list that is partly known we know some members, not always their places."""
    if any(isinstance(member, Unknown) for member in ours) and unknown:
        yield from (f"member: {path} has no {one!r}" for one in ours if _known(one) and one not in theirs)
    elif len(ours) != len(theirs):
        yield f"different: {path} is {theirs!r}, we say {ours!r}"
    else:
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            mark = unknown[number] if isinstance(unknown, list) and number < len(unknown) else unknown
            yield from _compare(f"{path}[{number}]", one, other, mark)


def _known(value: Any) -> bool:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not isinstance(value, Unknown) and all(map(_known, members))


def test_random_configurations_are_what_terraform_makes_of_them(tmp_path: Path) -> None:
    wrong = {}
    for number, case in enumerate(RECORDED):
        found = [each for each in differences(case, tmp_path / str(number)) if not KNOWN.match(each)]
        if found:
            wrong[json.dumps(case["files"])] = found

    assert len(RECORDED) >= 150
    assert wrong == {}


def test_known_differences_are_few(tmp_path: Path) -> None:
    found = [each for number, case in enumerate(RECORDED) for each in differences(case, tmp_path / str(number))]

    assert 0 < len(found) <= len(RECORDED) // 25
