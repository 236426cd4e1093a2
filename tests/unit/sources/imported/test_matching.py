from pathlib import Path
from typing import Any

import pytest

from cloudaudit import app
from cloudaudit.model import Verdict
from cloudaudit.sources.imported.matching import ABSOLUTE, LINK, NO_FILE, NO_PATH, OUTSIDE, Places
from cloudaudit.sources.imported.result import Foreign

PROD = """
module "data" {
  source = "../../modules/data"
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"""
STAGING = """
# a line more
module "data" {
  source = "../../modules/data"
}
"""
DATA = """
resource "aws_db_instance" "this" {
  for_each = toset(["a", "b"])
  engine   = "postgres"
}

resource "aws_sqs_queue" "jobs" {
  count = 1
}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "work" / "estate"
    files = {
        "envs/prod/main.tf": PROD,
        "envs/staging/main.tf": STAGING,
        "modules/data/main.tf": DATA,
        "Dockerfile": "x",
    }
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    return top


@pytest.fixture
def places(tree: Path) -> Places:
    return Places(app.load(str(tree)), str(tree))


def result(**said: Any) -> Foreign:
    return Foreign(tool="checkov", rule="CKV_AWS_16", verdict=Verdict.FAIL, **said)


def keys(places: Places, **said: Any) -> list[str]:
    return [resource.key for resource, _ in places.find(result(**said)).found]


def test_an_address_is_found_in_the_root_that_has_it(places: Places) -> None:
    assert keys(places, path="envs/prod/main.tf", address="aws_s3_bucket.logs") == ["envs/prod:aws_s3_bucket.logs"]


def test_an_address_without_instance_keys_means_all_instances(places: Places) -> None:
    found = keys(places, path="modules/data/main.tf", address="module.data.aws_db_instance.this")

    assert found == [
        f'envs/{root}:module.data.aws_db_instance.this["{key}"]' for root in ("prod", "staging") for key in "ab"
    ]


def test_an_address_with_an_instance_key_means_that_one(places: Places) -> None:
    found = keys(places, path="modules/data/main.tf", address='module.data.aws_db_instance.this["b"]')

    assert [key.rpartition("[")[2] for key in found] == ['"b"]', '"b"]']


def test_the_call_of_a_module_tells_roots_apart(places: Places) -> None:
    address = "module.data.aws_sqs_queue.jobs"

    found = keys(places, path="modules/data/main.tf", address=address, caller="envs/staging/main.tf", caller_line=3)

    assert found == ["envs/staging:module.data.aws_sqs_queue.jobs[0]"]


def test_an_address_inside_of_a_module_is_found_by_file_and_line(places: Places) -> None:
    found = keys(places, path="modules/data/main.tf", first_line=7, address="aws_sqs_queue.jobs")

    assert found == [f"envs/{root}:module.data.aws_sqs_queue.jobs[0]" for root in ("prod", "staging")]


def test_a_line_is_that_of_the_block_around_it(places: Places) -> None:
    assert keys(places, path="envs/prod/main.tf", first_line=7) == ["envs/prod:aws_s3_bucket.logs"]


def test_a_line_between_blocks_is_of_none(places: Places) -> None:
    assert keys(places, path="modules/data/main.tf", first_line=6) == []


def test_an_address_of_another_file_is_not_found(places: Places) -> None:
    assert keys(places, path="envs/staging/main.tf", address="aws_s3_bucket.logs", first_line=1) == []


@pytest.mark.parametrize("path", ["estate/envs/prod/main.tf", "work/estate/envs/prod/main.tf", "./envs/prod/main.tf"])
def test_a_path_may_start_above_the_tree(places: Places, path: str) -> None:
    assert places.find(result(path=path)).file.path == "envs/prod/main.tf"


def test_an_absolute_path_in_the_tree_is_found(places: Places, tree: Path) -> None:
    assert places.find(result(path=f"{tree}/envs/prod/main.tf")).file.path == "envs/prod/main.tf"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../other/main.tf", OUTSIDE),
        ("envs/../../../etc/passwd", OUTSIDE),
        ("..\\other\\main.tf", OUTSIDE),
        ("/etc/passwd", ABSOLUTE),
        ("git::https://example.com/x.git/main.tf", OUTSIDE),
        ("https://example.com/main.tf", OUTSIDE),
        ("a\0b", NO_PATH),
        ("\ud800.tf", NO_PATH),
        ("a" * 300, NO_PATH),
        ("a/" * 1_000, NO_PATH),
    ],
)
def test_a_path_that_leaves_the_tree_is_refused(places: Places, path: str, why: str) -> None:
    assert places.find(result(path=path, address="aws_s3_bucket.logs")) == ((("", why, "")), ())


@pytest.mark.parametrize(("path", "why"), [("../main.tf", OUTSIDE), ("/main.tf", ABSOLUTE), ("C:\\main.tf", ABSOLUTE)])
def test_a_path_that_leads_out_is_refused_without_a_tree(path: str, why: str) -> None:
    assert Places().find(result(path=path)).file.refused == why


def test_a_link_out_of_the_tree_is_refused(places: Places, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.tf").write_text("")
    (tree / "out.tf").symlink_to(tmp_path / "secret.tf")

    assert places.find(result(path="out.tf")).file.refused == LINK


def test_a_file_that_is_no_terraform_is_known(places: Places) -> None:
    assert places.find(result(path="Dockerfile", first_line=1)) == (("Dockerfile", "", ""), ())


def test_a_file_that_is_not_there_is_in_doubt(places: Places) -> None:
    assert places.find(result(path="gone.tf", first_line=1)).file == ("gone.tf", "", NO_FILE)
