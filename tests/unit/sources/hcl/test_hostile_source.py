"""Source that is broken, or written to do harm: it is bounded, reported, and never ends in an error of ours."""

import json
from pathlib import Path

import pytest
from source_building import addresses, because, graph, graphs, value, whys, write

from cloudaudit.model import Unknown
from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE

TOPIC = 'resource "aws_sns_topic" "t" {}\n'
CANARY = "do-not-read-me"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b'resource "aws_sns_topic" "x" {\n  name = = 1\n}\n', "bad.tf:2:"),
        (b'resource "aws_sns_topic" "x" {\n', "bad.tf:1:"),
        (b"\x00\x01\x02", "bad.tf:1:"),
        (b"\xff\xfex\x00", "bad.tf:1:"),
        (b'locals {\n  a = "\xe9"\n}\n', "bad.tf:2:"),
        (b"}" * 1000, "bad.tf:1:"),
    ],
)
def test_a_broken_file_is_a_gap_with_its_place_and_the_others_are_read(
    tmp_path: Path, content: bytes, place: str
) -> None:
    found = graph(tmp_path, {"bad.tf": content, "good.tf": TOPIC})

    assert "aws_sns_topic.t" in addresses(found)
    assert any(gap.what.startswith(place) for gap in found.gaps)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xef\xbb\xbf" + TOPIC.encode(), TOPIC.replace("\n", "\r\n").encode()]
)
def test_empty_files_byte_order_marks_and_windows_lines_are_in_order(tmp_path: Path, content: bytes) -> None:
    found = graph(tmp_path, {"a.tf": content, "b.tf": 'resource "aws_sns_topic" "b" {}\n'})

    assert found.gaps == ()
    assert "aws_sns_topic.b" in addresses(found)


def test_the_rest_of_a_broken_block_is_kept(tmp_path: Path) -> None:
    found = graph(tmp_path, 'resource "aws_sns_topic" "t" {\n  name = "n"\n  kms_master_key_id = = 1\n}\n')
    topic = found.get("aws_sns_topic.t")

    assert topic is not None
    assert topic.attributes["name"] == "n"
    assert isinstance(topic.attributes["kms_master_key_id"], Unknown)


@pytest.mark.parametrize(
    "expression",
    [
        'file("/etc/passwd")',
        'file("../secret")',
        'file("~/.ssh/id_rsa")',
        'file("link")',
        'templatefile("../secret", {})',
        'fileexists("../secret")',
        'filebase64("folder/secret")',
    ],
)
def test_files_outside_the_repository_are_not_read(tmp_path: Path, expression: str) -> None:
    write(tmp_path, {"secret": CANARY, "repository/.git/HEAD": ""})
    repository = tmp_path / "repository"
    (repository / "link").symlink_to(tmp_path / "secret")
    (repository / "folder").symlink_to(tmp_path)

    found = value(repository, f"locals {{ it = {expression} }}")

    assert CANARY not in str(found)
    assert "is outside the repository" in because(found)


def test_modules_outside_the_repository_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"outside/main.tf": TOPIC, "repository/.git/HEAD": ""})
    repository = tmp_path / "repository"
    (repository / "linked").symlink_to(tmp_path / "outside")
    (repository / "linked.tf").symlink_to(tmp_path / "outside" / "main.tf")
    calls = 'module "a" {\n  source = "../outside"\n}\nmodule "b" {\n  source = "./linked"\n}\n'

    found = graph(repository, calls)

    assert addresses(found) == []
    assert sorted(whys(found)) == [
        "it is a symbolic link that leaves the repository",
        "it was not read: a symbolic link that leaves the repository",
        "the module was not looked at: its source is outside the repository",
        "the module was not looked at: its source is outside the repository",
    ]


def test_a_link_within_the_repository_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "shared/topic.tf": TOPIC, "root/main.tf": 'resource "aws_sns_topic" "own" {}\n'})
    (tmp_path / "root" / "topic.tf").symlink_to(tmp_path / "shared" / "topic.tf")

    (found,) = SOURCE.load(tmp_path / "root", Options())

    assert addresses(found) == ["aws_sns_topic.own", "aws_sns_topic.t"]


