"""Whoever copies an example out of the pages gets what the page says."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.conftest import Shell
from tests.ci.pages import PAGES, TOP, Example, check, commands, examples, spoken
from tests.standins.forges import TOKEN, StandIn

ALL = [(page, example) for page in PAGES for example in examples(page)]
RUNS = [(page, example) for page, example in ALL if example.note == "runs"]


def _name(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(getattr(value, "note", "")) or "example"


def workflows() -> list[Any]:
    page = TOP / "docs" / "ci" / "github.md"
    return [yaml.safe_load(each.text) for each in examples(page) if each.note.startswith("file: .github")]


def test_every_page_has_examples() -> None:
    assert {page.stem for page in PAGES} == {
        *("atlantis", "github", "gitlab", "pre-commit", "spacelift", "terraform-cloud", "waivers"),
    }
    assert [page.name for page in PAGES if not examples(page)] == []


@pytest.mark.parametrize(("page", "example"), ALL, ids=_name)
def test_every_example_is_well_formed(page: Path, example: Example) -> None:
    match example.language:
        case "yaml":
            assert yaml.safe_load(example.text)
        case "toml":
            assert tomllib.loads(example.text)
        case "python":
            compile(example.text, page.name, "exec")
        case _:
            assert example.language in ("sh", "terraform", "dockerfile", "rego", "text")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_in_a_page_exists_with_its_options(page: Path) -> None:
    found = [each for example in examples(page) for each in commands(example.text)]

    assert found
    for arguments in (*found, *spoken(page)):
        if len(arguments) > 1:
            check(arguments)


def test_a_command_with_an_unknown_option_is_noticed() -> None:
    for wrong in ("cloudaudit scan --bass main", "cloudaudit scan -f markdwn", "cloudaudit baseline wipe"):
        (arguments,) = commands(wrong)
        with pytest.raises(Exception, match=r"bass|markdwn|wipe"):
            check(arguments)


@pytest.mark.parametrize(("page", "example"), RUNS, ids=_name)
def test_the_commands_of_the_pages_run(page: Path, example: Example, repository: Path, shell: Shell) -> None:  # noqa: ARG001
    for line in example.text.splitlines():
        done = shell(line)

        assert done.returncode in (0, 1), done.stderr
        assert done.stderr == ""
        files = [word for before, word in zip(line.split(), line.split()[1:], strict=False) if before == "-o"]
        assert [name for name in files if not (repository / name).stat().st_size] == []


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_comments_of_the_pages_are_written(
    forge: str, request: pytest.FixtureRequest, repository: Path, shell: Shell
) -> None:
    server: StandIn = request.getfixturevalue(forge)
    (line,) = [each.text for each in examples(TOP / "docs" / "ci" / f"{forge}.md") if each.note == "comments"]
    (repository / "comment.md").write_text("hello")
    where = {"GITHUB_API_URL": server.url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/7/merge"}
    where |= {"CI_API_V4_URL": server.url, "CI_MERGE_REQUEST_PROJECT_ID": "acme/shop", "CI_MERGE_REQUEST_IID": "7"}

    done = shell(line, GITHUB_TOKEN=TOKEN, GITLAB_TOKEN=TOKEN, **where)

    assert done.stdout.startswith("created "), done.stderr
    assert len(server.comments) == 1


def steps_of_atlantis(number: int) -> str:
    page = TOP / "docs" / "ci" / "atlantis.md"
    made = [yaml.safe_load(each.text) for each in examples(page) if each.language == "yaml"][number]
    steps = made["workflows"]["cloudaudit"]["plan"]["steps"]
    script = "\n".join(step["run"] for step in steps if isinstance(step, dict))
    return script.replace("/etc/cloudaudit/policy.toml", "policy.toml")


@pytest.fixture
def atlantis(repository: Path, shell: Shell, github: StandIn) -> Shell:
    """Runs steps with what Atlantis sets."""
    (repository / "prod.tfplan").write_text("a plan")
    (repository / "policy.toml").write_text('fail_on = "high"\n')
    where = {"REPO_REL_DIR": "envs/prod", "SHOWFILE": "plan.json", "PLANFILE": "prod.tfplan", "PROJECT_NAME": "prod"}
    where |= {"BASE_REPO_OWNER": "acme", "BASE_REPO_NAME": "shop", "PULL_NUM": "7"}
    where |= {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url}
    return lambda script: shell(script, program="sh", **where)


def test_atlantis_has_nothing_to_apply_after_a_failure(repository: Path, atlantis: Shell) -> None:
    done = atlantis(steps_of_atlantis(0))

    assert done.returncode == 1
    assert "The build fails" in " ".join(done.stdout.split())
    assert not (repository / "prod.tfplan").exists()


def test_atlantis_keeps_the_plan_and_comments(repository: Path, atlantis: Shell, github: StandIn) -> None:
    done = atlantis(steps_of_atlantis(1))

    assert (done.returncode, done.stderr) == (0, "")
    assert (repository / "prod.tfplan").exists()
    assert github.comments[0]["body"].startswith("<!-- cloudaudit prod -->\n### cloudaudit: ")


def test_spacelift_gets_the_findings_as_json(repository: Path, shell: Shell) -> None:
    (text,) = [each.text for each in examples(TOP / "docs" / "ci" / "spacelift.md") if each.language == "yaml"]
    terraform, scan = yaml.safe_load(text)["stack_defaults"]["after_plan"]
    (repository / "plan.json").rename(repository / terraform.split()[-1])

    done = shell(scan, TF_VAR_spacelift_stack_id="shop-prod")

    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads((repository / "cloudaudit.custom.spacelift.json").read_text())["findings"]
    assert {each["root"] for each in found} == {"shop-prod"}
    assert {"verdict", "status", "change", "severity", "rule", "message"} <= set(found[0])


def test_options_of_the_hook_follow_its_command(repository: Path, shell: Shell) -> None:  # noqa: ARG001
    hooks = {each["id"]: each for each in yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())}
    pages = [each.text for each in examples(TOP / "docs" / "ci" / "pre-commit.md") if "args" in each.text]
    ((hook,),) = [yaml.safe_load(text) for text in pages]

    done = shell(f"{hooks[hook['id']]['entry']} {' '.join(hook['args'])}")

    assert done.returncode in (0, 1)
    assert done.stderr == ""


def test_workflows_let_nobody_write_but_the_comment() -> None:
    jobs = [(name, job) for flow in workflows() for name, job in flow["jobs"].items()]

    assert len(jobs) == 4
    for name, job in jobs:
        rights = {right for right, how in job["permissions"].items() if how == "write"} - {"id-token"}
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert rights == ({"pull-requests"} if name == "comment" else set())
        assert not (rights and checkouts)
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert [flow["permissions"] for flow in workflows()] == [{}] * 3


def test_no_workflow_runs_a_strangers_code_with_secrets() -> None:
    # PyYAML reads `on` as true.
    assert [set(flow[True]) for flow in workflows()] == [{"pull_request"}, {"pull_request"}, {"workflow_run"}]


def test_actions_of_others_are_pinned() -> None:
    steps = [step for flow in workflows() for job in flow["jobs"].values() for step in job["steps"] if "uses" in step]

    versions = {step["uses"].partition("@")[2] for step in steps}
    assert all(version == "COMMIT" or len(version) == 40 for version in versions)


def test_inputs_that_the_workflows_give_are_those_of_the_action() -> None:
    inputs = set(yaml.safe_load((TOP / "action.yml").read_text())["inputs"])
    steps = [step for flow in workflows() for job in flow["jobs"].values() for step in job["steps"]]

    ours = [step.get("with", {}) for step in steps if step.get("uses", "").startswith("OWNER/cloudaudit@")]
    assert len(ours) == 4
    assert set().union(*ours) <= inputs


def test_inputs_that_pipelines_give_are_those_of_the_component() -> None:
    inputs = next(yaml.safe_load_all((TOP / "templates" / "cloudaudit.yml").read_text()))["spec"]["inputs"]
    pages = [
        yaml.safe_load(each.text) for each in examples(TOP / "docs" / "ci" / "gitlab.md") if each.language == "yaml"
    ]

    assert len(pages) == 2
    for page in pages:
        (included,) = page["include"]
        assert set(included["inputs"]) <= set(inputs)
        assert {name for name, one in inputs.items() if "default" not in one} <= set(included["inputs"])


def test_the_accepted_failures_of_the_page_are_accepted(repository: Path, shell: Shell) -> None:
    done = shell("cloudaudit scan --rule ebs-volume-encrypted --waivers waivers.yaml --all -f json -o r.json")

    assert done.returncode == 1
    found = json.loads((repository / "r.json").read_text())
    status = {each["address"]: (each["status"], (each["decision"] or {}).get("kind")) for each in found["findings"]}
    assert status == {
        "aws_ebs_volume.old": ("open", None),
        "aws_ebs_volume.scratch": ("suppressed", "comment"),
        'module.disks.aws_ebs_volume.data["cache1"]': ("suppressed", "comment"),
        'module.disks.aws_ebs_volume.data["store"]': ("open", None),
    }


def test_under_the_policy_of_the_page_comments_count_for_nothing(repository: Path, shell: Shell) -> None:
    command = (
        "cloudaudit scan --rule ebs-volume-encrypted --policy security-policy/cloudaudit.toml --all -f json -o r.json"
    )
    shell(command)

    found = json.loads((repository / "r.json").read_text())["findings"]
    status = {each["address"]: each["status"] for each in found}
    assert status["aws_ebs_volume.scratch"] == "waived"
    assert sorted(status.values()) == ["open", "open", "open", "waived"]
