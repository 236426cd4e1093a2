"""Labelled cases of checkov's own test-suite: which resource of which folder should pass or fail which check.

Reads a checkout of bridgecrewio/checkov as data; none of its code runs.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHECKS = Path("checkov/terraform/checks")
UNIT_TESTS = Path("tests/terraform/checks/resource")
PROVIDERS = ("aws", "github", "gitlab")
CHECK_ID = r"CKV2?_(?:AWS|GIT|GLB)_\d+"
GRAPH_TESTS = Path("tests/terraform/graph/checks/resources")


@dataclass(frozen=True)
class Case:
    """The labels of one check in one folder, or in one inline configuration (Terraform, or its JSON if it starts with
    a brace): pairs of an address and pass or fail."""

    check: str
    folder: Path | None
    source: str
    labels: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """For listings."""
        return f"{self.check}:{self.folder.name if self.folder else 'inline'}"


def cases(checkout: Path) -> Iterator[Case]:
    """All labelled cases, in a fixed order."""
    yield from _unit_cases(checkout)
    yield from _graph_cases(checkout)


def _unit_cases(checkout: Path) -> Iterator[Case]:
    for file in sorted(each for name in PROVIDERS for each in (checkout / UNIT_TESTS / name).glob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        module = _module(checkout, tree)
        match = re.search(rf"""["']({CHECK_ID})["']""", module)
        if match is None:
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test"):
                found = list(_function_cases(match[1], file.parent, function))
                yield from found or _bare_cases(match[1], module, function)


def _module(checkout: Path, tree: ast.Module) -> str:
    """The text of the check that a test file imports as `check`; empty if there is none."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and "check" in {alias.name for alias in node.names}:
            module = checkout / (node.module.replace(".", "/") + ".py")
            if module.exists():
                return module.read_text(encoding="utf-8")
    return ""


def _function_cases(check: str, folder: Path, function: ast.FunctionDef) -> Iterator[Case]:
    names: dict[str, set[str]] = {"pass": set(), "fail": set()}
    examples: list[Path] = []
    sources: list[str] = []
    verdicts: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            _collect_names(node.targets[0].id, node.value, names)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            value = node.value.strip("/")
            if re.search(r'resource\s+"?(?:aws|github|gitlab)_', value):
                sources.append(value)
            elif value and "\n" not in value and (folder / value).is_dir():
                examples.append(folder / value)
        if isinstance(node, ast.Attribute) and node.attr in ("PASSED", "FAILED"):
            verdicts.add("pass" if node.attr == "PASSED" else "fail")
    labels = [(name, verdict) for verdict in ("pass", "fail") for name in sorted(names[verdict])]
    if labels and len(examples) == 1:
        yield Case(check, examples[0], "", tuple(labels))
    elif len(sources) == 1 and len(verdicts) == 1:
        addresses = re.findall(r'resource\s+"?(\w+)"?\s+"?([\w-]+)"?', sources[0])
        if len(addresses) == 1:
            yield Case(check, None, sources[0], ((".".join(addresses[0]), verdicts.pop()),))


def _bare_cases(check: str, module: str, function: ast.FunctionDef) -> Iterator[Case]:
    """A test that hands the attributes of one resource, each in a list, straight to the check."""
    verdicts = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)} & {
        "PASSED", "FAILED", "UNKNOWN"
    }  # fmt: skip
    bodies = [node.value for node in function.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)]
    kind = re.search(r"""["']((?:aws|github|gitlab)_\w+)["']""", module)
    if kind and len(bodies) == 1 and verdicts in ({"PASSED"}, {"FAILED"}):
        try:
            body = {name: _unwrapped(value) for name, value in ast.literal_eval(bodies[0]).items()}
        except ValueError:
            return
        label = "pass" if verdicts == {"PASSED"} else "fail"
        yield Case(check, None, json.dumps({"resource": {kind[1]: {"case": body}}}), ((f"{kind[1]}.case", label),))


def _unwrapped(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(member, dict) for member in value):
        return [{name: _unwrapped(inner) for name, inner in member.items()} for member in value]
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _collect_names(variable: str, value: ast.expr, names: dict[str, set[str]]) -> None:
    verdict = "pass" if "pass" in variable else "fail" if "fail" in variable else ""
    if verdict and isinstance(value, ast.Set | ast.List | ast.Tuple):
        names[verdict].update(
            item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)
        )


def _graph_cases(checkout: Path) -> Iterator[Case]:
    ids = {}
    for file in (checkout / CHECKS / "graph_checks").rglob("*.yaml"):
        if match := re.search(r"""id:\s*["']?(CKV2?_AWS_\d+)""", file.read_text(encoding="utf-8")):
            ids[file.stem] = match[1]
    for file in sorted((checkout / GRAPH_TESTS).glob("*/expected.yaml")):
        if check := ids.get(file.parent.name):
            expected = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            labels = [(name, verdict) for verdict in ("pass", "fail") for name in expected.get(verdict) or ()]
            yield Case(check, file.parent, "", tuple(labels))
