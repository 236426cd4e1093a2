"""The house holds: imports point down, files stay small, the public names are those promised, the wheel is clean."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import cloudaudit

TOP = Path(__file__).parents[1]
FILES = sorted((TOP / "cloudaudit").rglob("*.py"))


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([lint, "--no-logo", "--no-cache"], cwd=TOP, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_public_names_are_those_promised() -> None:
    promised = ["Finding", "Resource", "Rule", "Verdict", "__version__", "check", "load"]

    assert sorted(cloudaudit.__all__) == promised
    assert all(getattr(cloudaudit, name) is not None for name in promised)


def test_the_public_interface_judges_a_folder() -> None:
    (first, *_) = cloudaudit.load(TOP / "tests" / "cli" / "files" / "clean")

    findings = list(cloudaudit.check(first, ["ebs-volume-encrypted"]))

    assert [finding.verdict for finding in findings] == [cloudaudit.Verdict.PASS]


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = cloudaudit.nothing


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]

    assert cloudaudit.__version__ == project["version"]


def test_no_file_is_longer_than_500_lines() -> None:
    assert [path.name for path in FILES if len(path.read_text().splitlines()) > 500] == []


def test_no_function_is_longer_than_80_lines() -> None:
    long = [
        f"{path.relative_to(TOP)}:{function.name}"
        for path in FILES
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and (function.end_lineno or 0) - function.lineno >= 80
    ]

    assert long == []


def test_modules_are_named_by_subject() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

    assert [path.name for path in FILES if path.stem in banned] == []


def test_packages_only_re_export() -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
    busy = [
        path.relative_to(TOP).as_posix()
        for path in FILES
        if path.name == "__init__.py" and path.parent.name != "cloudaudit"
        for node in ast.parse(path.read_text()).body
        if not isinstance(node, allowed)
    ]

    assert busy == []


def test_the_lock_file_holds_every_dependency_and_names_no_index() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    lock = (TOP / "requirements.lock").read_text()

    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = {_name(line) for line in lock.splitlines() if "==" in line}
    assert [line for line in wanted if _name(line) not in locked] == []
    assert "://" not in lock


def _name(requirement: str) -> str:
    return re.split(r"[[=<>~ ]", requirement)[0].lower().replace("_", "-")


def test_every_dependency_has_a_reason_beside_it() -> None:
    text = (TOP / "pyproject.toml").read_text()

    lines = [line for line in text.splitlines() if re.match(r'\s+"[\w\[\]-]+>=', line)]
    assert lines
    assert [line for line in lines if "  # " not in line] == []


def test_the_wheel_has_one_top_level_name_and_carries_the_rules(tmp_path: Path) -> None:
    build = "import sys, hatchling.build as build; print(build.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=TOP, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    (wheel,) = tmp_path.glob("*.whl")

    names = set(_members(wheel))

    assert {name.split("/")[0] for name in names} == {"cloudaudit", f"cloudaudit-{cloudaudit.__version__}.dist-info"}
    rules = TOP / "rules"
    assert {f"cloudaudit/rules/{path.relative_to(rules)}" for path in rules.rglob("*.yaml")} <= names
    data = {"criteria/catalogue.toml", "schema/provider.bin", "tools/checkov.txt"}
    assert {f"cloudaudit/{name}" for name in data} <= names


def _members(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        yield from archive.namelist()