@pytest.mark.parametrize(
    "expression",
    [
        "range(1000000000)",
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]",
        'join("", [for a in range(100000) : "${join("-", range(50))}"])',
        "setproduct(range(1000), range(1000), range(1000))",
        'cidrsubnets("10.0.0.0/8", [for i in range(100000) : 24]...)',
        'format("%1000000000d", 1)',
        "pow(10, 1000000000)",
        "1e1000000000",
        'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "/(a+)+$/", "")',
    ],
)
def test_bombs_are_bounded(tmp_path: Path, expression: str) -> None:
    found = value(tmp_path, f"locals {{ it = {expression} }}")

    assert isinstance(found, Unknown | str)


def test_doubling_is_bounded(tmp_path: Path) -> None:
    texts = ['s0 = "xxxxxxxxxx"'] + [f's{n} = "${{local.s{n - 1}}}${{local.s{n - 1}}}"' for n in range(1, 60)]
    lists = ["l0 = [1]"] + [f"l{n} = [local.l{n - 1}, local.l{n - 1}]" for n in range(1, 60)]
    source = "locals {\n" + "\n".join([*texts, *lists]) + "\nit = [local.s59, local.l59]\n}\n"

    text, members = value(tmp_path, source)

    assert "too large to compute" in because(text)
    assert len(str(members)) < 100_000_000


def test_a_count_beyond_reason_is_judged_once(tmp_path: Path) -> None:
    found = graph(tmp_path, 'resource "aws_sns_topic" "t" {\n  count = 1000000000\n}\n')

    assert addresses(found) == ["aws_sns_topic.t[?]"]
    assert [gap.what for gap in found.gaps] == ["aws_sns_topic.t.count"]


def test_modules_that_multiply_are_bounded(tmp_path: Path) -> None:
    files = {
        f"m{n}/main.tf": f'module "m" {{\n  source = "../m{n + 1}"\n  count  = 10\n}}\n' if n < 9 else TOPIC
        for n in range(10)
    }
    files["main.tf"] = 'module "m" {\n  source = "./m0"\n}\n'

    found = graph(tmp_path, files)

    assert len(found) < 50_000
    assert any("module instances" in why for why in whys(found))


@pytest.mark.parametrize("depth", [200, 5_000])
def test_deep_nesting_is_bounded(tmp_path: Path, depth: int) -> None:
    source = f"locals {{ it = {'[' * depth}1{']' * depth} }}\n"

    found = graph(tmp_path, source + 'resource "test_thing" "it" { it = local.it }\n')

    assert found.gaps


def test_long_chains_of_names_are_followed_or_reported(tmp_path: Path) -> None:
    chain = "\n".join(f"n{n} = local.n{n + 1}" for n in range(5_000))

    found = graph(tmp_path, f'locals {{\n{chain}\nn5000 = 1\n}}\nresource "test_thing" "it" {{ it = local.n0 }}\n')
    thing = found.get("test_thing.it")

    assert thing is not None
    assert thing.attributes["it"] == 1 or found.gaps


def test_cycles_of_every_kind_are_unknown(tmp_path: Path) -> None:
    files = {
        "main.tf": """
        module "a" {
          source = "./m"
          in     = module.b.out
        }
        module "b" {
          source = "./m"
          in     = module.a.out
        }
        resource "aws_sns_topic" "t" {
          count = length(aws_sns_topic.t)
          name  = aws_sns_topic.u.name
        }
        resource "aws_sns_topic" "u" { name = aws_sns_topic.t[0].name }
        resource "test_thing" "it" { it = module.a.out }
        """,
        "m/main.tf": 'variable "in" {}\noutput "out" { value = var.in }\n',
    }

    found = graph(tmp_path, files)
    thing = found.get("test_thing.it")

    assert thing is not None
    assert "refers to itself" in because(thing.attributes["it"])
    assert "its count or for_each refers to itself" in whys(found)


def test_a_file_too_large_to_read_is_a_gap(tmp_path: Path) -> None:
    found = graph(tmp_path, {"main.tf": TOPIC, "large.tf": b"#" * (11 * 1024 * 1024)})

    assert addresses(found) == ["aws_sns_topic.t"]
    assert whys(found) == ["it was not read: larger than 10 MiB"]


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"Modules": 1}', '{"Modules": [{"Key": "m", "Dir": "../../../../etc"}]}', "[" * 100_000],
)
def test_a_broken_list_of_modules_finds_nothing(tmp_path: Path, manifest: str) -> None:
    write(tmp_path, {".git/HEAD": ""})
    files = {"main.tf": 'module "m" {\n  source = "a/b/c"\n}\n', ".terraform/modules/modules.json": manifest}

    assert whys(graph(tmp_path, files)) == ["the module was not looked at: it is not on disk"]


