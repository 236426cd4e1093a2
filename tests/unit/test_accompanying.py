"""Another scanner runs beside ours; what it cannot tell is a gap, never a pass."""

import json
import subprocess
from pathlib import Path

import pytest

from cloudaudit.app.accompanying import Company, Heard
from cloudaudit.app.request import Request
from cloudaudit.errors import ToolError
from cloudaudit.model import Verdict
from tests.standins import scanners

BUCKET = 'resource "aws_s3_bucket" "main" {}\n'
TOLD = {
    "check_type": "terraform",
    "results": {
        "passed_checks": [],
        "failed_checks": [
            {
                "check_id": "CKV_AWS_18",
                "check_name": "Ensure the S3 bucket has access logging enabled",
                "check_result": {"result": "FAILED"},
                "file_path": "/0/main.tf",
                "file_line_range": [1, 1],
                "resource": "aws_s3_bucket.main",
            }
        ],
        "skipped_checks": [],
        "parsing_errors": [],
    },
    "summary": {"checkov_version": "3.3.30"},
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of two roots, and nothing of our own in the data folder."""
    for name in ("a", "b"):
        (tmp_path / "tree" / name).mkdir(parents=True)
        (tmp_path / "tree" / name / "main.tf").write_text(BUCKET)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "tree"


def heard(tree: Path, body: str | None = None, patience: float = 60) -> Heard:
    if body is not None:
        scanners.program(tree.parent / "bin", body)
    with Company(Request(targets=(str(tree),), beside=("checkov",), patience=patience)) as company:
        return company.heard()


def whys(told: Heard) -> list[str]:
    return [f"{gap.what}: {gap.why}" for gap in told.gaps]


def test_results_go_to_the_root_that_they_are_about(tree: Path) -> None:
    other = json.dumps(TOLD).replace("/0/main.tf", "/1/main.tf")

    told = heard(tree, f"print({f'[{json.dumps(TOLD)}, {other}]'!r})")

    assert whys(told) == []
    assert {
        root: [(one.rule, one.path, one.verdict) for one in found] for (_, root), found in told.results.items()
    } == {
        "a": [("CKV_AWS_18", "a/main.tf", Verdict.FAIL)],
        "b": [("CKV_AWS_18", "b/main.tf", Verdict.FAIL)],
    }


def test_it_is_asked_for_terraform_offline_and_gets_files_of_variables(tree: Path) -> None:
    told = heard(tree, "print('checkov: error:', json.dumps(sys.argv[1:]), file=sys.stderr); sys.exit(1)")

    (gap,) = told.gaps
    said = json.loads(gap.why.removeprefix("it ended with code 1: checkov: error: "))
    assert said[:1] == ["--directory"]
    assert said[2:] == [
        *("--framework", "terraform", "terraform_plan", "--output", "json", "--soft-fail"),
        *("--skip-download", "--download-external-modules", "false"),
    ]


def test_a_tool_that_is_not_there_is_a_gap_that_says_how_to_get_it(tree: Path) -> None:
    told = heard(tree)

    assert whys(told) == ["checkov: it is not installed"]
    assert "cloudaudit tools install checkov" in told.gaps[0].remedy


def test_a_tool_that_cannot_be_started_is_a_gap(tree: Path) -> None:
    program = scanners.program(tree.parent / "bin", "")
    program.write_text("#!/nowhere/python\n")

    told = heard(tree)

    assert whys(told) == [f"checkov: {program} cannot be started: No such file or directory"]


def test_a_tool_that_fails_is_a_gap_with_the_kind_of_its_error(tree: Path) -> None:
    told = heard(tree, f"print({json.dumps(TOLD)!r}); raise MemoryError('too large')")

    assert whys(told) == ["checkov: it ended with code 1: MemoryError"]
    assert told.results == {}


def test_what_it_quotes_of_the_tree_is_not_shown(tree: Path) -> None:
    told = heard(tree, "raise ValueError('cannot parse: password = \"hunter2hunter2\"')")

    assert whys(told) == ["checkov: it ended with code 1: ValueError"]


def test_a_tool_that_takes_too_long_is_a_gap(tree: Path) -> None:
    told = heard(tree, "time.sleep(600)", patience=1)

    assert whys(told) == ["checkov: it took longer than 1 s"]
    assert "--with-timeout" in told.gaps[0].remedy


@pytest.mark.parametrize("said", ["", "no JSON", '{"results": {"failed_checks": [', '{"unheard": "of"}'])
def test_an_answer_that_cannot_be_read_is_a_gap(tree: Path, said: str) -> None:
    told = heard(tree, f"print({said!r})")

    (why,) = whys(told)
    assert why.startswith("checkov: what it said cannot be read: ")
    assert str(tree.parent) not in why


def test_a_check_that_broke_off_is_a_gap(tree: Path) -> None:
    broken = "Failed to run check CKV_AWS_37 on /1/main.tf:aws_eks_cluster.main"

    told = heard(tree, f"print({broken!r}, file=sys.stderr); print({json.dumps(TOLD)!r})")

    assert whys(told) == [
        "checkov: CKV_AWS_37 of b/main.tf:aws_eks_cluster.main: the check broke off in the tool itself"
    ]


def test_a_file_that_it_could_not_parse_is_a_gap(tree: Path) -> None:
    body = "TOLD['results']['parsing_errors'] = [sys.argv[2] + '/0/main.tf']\nprint(json.dumps(TOLD))"

    told = heard(tree, f"TOLD = json.loads({json.dumps(TOLD)!r})\n{body}")

    assert whys(told) == ["checkov: a/main.tf: checkov could not parse the file"]


def test_a_result_of_a_file_that_it_was_not_given_is_a_gap(tree: Path) -> None:
    told = heard(tree, f"print({json.dumps(TOLD).replace('/0/main.tf', '/../../etc/main.tf')!r})")

    assert whys(told) == ["checkov: CKV_AWS_18 of aws_s3_bucket.main: it names a file that it was not given"]
    assert told.results == {}


def test_a_tool_that_nobody_knows_is_an_error(tree: Path) -> None:
    with pytest.raises(ToolError, match="there is checkov"):
        Company(Request(targets=(str(tree),), beside=("tfsec",)))


# The real one, on trees that mean harm.


@pytest.fixture
def real(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.undo()
    monkeypatch.setenv("PATH", f"{scanners.real_checkov().parent}:/usr/bin:/bin")
    return tree


CONFIGURATION = """\
external-checks-dir: [{tree}/checks]
skip-check: [CKV_AWS_18]
create-baseline: true
download-external-modules: true
"""
CHECK = "import pathlib\npathlib.Path({mark!r}).write_text('ran')\n"


@pytest.fixture
def hostile(real: Path) -> Path:
    """A tree that wants its own code to run, failures to be silent, and files to be written."""
    mark = str(real.parent / "mark")
    files = {
        ".checkov.yaml": CONFIGURATION.format(tree=real),
        "checks/__init__.py": CHECK.format(mark=mark),
        "checks/own.py": CHECK.format(mark=mark),
        "sitecustomize.py": CHECK.format(mark=mark),
        "checkov/__init__.py": CHECK.format(mark=mark),
        "b/main.tf": f'{BUCKET}module "far" {{\n  source = "git::file://{real.parent}/elsewhere"\n}}\n',
    }
    for name, text in files.items():
        (real / name).parent.mkdir(exist_ok=True)
        (real / name).write_text(text)
    (real / "linked.tf").symlink_to("/etc/passwd")
    return real


def test_a_tree_of_bad_intent_is_one_for_a_scanner_that_is_run_in_it(hostile: Path) -> None:
    command = [str(scanners.real_checkov()), "-d", str(hostile), "--framework", "terraform", "--skip-download"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(hostile.parent), "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (hostile.parent / "mark").exists()
    assert (hostile / ".checkov.baseline").exists()
    assert "CKV_AWS_18" not in done.stdout


def test_beside_us_nothing_of_the_tree_runs_and_nothing_in_it_is_obeyed(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hostile)
    before = sorted(hostile.rglob("*"))

    told = heard(hostile)

    assert not (hostile.parent / "mark").exists()
    assert sorted(hostile.rglob("*")) == before
    failing = {
        (root, one.rule) for (_, root), found in told.results.items() for one in found if one.verdict is Verdict.FAIL
    }
    assert {("a", "CKV_AWS_18"), ("b", "CKV_AWS_18")} <= failing
    assert whys(told) == []


def test_the_real_one_says_what_we_read(real: Path) -> None:
    told = heard(real)

    assert whys(told) == []
    assert sorted(root for _, root in told.results) == ["a", "b"]
    assert {(one.path, one.address, one.version) for one in told.results[str(real), "a"]} == {
        ("a/main.tf", "aws_s3_bucket.main", scanners.version(scanners.real_checkov()))
    }


def test_a_plan_is_judged_by_the_real_one(real: Path) -> None:
    values = {"bucket": "logs"}
    resource = {"address": "aws_s3_bucket.main", "mode": "managed", "type": "aws_s3_bucket", "name": "main"}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{**resource, "values": values}]}},
        "resource_changes": [{**resource, "change": {"actions": ["create"], "before": None, "after": values}}],
        "configuration": {"root_module": {}},
    }
    (real / "plan.json").write_text(json.dumps(plan))

    with Company(Request(targets=(f"prod={real / 'plan.json'}",), beside=("checkov",))) as company:
        told = company.heard()

    assert whys(told) == []
    (found,) = told.results.values()
    assert ("CKV_AWS_18", "aws_s3_bucket.main", "") in {(one.rule, one.address, one.path) for one in found}
