"""Nested and dynamic blocks, places, and what a resource takes from its provider."""

from pathlib import Path

from source_building import attributes, graph, value

from cloudaudit.model import Unknown

NAMED = """
variable "name" {}
resource "aws_sns_topic" "t" { name = var.name }
output "name" { value = aws_sns_topic.t.name }
output "arn" { value = aws_sns_topic.t.arn }
"""


def test_dynamic_blocks_are_written_out(tmp_path: Path) -> None:
    source = """
    resource "aws_security_group" "s" {
      ingress {
        from_port = 22
        to_port   = 22
        protocol  = "tcp"
      }
      dynamic "ingress" {
        for_each = { web = 80, tls = 443 }
        iterator = port
        content {
          description = port.key
          from_port   = port.value
          to_port     = port.value
          protocol    = "tcp"
        }
      }
    }
    """

    ingress = attributes(tmp_path, source, "aws_security_group.s")["ingress"]

    assert [(each.get("description"), each["from_port"]) for each in ingress] == [(None, 22), ("tls", 443), ("web", 80)]


def test_dynamic_blocks_nest(tmp_path: Path) -> None:
    source = """
    resource "aws_s3_bucket_lifecycle_configuration" "c" {
      dynamic "rule" {
        for_each = [{ id = "a", days = [30, 60] }]
        content {
          id     = rule.value.id
          status = "Enabled"
          dynamic "transition" {
            for_each = rule.value.days
            content {
              days          = transition.value
              storage_class = rule.value.id
            }
          }
        }
      }
    }
    """

    rules = attributes(tmp_path, source, "aws_s3_bucket_lifecycle_configuration.c")["rule"]

    assert [(each["days"], each["storage_class"]) for each in rules[0]["transition"]] == [(30, "a"), (60, "a")]


def test_dynamic_blocks_of_unknown_number_keep_their_place(tmp_path: Path) -> None:
    source = """
    variable "approvals" {}
    resource "aws_codepipeline" "p" {
      stage {
        name = "source"
      }
      dynamic "stage" {
        for_each = var.approvals
        content {
          name = "approve"
        }
      }
      stage {
        name = "deploy"
      }
    }
    """

    first, second, third = attributes(tmp_path, source, "aws_codepipeline.p")["stage"]

    assert (first["name"], third["name"]) == ("source", "deploy")
    assert isinstance(second, Unknown)


def test_a_required_argument_that_is_not_written_still_refers(tmp_path: Path) -> None:
    source = """
    resource "aws_iam_user" "u" {}
    resource "aws_iam_user_policy" "p" { user = aws_iam_user.u.name }
    """

    assert attributes(tmp_path, source, "aws_iam_user_policy.p")["user"].refs == ("aws_iam_user.u.name",)


def test_dynamic_blocks_of_unknown_number_are_unknown(tmp_path: Path) -> None:
    source = """
    variable "on" {}
    resource "aws_s3_bucket" "logs" {}
    resource "aws_elb" "e" {
      dynamic "access_logs" {
        for_each = var.on ? [1] : []
        content { bucket = aws_s3_bucket.logs.id }
      }
    }
    """

    logs = attributes(tmp_path, source, "aws_elb.e")["access_logs"]

    assert isinstance(logs, Unknown)
    assert "var.on has no value" in logs.because
    assert logs.refs == ("aws_s3_bucket.logs.id",)


def test_places_lead_to_the_argument(tmp_path: Path) -> None:
    source = """resource "aws_instance" "i" {
  monitoring = true
  root_block_device {
    encrypted = false
  }
}
"""
    found = graph(tmp_path, source).get("aws_instance.i")

    assert found is not None
    places = {path: (place.line, place.column) for path, place in found.places.items()}
    assert places == {"monitoring": (2, 3), "root_block_device.0": (3, 3), "root_block_device.0.encrypted": (4, 5)}
    assert found.location is not None
    assert (found.location.file, found.location.line, found.location.end_line) == ("main.tf", 1, 6)


def test_the_life_of_a_resource_is_an_attribute(tmp_path: Path) -> None:
    source = 'resource "aws_kms_key" "k" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'

    assert attributes(tmp_path, source, "aws_kms_key.k")["lifecycle"] == [{"prevent_destroy": True}]


# Providers

PROVIDERS = """
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "platform" }
  }
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  assume_role {
    role_arn = "arn:aws:iam::123456789012:role/deploy"
  }
}
"""


def test_resources_take_region_account_and_tags_from_their_provider(tmp_path: Path) -> None:
    source = (
        PROVIDERS
        + """
    resource "aws_sns_topic" "here" { tags = { Name = "x" } }
    resource "aws_sns_topic" "there" { provider = aws.west }
    """
    )

    found = graph(tmp_path, source)
    here, there = found.get("aws_sns_topic.here"), found.get("aws_sns_topic.there")

    assert here is not None
    assert there is not None
    assert (here.region, here.account, here.attributes["tags_all"]) == (
        "eu-central-1",
        "",
        {"Owner": "platform", "Name": "x"},
    )
    assert (there.region, there.account) == ("us-west-2", "123456789012")


def test_providers_are_passed_to_modules(tmp_path: Path) -> None:
    files = {
        "main.tf": PROVIDERS
        + 'module "m" {\n  source = "./m"\n  name = "n"\n  providers = { aws = aws.west }\n}\n'
        + 'module "n" {\n  source = "./m"\n  name = "n"\n}\n',
        "m/main.tf": NAMED,
    }

    regions = {topic.address: topic.region for topic in graph(tmp_path, files).of_type("aws_sns_topic")}

    assert regions == {"module.m.aws_sns_topic.t": "us-west-2", "module.n.aws_sns_topic.t": "eu-central-1"}


def test_the_region_of_the_provider_decides_region_and_partition(tmp_path: Path) -> None:
    source = """
    provider "aws" { region = "cn-north-1" }
    data "aws_region" "r" {}
    data "aws_partition" "p" {}
    data "aws_caller_identity" "me" {}
    locals { it = [data.aws_region.r.name, data.aws_partition.p.partition, data.aws_caller_identity.me.account_id] }
    """

    region, partition, account = value(tmp_path, source)

    assert (region, partition) == ("cn-north-1", "aws-cn")
    assert account.refs == ("data.aws_caller_identity.me.account_id",)
