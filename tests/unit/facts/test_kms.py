"""Whose key a resource names."""

import msgspec
import pytest
from facts_building import fact, ref, resource

from cloudaudit.model import Origin, Unknown

ALIAS = "alias/aws/codebuild"
KEY = "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"


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


def test_an_empty_name_leaves_the_key_to_aws():
    assert fact("kms.alias_of_aws", resource("aws_codebuild_project.p", encryption_key="")) is True


def test_keys_of_one_resource_are_told_apart():
    left = fact(
        "kms.left_to_aws",
        resource("aws_db_instance.d", kms_key_id=KEY, performance_insights_kms_key_id="alias/aws/rds"),
    )

    assert left["kms_key_id"] is False
    assert left["performance_insights_kms_key_id"] is True


def test_a_state_does_not_say_whose_key_it_holds():
    volume = msgspec.structs.replace(resource("aws_ebs_volume.v", kms_key_id=KEY), origin=Origin.STATE)

    assert isinstance(fact("kms.left_to_aws", volume)["kms_key_id"], Unknown)


def test_a_key_of_the_same_state_is_ones_own():
    volume = msgspec.structs.replace(resource("aws_ebs_volume.v", kms_key_id=KEY), origin=Origin.STATE)

    assert fact("kms.left_to_aws", volume, resource("aws_kms_key.k", arn=KEY))["kms_key_id"] is False


def test_what_only_its_author_writes_is_ones_own_in_a_state_too():
    function = msgspec.structs.replace(resource("aws_lambda_function.f", kms_key_arn=KEY), origin=Origin.STATE)

    assert fact("kms.left_to_aws", function)["kms_key_arn"] is False


@pytest.mark.parametrize(("user", "expected"), [("aws_ebs_volume.v", True), ("aws_kms_alias.a", False)])
def test_a_disabled_key_is_in_use_if_something_is_encrypted_with_it(user, expected):
    name = {"aws_ebs_volume.v": "kms_key_id", "aws_kms_alias.a": "target_key_id"}[user]
    key = resource("aws_kms_key.k", is_enabled=False)

    assert fact("kms.in_use", key, resource(user, **{name: ref("aws_kms_key.k.arn")})) is expected


@pytest.mark.parametrize(("name", "expected"), [(KEY, True), ("alias/aws/sns", True), ("", False), (None, False)])
def test_an_empty_text_names_no_key(name, expected):
    assert fact("kms.named", resource("aws_sns_topic.t", kms_master_key_id=name))["kms_master_key_id"] is expected
