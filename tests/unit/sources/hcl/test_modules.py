"""Modules, instances, variables and files: the resources that a folder of source stands for."""

from pathlib import Path

import pytest
from source_building import addresses, attributes, because, graph, value, whys

NAMED = """
variable "name" {}
resource "aws_sns_topic" "t" { name = var.name }
output "name" { value = aws_sns_topic.t.name }
output "arn" { value = aws_sns_topic.t.arn }
"""


def test_every_call_of_a_module_has_its_own_resources(tmp_path: Path) -> None:
    calls = "\n".join(f'module "m{n}" {{\n  source = "./m"\n  name = "n{n}"\n}}' for n in range(500))

    found = graph(tmp_path, {"main.tf": calls, "m/main.tf": NAMED})

    assert len(addresses(found, "aws_sns_topic")) == 500
    assert {topic.attributes["name"] for topic in found.of_type("aws_sns_topic")} == {f"n{n}" for n in range(500)}


def test_instances_of_modules_and_resources_have_keys(tmp_path: Path) -> None:
    files = {
        "main.tf": """
        module "each" {
          source   = "./m"
          for_each = { a = "x", "b.c" = "y" }
          name     = each.value
        }
        module "count" {
          source = "./m"
          count  = 2
          name   = count.index
        }
        resource "aws_sqs_queue" "q" {
          for_each = toset(["one"])
          name     = "${each.key}-${module.each["a"].name}-${module.count[1].name}"
        }
        """,
        "m/main.tf": NAMED,
    }

    found = graph(tmp_path, files)

    assert addresses(found) == [
        'aws_sqs_queue.q["one"]',
        "module.count[0].aws_sns_topic.t",
        "module.count[1].aws_sns_topic.t",
        'module.each["a"].aws_sns_topic.t',
        'module.each["b.c"].aws_sns_topic.t',
    ]
    queue = found.get('aws_sqs_queue.q["one"]')
    assert queue is not None
    assert queue.attributes["name"] == "one-x-1"


def test_modules_nest_and_know_who_called_them(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "outer" {\n  source = "./outer"\n}\nresource "aws_ebs_volume" "v" {\n'
        "  kms_key_id = module.outer.arn\n}\n",
        "outer/main.tf": 'module "inner" {\n  source = "../m"\n  name = "n"\n}\noutput "arn" {\n'
        "  value = module.inner.arn\n}\n",
        "m/main.tf": NAMED,
    }

    found = graph(tmp_path, files)
    topic = found.get("module.outer.module.inner.aws_sns_topic.t")
    volume = found.get("aws_ebs_volume.v")

    assert topic is not None
    assert [(call.file, call.line) for call in topic.calls] == [("main.tf", 1), ("outer/main.tf", 1)]
    assert volume is not None
    assert volume.attributes["kms_key_id"].refs == ("module.outer.module.inner.aws_sns_topic.t.arn",)


def test_an_unknown_count_is_one_instance_in_question(tmp_path: Path) -> None:
    source = """
    variable "n" {}
    variable "names" {}
    resource "aws_sns_topic" "c" {
      count = var.n
      name  = "t${count.index}"
    }
    resource "aws_sns_topic" "e" {
      for_each = var.names
      name     = each.key
    }
    """

    found = graph(tmp_path, source)

    assert addresses(found) == ["aws_sns_topic.c[?]", "aws_sns_topic.e[?]"]
    counted = found.get("aws_sns_topic.c[?]")
    assert counted is not None
    assert counted.attributes["name"].prefix == "t"
    assert because(counted.attributes["name"]) == "var.n has no value"


def test_a_count_of_zero_makes_nothing(tmp_path: Path) -> None:
    assert addresses(graph(tmp_path, 'resource "aws_sns_topic" "t" {\n  count = 0\n}\n')) == []


def test_a_map_with_unknown_values_still_has_its_keys(tmp_path: Path) -> None:
    source = """
    variable "u" {}
    resource "aws_sns_topic" "t" {
      for_each = { a = var.u, b = "known" }
      name     = each.value
    }
    """

    found = graph(tmp_path, source)

    assert addresses(found) == ['aws_sns_topic.t["a"]', 'aws_sns_topic.t["b"]']


def test_a_module_that_is_not_on_disk_is_a_gap_and_hides_what_it_was_given(tmp_path: Path) -> None:
    source = """
    resource "aws_s3_bucket" "b" { bucket = "name" }
    locals { name = aws_s3_bucket.b.bucket }
    module "policy" {
      source = "registry/policy/aws"
      bucket = local.name
    }
    resource "aws_ebs_volume" "v" { kms_key_id = module.policy.key }
    """

    found = graph(tmp_path, source)
    volume = found.get("aws_ebs_volume.v")

    assert [(gap.what, gap.remedy) for gap in found.gaps] == [
        ("module.policy (registry/policy/aws)", 'run "terraform init" in . and scan again')
    ]
    assert volume is not None
    assert because(volume.attributes["kms_key_id"]) == "module.policy was not looked at: it is not on disk"
    assert volume.attributes["kms_key_id"].refs == ("module.policy.key",)


def test_what_all_instances_lack_is_one_gap(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  count = 3\n}\n',
        "m/main.tf": 'module "x" {\n  source = "a/b/c"\n}\nresource "test_thing" "t" { it = {}.missing }\n',
    }

    found = graph(tmp_path, files)

    assert [gap.what for gap in found.gaps] == ["module.m.test_thing.t.it", "module.m.module.x (a/b/c)"]


