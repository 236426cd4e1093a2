from typing import Any

import pytest

from cloudaudit.model import Location, Origin, Resource, Unknown
from cloudaudit.schema import expand, expand_all, normalise, resource_schema
from cloudaudit.schema.splits import SEPARATE, SPLITS

UNKNOWN = Unknown(because="var.x has no value")
HERE = Location("main.tf", 1)


def resource(type_: str, attributes: dict[str, Any], *, name: str = "it", **more: Any) -> Resource:
    address = f"{type_}.{name}"
    fields = {"key": address, "name": name, "address": address, "origin": Origin.SOURCE} | more
    return Resource(type=type_, attributes=normalise(type_, attributes), **fields)


def companions(attributes: dict[str, Any], type_: str = "aws_s3_bucket", **more: Any) -> list[Resource]:
    return expand(resource(type_, attributes, **more))[1:]


def only(attributes: dict[str, Any], type_: str = "aws_s3_bucket", **more: Any) -> dict[str, Any]:
    (found,) = companions(attributes, type_, **more)
    return {name: value for name, value in found.attributes.items() if name != SEPARATE[found.type][0]}


@pytest.mark.parametrize(
    ("inline", "expected"),
    [
        ({"enabled": True}, {"status": "Enabled", "mfa_delete": "Disabled"}),
        ({"enabled": True, "mfa_delete": True}, {"status": "Enabled", "mfa_delete": "Enabled"}),
        ({"enabled": False}, {"status": "Suspended", "mfa_delete": "Disabled"}),
        ({}, {"status": "Suspended", "mfa_delete": "Disabled"}),
        ({"enabled": UNKNOWN}, {"status": UNKNOWN, "mfa_delete": "Disabled"}),
    ],
)
def test_versioning_becomes_a_status(inline, expected):
    assert only({"versioning": inline}) == {"versioning_configuration": [expected]}


def test_a_block_that_may_not_be_there_becomes_an_unknown_configuration():
    assert only({"versioning": UNKNOWN}) == {"versioning_configuration": UNKNOWN}
    assert only({"logging": UNKNOWN}) == {"target_bucket": UNKNOWN, "target_prefix": UNKNOWN}
    assert only({"server_side_encryption_configuration": UNKNOWN}) == {"rule": UNKNOWN}


def test_the_address_of_what_may_not_be_there_says_so():
    found = {each.address for each in companions({"logging": UNKNOWN, "versioning": [UNKNOWN], "acl": UNKNOWN})}

    assert found == {"aws_s3_bucket.it/logging[?]", "aws_s3_bucket.it/versioning", "aws_s3_bucket.it/acl[?]"}
    referring = Unknown(because="known after apply", refs=("aws_s3_bucket.logs.id",))
    assert [each.address for each in companions({"logging": referring, "policy": referring})] == [
        "aws_s3_bucket.it/logging[?]",
        "aws_s3_bucket.it/policy",
    ]
    (logging,) = companions({"logging": [{"enable": UNKNOWN}]}, "aws_redshift_cluster")
    assert logging.address == "aws_redshift_cluster.it/logging[?]"


def test_encryption_keeps_its_rules():
    rule = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}

    assert only({"server_side_encryption_configuration": {"rule": rule}}) == {"rule": [rule]}


def test_logging_becomes_attributes():
    assert only({"logging": {"target_bucket": "logs"}}) == {"target_bucket": "logs"}


def test_lifecycle_rules_take_the_newer_names():
    old = {
        "id": "expire",
        "enabled": True,
        "prefix": "logs/",
        "tags": {"a": "b"},
        "abort_incomplete_multipart_upload_days": 7,
        "expiration": {"days": 400},
        "noncurrent_version_expiration": {"days": 90},
        "noncurrent_version_transition": [{"days": 30, "storage_class": "GLACIER"}],
    }

    assert only({"lifecycle_rule": old}) == {
        "rule": [
            {
                "id": "expire",
                "status": "Enabled",
                "filter": [{"and": [{"prefix": "logs/", "tags": {"a": "b"}}]}],
                "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
                "expiration": [{"days": 400}],
                "noncurrent_version_expiration": [{"noncurrent_days": 90}],
                "noncurrent_version_transition": [{"noncurrent_days": 30, "storage_class": "GLACIER"}],
            }
        ]
    }


def test_a_lifecycle_rule_without_prefix_is_about_all_objects():
    assert only({"lifecycle_rule": {"enabled": False}})["rule"] == [{"status": "Disabled", "filter": [{}]}]


