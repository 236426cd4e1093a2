"""Programs of other people see a copy: the Terraform that we read, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.app.copying import Copy
from cloudaudit.app.request import Request
from cloudaudit.errors import SourceError
from cloudaudit.sources import Options

BUCKET = 'resource "aws_s3_bucket" "main" {}\n'
Write = Callable[[dict[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "repository" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "repository"

    return made


def copied(tmp_path: Path, *targets: object, **options: object) -> tuple[Copy, list[str]]:
    request = Request(targets=tuple(map(str, targets)), options=Options(**options))
    made = Copy(request, tmp_path / "copy")
    return made, sorted(path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file())


def test_nothing_but_terraform_is_copied(tmp_path: Path, write: Write) -> None:
    tree = write(
        {
            "main.tf": BUCKET,
            "prod.auto.tfvars": "a = 1",
            "extra.tfvars.json": "{}",
            ".checkov.yaml": "external-checks-dir: [checks]",
            ".checkov.baseline": "{}",
            "checks/evil.py": "print('ran')",
            "checkov": "#!/bin/sh",
            ".hidden.tf": BUCKET,
            ".git/config": "[core]",
            ".terraform/modules/x/main.tf": BUCKET,
        }
    )

    _, files = copied(tmp_path, tree)

    assert files == ["0/extra.tfvars.json", "0/main.tf", "0/prod.auto.tfvars"]


def test_each_root_has_its_own_copy_of_the_modules_that_it_calls(tmp_path: Path, write: Write) -> None:
    call = 'module "data" { source = "../../modules/data" }\n'
    tree = write(
        {
            "envs/prod/main.tf": call,
            "envs/dev/main.tf": call,
            "modules/data/main.tf": f'{BUCKET}module "key" {{ source = "../key" }}\n',
            "modules/key/main.tf": 'resource "aws_kms_key" "main" {}\n',
            "modules/unused/main.tf": BUCKET,
        }
    )

    made, files = copied(tmp_path, tree)

    shared = ("modules/data/main.tf", "modules/key/main.tf")
    assert [name for name in files if not name.startswith("2/")] == [
        *("0/envs/dev/main.tf", *(f"0/{name}" for name in shared)),
        *("1/envs/prod/main.tf", *(f"1/{name}" for name in shared)),
    ]
    found = made.origin("/1/modules/key/main.tf")
    assert found is not None
    assert (found[0].root, found[1]) == ("envs/prod", "modules/key/main.tf")


def test_modules_above_the_target_are_copied_too(tmp_path: Path, write: Write) -> None:
    tree = write(
        {
            ".git/HEAD": "",
            "envs/prod/main.tf": 'module "data" { source = "../../modules/data" }\n',
            "modules/data/main.tf": BUCKET,
        }
    )

    made, files = copied(tmp_path, tree / "envs" / "prod")

    assert files == ["0/envs/prod/main.tf", "0/modules/data/main.tf"]
    found = made.origin("0/modules/data/main.tf")
    assert found is not None
    assert found[1] == "../../modules/data/main.tf"


def test_links_that_leave_the_tree_and_files_that_are_too_large_are_not_copied(tmp_path: Path, write: Write) -> None:
    tree = write({"main.tf": BUCKET, "large.tf": "#" * (10 * 1024 * 1024 + 1)})
    (tmp_path / "secret.tf").write_text("secret")
    (tree / "linked.tf").symlink_to(tmp_path / "secret.tf")
    (tree / "folder").symlink_to(tmp_path)
    (tree / "same.tf").symlink_to(tree / "main.tf")

    made, files = copied(tmp_path, tree)

    assert files == ["0/main.tf", "0/same.tf"]
    assert not any(path.is_symlink() for path in made.folder.rglob("*"))


def test_a_module_outside_of_the_repository_is_not_copied(tmp_path: Path, write: Write) -> None:
    tree = write({".git/HEAD": "", "main.tf": 'module "other" { source = "../other" }\n'})
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "main.tf").write_text(BUCKET)

    _, files = copied(tmp_path, tree)

    assert files == ["0/main.tf"]


def test_only_the_roots_that_are_scanned_are_copied(tmp_path: Path, write: Write) -> None:
    tree = write({"a/main.tf": BUCKET, "b/main.tf": BUCKET, "c/main.tf": BUCKET})

    made, files = copied(tmp_path, tree, roots=("a", "b"), exclude=("b",))

    assert [found[1] for name in files if (found := made.origin(name))] == ["a/main.tf"]


def test_plans_are_copied_and_states_are_a_gap(tmp_path: Path) -> None:
    plan, state = tmp_path / "tf.json", tmp_path / "state.json"
    plan.write_text('{"format_version": "1.2", "planned_values": {}, "resource_changes": []}')
    state.write_text('{"format_version": "1.0", "terraform_version": "1.9", "values": {"root_module": {}}}')

    made, files = copied(tmp_path, f"prod={plan}", state)

    assert files == ["0/plan.json"]
    found = made.origin("/0/plan.json")
    assert found is not None
    assert (found[0].target, found[0].root, found[1]) == (str(plan), "prod", "")
    assert [(gap.what, gap.why) for gap in made.gaps] == [(str(state), "it is neither a folder nor a plan")]


def test_a_tree_that_is_too_large_is_a_gap(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudaudit.app.copying.MOST_BYTES", 40)
    tree = write({"a/main.tf": BUCKET, "b/main.tf": BUCKET})

    made, files = copied(tmp_path, tree)

    assert [found[1] for name in files if (found := made.origin(name))] == ["a/main.tf"]
    assert [gap.what for gap in made.gaps] == ["b"]


def test_files_of_variables_are_copied(tmp_path: Path, write: Write) -> None:
    tree = write({"main.tf": BUCKET, "../given/prod.tfvars": "a = 1", "../given/more.tfvars.json": "{}"})
    given = tuple(str(tmp_path / "given" / name) for name in ("prod.tfvars", "more.tfvars.json"))

    made, _ = copied(tmp_path, tree, var_files=given)

    assert [file.name for file in made.var_files] == ["given-0.tfvars", "given-1.tfvars.json"]
    assert made.var_files[0].read_text() == "a = 1"


@pytest.mark.parametrize(
    "path", ["/1/main.tf", "0/other.tf", "0/../main.tf", "/etc/passwd", "../0/main.tf", "", "main.tf", "99999999999/x"]
)
def test_a_path_that_was_not_copied_comes_from_nowhere(tmp_path: Path, write: Write, path: str) -> None:
    made, _ = copied(tmp_path, write({"main.tf": BUCKET}))

    assert made.origin(path) is None


def test_a_path_is_known_in_every_writing(tmp_path: Path, write: Write) -> None:
    made, _ = copied(tmp_path, write({"envs/prod/main.tf": BUCKET}))

    written = ["0/main.tf", "/0/main.tf", "/0/x/../main.tf", f"{made.folder}/0/main.tf"]
    assert {found[1] for path in written if (found := made.origin(path))} == {"envs/prod/main.tf"}


def test_a_target_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        copied(tmp_path, tmp_path / "nowhere")


def test_what_is_copied_of_a_tree_is_what_is_scanned_of_it(tmp_path: Path) -> None:
    shop = Path(__file__).parents[2] / "fixtures" / "terraform" / "shop"

    made, files = copied(tmp_path, shop)

    roots = {found[0].root for name in files if (found := made.origin(name))}
    assert roots == {graph.root for graph in app.graphs(Request(targets=(str(shop),)))}
