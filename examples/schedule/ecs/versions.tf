# A nightly audit on Fargate. It wants a VPC with private subnets whose way out is a NAT gateway or a proxy, the image in a
# registry, a PostgreSQL for the history, and the audit role in every account (docs/schedule.md).
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0, < 7.0"
    }
  }

  # Put the state where it is encrypted, versioned and locked: name a bucket of yours.
  backend "s3" {
    bucket       = "example-terraform-state"
    region       = "eu-central-1"
    key          = "cloudaudit/nightly.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Application         = "cloudaudit"
      Environment         = "prod"
      Owner               = var.owner
      data-classification = "confidential"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