def test_grants_become_one_grant_for_each_permission():
    everyone = "http://acs.amazonaws.com/groups/global/AllUsers"
    grant = {"type": "Group", "permissions": ["READ", "WRITE"], "uri": everyone}

    (policy,) = only({"grant": grant})["access_control_policy"]

    assert policy["grant"] == [
        {"permission": word, "grantee": [{"type": "Group", "uri": everyone}]} for word in ("READ", "WRITE")
    ]


def test_replication_takes_the_newer_names():
    rule = {
        "id": "all",
        "status": "Enabled",
        "destination": {"bucket": "arn:aws:s3:::copy", "account_id": "1", "replica_kms_key_id": "key"},
        "source_selection_criteria": {"sse_kms_encrypted_objects": {"enabled": True}},
    }

    found = only({"replication_configuration": {"role": "arn", "rules": [rule]}})

    assert found["role"] == "arn"
    assert found["rule"] == [
        {
            "id": "all",
            "status": "Enabled",
            "destination": [
                {
                    "bucket": "arn:aws:s3:::copy",
                    "account": "1",
                    "encryption_configuration": [{"replica_kms_key_id": "key"}],
                }
            ],
            "source_selection_criteria": [{"sse_kms_encrypted_objects": [{"status": "Enabled"}]}],
        }
    ]


@pytest.mark.parametrize(
    ("inline", "type_", "expected"),
    [
        ({"acl": "public-read"}, "acl", {"acl": "public-read"}),
        ({"policy": "{}"}, "policy", {"policy": "{}"}),
        (
            {"cors_rule": {"allowed_methods": ["GET"]}},
            "cors_configuration",
            {"cors_rule": [{"allowed_methods": ["GET"]}]},
        ),
        ({"request_payer": "Requester"}, "request_payment_configuration", {"payer": "Requester"}),
        ({"acceleration_status": "Enabled"}, "accelerate_configuration", {"status": "Enabled"}),
        ({"website": {"index_document": "i"}}, "website_configuration", {"index_document": [{"suffix": "i"}]}),
        (
            {"object_lock_configuration": {"object_lock_enabled": "Enabled"}},
            "object_lock_configuration",
            {"object_lock_enabled": "Enabled"},
        ),
    ],
)
def test_each_inline_argument_has_its_companion(inline, type_, expected):
    (found,) = companions(inline)

    assert found.type == f"aws_s3_bucket_{type_}"
    assert {name: value for name, value in found.attributes.items() if name != "bucket"} == expected


@pytest.mark.parametrize(
    "inline", [{"acl": "private"}, {"request_payer": "BucketOwner"}, {"versioning": []}, {"policy": ""}]
)
def test_what_a_bucket_has_anyway_becomes_nothing(inline):
    assert companions(inline) == []


def test_a_companion_is_keyed_by_its_parent_and_refers_to_it():
    (found,) = companions({"versioning": {"enabled": True}}, key="prod:aws_s3_bucket.it")

    assert (found.key, found.address) == ("prod:aws_s3_bucket.it/versioning", "aws_s3_bucket.it/versioning")
    assert found.attributes["bucket"].refs == ("aws_s3_bucket.it.id",)


def test_a_companion_is_found_where_the_inline_block_stands():
    places = {
        "versioning": Location("main.tf", 4),
        "versioning.0": Location("main.tf", 4),
        "versioning.0.enabled": Location("main.tf", 5),
        "bucket": Location("main.tf", 2),
    }

    (found,) = companions({"versioning": {"enabled": True}}, location=HERE, places=places)

    assert found.location == Location("main.tf", 4)
    assert found.locate("versioning_configuration.0.status") == Location("main.tf", 5)
    assert found.locate("bucket") == Location("main.tf", 4)


def test_a_sensitive_argument_stays_sensitive():
    (found,) = companions({"policy": "{}"}, sensitive=frozenset({"policy", "tags"}))
    (logging,) = companions({"logging": {"target_bucket": "b"}}, sensitive=frozenset({"logging"}))

    assert found.sensitive == {"policy"}
    assert logging.sensitive == {"target_bucket"}


def test_what_a_plan_leaves_to_aws_was_not_set_by_the_author():
    computed = Unknown(because="known after apply")
    referring = Unknown(because="known after apply", refs=("aws_s3_bucket.logs.id",))

    assert companions({"versioning": computed, "acl": computed}, origin=Origin.PLAN) == []
    assert only({"acl": referring}, origin=Origin.PLAN) == {"acl": referring}
    assert only({"acl": UNKNOWN}, origin=Origin.SOURCE) == {"acl": UNKNOWN}