@pytest.mark.parametrize("content", ["", "x = ", "x = var.y", '{"x"', "x = 1\nx = 2"])
def test_broken_files_of_variables_are_gaps(tmp_path: Path, content: str) -> None:
    files = {"main.tf": 'variable "x" { default = 1 }\n' + TOPIC, "terraform.tfvars": content}

    assert addresses(graph(tmp_path, files)) == ["aws_sns_topic.t"]


@pytest.mark.parametrize(
    "body",
    [
        "tags = 1",
        'tags = ["a"]',
        "ingress = 1",
        "ingress = [1, null, {}]",
        'count = "many"',
        "count = null",
        "count = -1",
        "for_each = null",
        "for_each = 7",
        "for_each = [null]",
        "provider = 1",
        "dynamic ingress {}",
        'dynamic "ingress" {\n for_each = 1\n content {}\n}',
        'dynamic "ingress" {\n for_each = [1]\n}',
        'lifecycle {\n prevent_destroy = "x"\n}',
        'dynamic "dynamic" {\n for_each = [1]\n content {}\n}',
        "ingress {\n ingress {\n ingress {}\n}\n}",
        "dynamic {}",
    ],
)
def test_nonsense_in_a_resource_does_not_stop_the_scan(tmp_path: Path, body: str) -> None:
    found = graphs(tmp_path, {"main.tf": f'resource "aws_security_group" "s" {{\n{body}\n}}\n' + TOPIC})

    assert "aws_sns_topic.t" in addresses(found["."])


@pytest.mark.parametrize(
    "block",
    [
        "resource {}",
        'resource "a" {}',
        'resource "a" "b" "c" {}',
        'module "m" {}',
        'module "m" {\n source = 1\n}',
        'module "m" {\n source = ""\n}',
        'module "m" {\n source = "./missing"\n}',
        'module "m" {\n source = "."\n}',
        'variable "x" {\n type = nonsense\n}',
        'variable "x" {\n type = object(1)\n default = 1\n}',
        'output "o" {}',
        "provider {}",
        'provider "aws" {\n alias = 1\n region = 7\n default_tags {}\n assume_role {\n role_arn = 1\n}\n}',
        'provider "aws" {\n default_tags {\n tags = "x"\n}\n}',
        "terraform {\n backend {}\n required_providers {\n aws = 1\n}\n}",
        'data "aws_iam_policy_document" "d" {\n statement = 1\n}',
        'data "aws_iam_policy_document" "d" {\n source_policy_documents = ["x", 1, "[]"]\n}',
        'data "aws_iam_policy_document" "d" {\n statement {\n actions = [[1]]\n principals {}\n condition {}\n}\n}',
        'data "aws_iam_policy_document" "d" {\n statement {\n condition {\n test = "x"\n}\n condition {}\n}\n}',
        'data "template_file" "t" {\n template = 7\n vars = 8\n}',
        "moved {}",
        'check "c" {}',
        'locals "x" {\n y = 1\n}',
        "unheard_of {}",
    ],
)
def test_nonsense_at_the_top_does_not_stop_the_scan(tmp_path: Path, block: str) -> None:
    used = "var.x, module.m.x, data.aws_iam_policy_document.d.json, data.template_file.t.rendered"
    uses = f'resource "test_thing" "it" {{\n it = [{used}]\n}}\n'

    found = graphs(tmp_path, {"main.tf": f"{block}\n{uses}{TOPIC}"})

    assert "aws_sns_topic.t" in addresses(found["."])


@pytest.mark.parametrize("head", ["resource", 'resource "aws_sns_topic"', 'data "a" "b" "c"', "module", "variable"])
def test_a_block_without_its_labels_is_a_gap(tmp_path: Path, head: str) -> None:
    found = graph(tmp_path, f"{TOPIC}{head} {{}}\n")

    assert [gap.what for gap in found.gaps] == ["main.tf:2"]


def test_names_may_hold_anything(tmp_path: Path) -> None:
    names = ["a.b", 'a"b', "a\\b", "a[0]", "\u001b[31m", "ü", "${x}", "a/b"]
    literal = ", ".join(json.dumps(name).replace("${", "$${") for name in names)

    found = graph(tmp_path, f'resource "aws_sns_topic" "t" {{\n  for_each = toset([{literal}])\n}}\n')

    assert len(addresses(found)) == len(names)
