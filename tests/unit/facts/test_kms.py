"""Whose key a resource names."""

import pytest
from facts_building import fact, resource

from cloudaudit.model import Unknown

ALIAS = "alias/aws/codebuild"


@pytest.mark.parametrize("name", [ALIAS, f"arn:aws:kms:eu-central-1:111111111111:{ALIAS}"])
def test_aliases_of_aws_are_told_by_name(name):
    assert fact("kms.alias_of_aws", resource("aws_codebuild_project.p", encryption_key=name)) is True


@pytest.mark.parametrize("name", ["alias/shop", "alias/awsome", None, Unknown(because="a key of this change")])
def test_other_keys_are_none_of_aws(name):
    assert fact("kms.alias_of_aws", resource("aws_codebuild_project.p", encryption_key=name)) is False


def test_keys_are_found_in_blocks():
    store = [{"encryption_key": [{"id": "alias/aws/s3", "type": "KMS"}]}]

    assert fact("kms.alias_of_aws", resource("aws_codepipeline.p", artifact_store=store)) is True


def test_an_alias_of_which_only_the_start_is_known_may_be_one_of_aws():
    name = Unknown(because="var.alias has no value", prefix="alias/")

    assert isinstance(fact("kms.alias_of_aws", resource("aws_codebuild_project.p", encryption_key=name)), Unknown)