@pytest.mark.parametrize(
    "bucket", ["logs", Unknown(because="known after apply", refs=("aws_s3_bucket.it.id",))], ids=["name", "reference"]
)
def test_a_separate_resource_wins_over_what_is_read_back_inline(bucket):
    parent = resource("aws_s3_bucket", {"bucket": "logs", "versioning": {"enabled": False}}, origin=Origin.STATE)
    separate = resource("aws_s3_bucket_versioning", {"bucket": bucket}, origin=Origin.STATE)

    assert expand_all([parent, separate]) == [parent, separate]


def test_the_separate_resource_of_another_bucket_wins_nothing():
    parent = resource("aws_s3_bucket", {"bucket": "logs", "versioning": {"enabled": False}})
    separate = resource("aws_s3_bucket_versioning", {"bucket": "other"})

    assert [found.type for found in expand_all([parent, separate])][2:] == ["aws_s3_bucket_versioning"]


def test_inline_policies_of_a_role_become_role_policies():
    policies = [{"name": "read", "policy": "{}"}, {"name": UNKNOWN, "policy": "{}"}, {"name": "", "policy": ""}]

    found = companions({"name": "app", "inline_policy": policies}, "aws_iam_role")

    assert [each.key for each in found] == ["aws_iam_role.it/inline_policy/read", "aws_iam_role.it/inline_policy/1"]
    assert {each.type for each in found} == {"aws_iam_role_policy"}
    assert found[0].attributes["policy"] == "{}"


def test_managed_policies_of_a_role_become_attachments():
    arns = ["arn:aws:iam::aws:policy/AdministratorAccess", UNKNOWN]

    found = companions({"managed_policy_arns": arns}, "aws_iam_role")

    assert [each.attributes["policy_arn"] for each in found] == arns
    assert {each.type for each in found} == {"aws_iam_role_policy_attachment"}


def test_a_policy_attached_separately_is_counted_once():
    parent = resource("aws_iam_role", {"name": "app", "managed_policy_arns": ["arn:a", "arn:b"]})
    attachment = resource("aws_iam_role_policy_attachment", {"role": "app", "policy_arn": "arn:a"})

    added = expand_all([parent, attachment])[2:]

    assert [each.attributes["policy_arn"] for each in added] == ["arn:b"]


def test_a_separate_resource_stands_for_the_bucket_that_it_names_not_for_another_of_that_name():
    inline = resource("aws_s3_bucket", {"bucket": "logs", "acl": "public-read"}, name="a")
    other = resource("aws_s3_bucket", {"bucket": "logs"}, name="b")
    separate = resource("aws_s3_bucket_acl", {"bucket": "logs", "acl": "private"}, named={"bucket": other.address})

    assert "aws_s3_bucket.a/acl" in {each.address for each in expand_all([inline, other, separate])}


def test_redshift_logging_counts_only_when_enabled():
    block = {"enable": True, "bucket_name": "logs"}

    assert only({"logging": block}, "aws_redshift_cluster") == {"bucket_name": "logs"}
    assert companions({"logging": block | {"enable": False}}, "aws_redshift_cluster") == []
    assert only({"logging": block | {"enable": UNKNOWN}}, "aws_redshift_cluster")["bucket_name"] == UNKNOWN


def test_rotation_of_a_secret_becomes_a_resource():
    inline = {"rotation_lambda_arn": "arn", "rotation_rules": {"automatically_after_days": 30}}

    assert only(inline, "aws_secretsmanager_secret") == {
        "rotation_lambda_arn": "arn",
        "rotation_rules": [{"automatically_after_days": 30}],
    }


def test_a_resource_without_inline_arguments_is_alone():
    parent = resource("aws_vpc", {"cidr_block": "10.0.0.0/8"})

    assert expand(parent) == [parent]
    assert expand_all([parent]) == [parent]


def test_all_names_in_the_tables_are_in_the_schema():
    for type_, split in SPLITS.items():
        schema = resource_schema(type_)
        assert [name for name in (*split.inline, *split.names) if schema.find(name) is None] == []
    for type_, (parent, distinct) in SEPARATE.items():
        schema = resource_schema(type_)
        assert schema.find(parent), type_
        assert not distinct or schema.find(distinct), type_