def test_a_downloaded_module_is_read_where_terraform_put_it(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "t" {\n  source = "registry/topic/aws"\n  name = "n"\n}\n',
        ".terraform/modules/modules.json": '{"Modules": [{"Key": "", "Dir": "."}, {"Key": "t", "Dir": '
        '".terraform/modules/t/sub"}]}',
        ".terraform/modules/t/sub/main.tf": NAMED,
    }

    found = graph(tmp_path, files)

    assert addresses(found) == ["module.t.aws_sns_topic.t"]
    assert found.gaps == ()


def test_a_module_that_calls_itself_is_a_gap(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n}\n',
        "m/main.tf": 'module "m" {\n  source = "../m"\n}\n' + NAMED,
    }

    found = graph(tmp_path, files)

    assert addresses(found) == ["module.m.aws_sns_topic.t"]
    assert whys(found) == ["the module was not looked at: it calls itself"]


# Variables

VARIABLE = 'variable "x" {\n  default = "default"\n}\nlocals { it = var.x }\n'


def test_variables_take_the_strongest_of_their_values(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    steps: list[tuple[str, str, dict[str, object]]] = [
        ("", "", {}),
        ("", "", {"environment": {"TF_VAR_x": "environment"}}),
        ("terraform.tfvars", 'x = "tfvars"', {}),
        ("terraform.tfvars.json", '{"x": "json"}', {}),
        ("b.auto.tfvars", 'x = "b"', {}),
        ("a.auto.tfvars", 'x = "a"', {}),
        ("c.auto.tfvars.json", '{"x": "c"}', {}),
    ]
    seen = []
    options: dict[str, object] = {}
    for name, content, more in steps:
        options |= more
        if name:
            files[name] = content
        for file, text in files.items():
            (tmp_path / file).write_text(text)
        seen.append(value(tmp_path, VARIABLE, **options))
    (tmp_path / "given").write_text('x = "file"')
    seen.append(value(tmp_path, VARIABLE, **options, var_files=(str(tmp_path / "given"),)))
    seen.append(value(tmp_path, VARIABLE, **options, var_files=(str(tmp_path / "given"),), variables={"x": "option"}))

    assert seen == ["default", "environment", "tfvars", "json", "b", "b", "c", "file", "option"]


@pytest.mark.parametrize(
    ("declaration", "given", "expected"),
    [
        ("type = number", "7", 7),
        ("type = bool", "true", True),
        ("type = list(string)", '["a", 1]', ["a", "1"]),
        ("type = string", "[1]", "[1]"),
        ("", "plain", "plain"),
        (
            "type = object({a = string, b = optional(number, 2), c = optional(string)})",
            "{a = 1}",
            {"a": "1", "b": 2, "c": None},
        ),
        ("type = set(string)", '["b", "a", "b"]', ["a", "b"]),
        ("type = map(any)", "{a = 1}", {"a": 1}),
    ],
)
def test_values_are_converted_to_the_type_of_their_variable(
    tmp_path: Path, declaration: str, given: str, expected: object
) -> None:
    source = f'variable "x" {{\n  {declaration}\n}}\nlocals {{ it = var.x }}\n'

    assert value(tmp_path, source, variables={"x": given}) == expected


def test_a_variable_without_value_says_so(tmp_path: Path) -> None:
    assert because(value(tmp_path, 'variable "x" {}\nlocals { it = var.x }\n')) == "var.x has no value"


def test_a_value_of_the_wrong_type_is_a_gap(tmp_path: Path) -> None:
    source = 'variable "x" {\n  type = number\n  default = "many"\n}\nresource "test_thing" "it" { it = var.x }\n'

    found = graph(tmp_path, source)

    assert whys(found) == ["a number is required"]


def test_null_takes_the_default_only_where_null_is_not_allowed(tmp_path: Path) -> None:
    module = 'variable "a" { default = 1 }\nvariable "b" {\n  default = 1\n  nullable = false\n}\noutput "both" {\n'
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  a = null\n  b = null\n}\nresource "test_thing" "it" {\n'
        "  it = module.m.both\n}\n",
        "m/main.tf": module + "  value = [var.a, var.b]\n}\n",
    }

    assert attributes(tmp_path, files, "test_thing.it")["it"] == [None, 1]


