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
          plain   = "a"
          joined  = "a-${var.x}-b"
          nested  = { k = ["b", var.x], (var.x) = "c" }
          call    = jsonencode({ k = "d" })
          alone   = "${upper("e")}"
          number  = 7
          other   = var.x
        }
        resource "aws_sqs_queue" "q" {}
        """,
    )

    assert found == {
        ("local.plain", "local"): {"plain": "a"},
        ("local.joined", "local"): {"joined": {"text": "a-${}-b"}},
        ("local.nested", "local"): {"nested": {"k": ["b"]}},
        ("local.call", "local"): {"call": [{"k": "d"}]},
        ("local.alone", "local"): {"alone": ["e"]},
    }


def test_foreign_resources_and_provisioners_are_places(tmp_path):
    found = written(
        tmp_path,
        """
        resource "helm_release" "h" {
          name = "x"
          set {
            name  = "a"
            value = "b"
          }
        }
        resource "helm_release" "d" {
          dynamic "set" {
            for_each = [{ name = "a", value = "b" }]
            content {
              name  = set.value.name
              value = "c"
            }
          }
        }
        resource "aws_instance" "i" {
          ami = "ami-1"
          provisioner "local-exec" {
            command = "true"
            connection {
              host = "h"
            }
          }
        }
        """,
    )

    assert found == {
        ("helm_release.h", "resource"): {"name": "x", "set": [{"name": "a", "value": "b"}]},
        ("helm_release.d", "resource"): {"set": [{"name": "a", "value": "b"}, {"value": "c"}]},
        ("aws_instance.i", "provisioner"): {"provisioner": [{"command": "true", "connection": [{"host": "h"}]}]},
    }
