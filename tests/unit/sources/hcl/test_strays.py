import subprocess

import pytest
from source_building import graphs, write

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.index import tracked

QUEUE = 'resource "aws_sqs_queue" "q" {}\n'


def strays(folder, files):
    return {
        (root, each.address): each.attributes
        for root, found in graphs(folder, files).items()
        for each in found.of_type("terraform_file")
    }


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_files_belong_to_the_nearest_root_above_them(tmp_path):
    found = strays(
        tmp_path,
        {
            "prod/main.tf": QUEUE,
            "prod/old/terraform.tfstate": '{"version": 4}',
            "dev/main.tf": QUEUE,
            "dev.tfvars": 'region = "x"',
        },
    )

    assert {key: value["kind"] for key, value in found.items()} == {
        ("prod", "prod/old/terraform.tfstate"): "state",
        ("dev", "dev.tfvars"): "values",
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("server.pem", "-----BEGIN CERTIFICATE-----\nx"),
        ("id_rsa.pub", "ssh-rsa AAAA"),
        ("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx"),
        ("release.tfplan", "a text about plans"),
        ("terraform.tfvars.example", 'db_password = "x"'),
        (".terraform/terraform.tfstate", '{"version": 3}'),
        ("node_modules/a/server.key", "-----BEGIN PRIVATE KEY-----\nx"),
        ("terraform.tfstate", ""),
    ],
)
def test_what_is_not_what_it_seems(tmp_path, name, content):
    assert strays(tmp_path, {"main.tf": QUEUE, name: content}) == {}


@pytest.mark.parametrize("version", [2, 4])
def test_git_tells_which_files_it_keeps(tmp_path, version):
    write(tmp_path, {"main.tf": QUEUE, "terraform.tfstate": "{}", "old/terraform.tfstate": "{}"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "main.tf", "terraform.tfstate")
    git(tmp_path, "update-index", "--index-version", str(version))

    assert tracked(tmp_path) == {"main.tf", "terraform.tfstate"}
    assert {name: each["tracked"] for (_, name), each in strays(tmp_path, {}).items()} == {
        "terraform.tfstate": True,
        "old/terraform.tfstate": False,
    }


@pytest.mark.parametrize("index", [b"", b"DIRC", b"DIRC\0\0\0\x02\0\0\0\x05xx", b"DIRC\0\0\0\x09\0\0\0\x01", b"x" * 99])
def test_an_index_that_cannot_be_read_tells_nothing(tmp_path, index):
    write(tmp_path, {".git/index": index, "main.tf": QUEUE, "terraform.tfstate": "{}"})

    assert tracked(tmp_path) is None
    (found,) = strays(tmp_path, {}).values()
    assert isinstance(found["tracked"], Unknown)


def test_without_git_a_file_counts_unless_it_is_ignored(tmp_path):
    files = {"main.tf": QUEUE, "a.tfvars": "", "b.tfvars": "", ".gitignore": "# none\n**/b.tfvars\n"}

    assert {name: each["tracked"] for (_, name), each in strays(tmp_path, files).items()} == {
        "a.tfvars": True,
        "b.tfvars": False,
    }


def test_values_are_the_constants_of_the_file(tmp_path):
    found = strays(
        tmp_path,
        {
            "main.tf": QUEUE,
            "a.tfvars": 'a = "x"\nb = { c = ["y"] }\nd = 1\n',
            "b.tfvars.json": '{"a": 1}',
            "c.tfvars": "{",
        },
    )

    assert {name: each.get("arguments") for (_, name), each in found.items()} == {
        "a.tfvars": {"a": "x", "b": {"c": ["y"]}},
        "b.tfvars.json": {"a": 1},
        "c.tfvars": {},
    }


def test_a_root_below_examples_that_calls_the_module_around_it_is_an_example(tmp_path):
    call = 'provider "aws" {}\nmodule "it" {\n source = "%s"\n}\n'
    found = graphs(
        tmp_path,
        {
            "main.tf": QUEUE,
            "examples/complete/main.tf": call % "../../",
            "examples/other/main.tf": call % "./inner",
            "live/prod/main.tf": call % "../../",
        },
    )

    told = {
        root: each.attributes["is_example"] for root, one in found.items() for each in one.of_type("terraform_settings")
    }
    assert told == {"examples/complete": True, "examples/other": False, "live/prod": False}