# Files


def test_override_files_change_what_others_declare(tmp_path: Path) -> None:
    files = {
        "main.tf": """
        locals { size = 1 }
        resource "aws_instance" "i" {
          monitoring = false
          ami        = "a"
          root_block_device { volume_size = local.size }
          ebs_block_device { device_name = "x" }
        }
        """,
        "override.tf": """
        locals { size = 5 }
        resource "aws_instance" "i" { monitoring = true }
        """,
        "more_override.tf": """
        resource "aws_instance" "i" {
          root_block_device { encrypted = true }
        }
        """,
    }

    found = graph(tmp_path, files).get("aws_instance.i")

    assert found is not None
    assert found.attributes["monitoring"] is True
    assert found.attributes["ami"] == "a"
    assert found.attributes["root_block_device"] == [{"encrypted": True}]
    assert found.attributes["ebs_block_device"] == [{"device_name": "x"}]
    assert found.places["monitoring"].file == "override.tf"


def test_a_tofu_file_hides_the_tf_file_of_its_name(tmp_path: Path) -> None:
    files = {
        "a.tf": 'resource "aws_sns_topic" "tf" {}',
        "a.tofu": 'resource "aws_sns_topic" "tofu" {}',
        "b.tf": 'resource "aws_sns_topic" "b" {}',
    }

    assert addresses(graph(tmp_path, files)) == ["aws_sns_topic.b", "aws_sns_topic.tofu"]


def test_json_syntax_is_terraform_too(tmp_path: Path) -> None:
    files = {
        "main.tf.json": '{"locals": {"n": "x"}, "resource": {"aws_sns_topic": {"t": {"name": "${local.n}-${var.v}"}}},'
        ' "variable": {"v": {"default": 1}}}'
    }

    assert attributes(tmp_path, files, "aws_sns_topic.t")["name"] == "x-1"


def test_the_workspace_is_that_of_the_options(tmp_path: Path) -> None:
    assert value(tmp_path, "locals { it = terraform.workspace }", workspace="prod") == "prod"


def test_declarations_that_are_no_resources_can_be_judged_too(tmp_path: Path) -> None:
    source = """
    terraform {
      required_version = ">= 1.5"
      required_providers {
        aws = {
          source  = "hashicorp/aws"
          version = "~> 5.0"
        }
      }
      backend "s3" { encrypt = false }
    }
    provider "aws" { region = "eu-west-1" }
    variable "v" {
      default   = "x"
      sensitive = true
    }
    output "o" { value = var.v }
    module "m" {
      source  = "a/b/c"
      version = "1.0.0"
    }
    """

    found = {each.address: each for each in graph(tmp_path, source)}

    assert {address: each.type for address, each in found.items()} == {
        "backend": "terraform_backend",
        "module.m": "terraform_module_call",
        "output.o": "terraform_output",
        "provider.aws": "terraform_provider",
        "terraform": "terraform_settings",
        "var.v": "terraform_variable",
    }
    assert found["backend"].attributes["encrypt"] is False
    assert because(found["backend"].attributes["bucket"]) == "the rest of the backend is given to terraform init"
    assert found["terraform"].attributes["required_providers"]["aws"]["version"] == "~> 5.0"
    assert found["output.o"].sensitive == {"value"}
    assert found["module.m"].attributes["version"] == "1.0.0"


def test_a_reference_to_an_argument_that_is_not_known_still_names_the_resource(tmp_path: Path) -> None:
    found = attributes(
        tmp_path,
        """
        variable "suffix" {}
        resource "aws_iam_user" "ci" { name = "ci-${var.suffix}" }
        resource "aws_iam_access_key" "ci" { user = aws_iam_user.ci.name }
        """,
        "aws_iam_access_key.ci",
    )

    assert found["user"].because == "var.suffix has no value"
    assert found["user"].refs == ("aws_iam_user.ci.name",)


def test_a_reference_stays_known_where_its_value_is(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "main.tf": """
            module "m" { source = "./m" }
            resource "aws_s3_bucket_versioning" "v" { bucket = "logs" }
            """,
            "m/main.tf": """
            resource "aws_s3_bucket" "a" {
              count  = 1
              bucket = "logs"
            }
            resource "aws_s3_bucket_versioning" "v" { bucket = aws_s3_bucket.a[0].bucket }
            resource "aws_s3_bucket_acl" "v" { bucket = "${aws_s3_bucket.a[0].bucket}-old" }
            """,
        },
    )

    named = {each.address: dict(each.named) for each in found if each.named}
    assert named == {"module.m.aws_s3_bucket_versioning.v": {"bucket": "module.m.aws_s3_bucket.a"}}
