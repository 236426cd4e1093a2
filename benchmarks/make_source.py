"""Writes Terraform source of a given size: modules, locals, references and companions, as real code has them."""

from pathlib import Path

MODULE = """\
variable "name" { type = string }
variable "encrypt" {
  type    = bool
  default = true
}

locals {
  tags = { Name = var.name, Service = "billing" }
}

resource "aws_s3_bucket" "this" {
  bucket = "${var.name}-data"
  tags   = local.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_db_instance" "this" {
  identifier              = var.name
  engine                  = "postgres"
  instance_class          = "db.t3.medium"
  storage_encrypted       = var.encrypt
  backup_retention_period = 14
  tags                    = merge(local.tags, { Tier = "data" })
}

resource "aws_security_group" "this" {
  name = var.name
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}

resource "aws_iam_policy" "this" {
  name = var.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "${aws_s3_bucket.this.arn}/*" }]
  })
}
"""
PER_MODULE = MODULE.count('resource "')


def write_source(folder: Path, resources: int) -> None:
    """A root of about `resources` resources: one plain volume, and calls of one module for the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ['resource "aws_ebs_volume" "one" {\n  availability_zone = "eu-west-1a"\n  size = 10\n}\n']
    calls = (resources - 1) // PER_MODULE
    if calls:
        (folder / "service").mkdir(exist_ok=True)
        (folder / "service" / "main.tf").write_text(MODULE, encoding="utf-8")
    lines += [f'module "s{n}" {{\n  source = "./service"\n  name   = "s{n}"\n}}\n' for n in range(calls)]
    (folder / "main.tf").write_text("\n".join(lines), encoding="utf-8")
