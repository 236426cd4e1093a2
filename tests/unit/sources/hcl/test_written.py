from source_building import graph


def written(folder, source):
    return {
        (each.address, each.attributes["place"]): each.attributes["arguments"]
        for each in graph(folder, source).of_type("terraform_written")
    }


def test_constants_are_read_and_references_are_not(tmp_path):
    found = written(
        tmp_path,
        """
        variable "x" {}
        locals {
          key_plain   = "a"
          key_joined  = "a-${var.x}-b"
          key_nested  = { k = ["b", var.x], (var.x) = "c" }
          key_call    = jsonencode({ k = "d" })
          key_alone   = "${upper("e")}"
          number  = 7
          other   = var.x
        }
        resource "aws_sqs_queue" "q" {}
        """,
    )

    assert found == {
        ("local.key_plain", "local"): {"key_plain": "a"},
        ("local.key_joined", "local"): {"key_joined": {"text": "a-${}-b"}},
        ("local.key_nested", "local"): {"key_nested": {"k": ["b"]}},
        ("local.key_call", "local"): {"key_call": [{"k": "d"}]},
        ("local.key_alone", "local"): {"key_alone": ["e"]},
    }


def test_foreign_resources_and_provisioners_are_places(tmp_path):
    found = written(
        tmp_path,
        """
        resource "helm_release" "h" {
          name = "secrets"
          set {
            name  = "key"
            value = "b"
          }
        }
        resource "helm_release" "d" {
          dynamic "set" {
            for_each = [{ name = "key", value = "b" }]
            content {
              name  = set.value.name
              value = "c"
            }
          }
        }
        resource "aws_instance" "i" {
          ami = "ami-1"
          provisioner "local-exec" {
            command = "get-key"
            connection {
              host = "h"
            }
          }
        }
        """,
    )

    assert found == {
        ("helm_release.h", "resource"): {"name": "secrets", "set": [{"name": "key", "value": "b"}]},
        ("helm_release.d", "resource"): {"set": [{"name": "key", "value": "b"}, {"value": "c"}]},
        ("aws_instance.i", "provisioner"): {"provisioner": [{"command": "get-key", "connection": [{"host": "h"}]}]},
    }


def test_constants_without_any_hint_of_a_secret_are_left_out(tmp_path):
    assert written(tmp_path, 'locals { region = "eu-west-1" }\nresource "aws_sqs_queue" "q" {}\n') == {}


def test_an_argument_may_have_the_name_of_a_block(tmp_path):
    found = written(
        tmp_path,
        """
        resource "aws_sqs_queue" "q" {}
        resource "foreign_thing" "x" {
          token = "key-a"
          token {
            value = "key-b"
          }
        }
        """,
    )

    assert found == {("foreign_thing.x", "resource"): {"token": ["key-a", {"value": "key-b"}]}}
