import pytest

from cloudaudit.model import Unknown
from cloudaudit.schema import normalise

UNKNOWN = Unknown(because="var.x has no value")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"storage_encrypted": "true"}, {"storage_encrypted": True}),
        ({"storage_encrypted": "0"}, {"storage_encrypted": False}),
        ({"storage_encrypted": "yes"}, {"storage_encrypted": "yes"}),
        ({"storage_encrypted": 1}, {"storage_encrypted": 1}),
        ({"backup_retention_period": "7"}, {"backup_retention_period": 7}),
        ({"backup_retention_period": "7.5"}, {"backup_retention_period": 7.5}),
        ({"backup_retention_period": "1e1"}, {"backup_retention_period": 10}),
        ({"backup_retention_period": 7.0}, {"backup_retention_period": 7}),
        ({"backup_retention_period": "1_000"}, {"backup_retention_period": "1_000"}),
        ({"backup_retention_period": "1e999999999"}, {"backup_retention_period": "1e999999999"}),
        ({"engine_version": 14}, {"engine_version": "14"}),
        ({"engine_version": 14.0}, {"engine_version": "14"}),
        ({"engine_version": 5.7}, {"engine_version": "5.7"}),
        ({"engine_version": True}, {"engine_version": "true"}),
        ({"vpc_security_group_ids": [1, "sg-2"]}, {"vpc_security_group_ids": ["1", "sg-2"]}),
        ({"tags": {"cost": 5}}, {"tags": {"cost": "5"}}),
    ],
)
def test_values_take_the_type_of_the_schema_and_nothing_is_invented(given, expected):
    result = normalise("aws_db_instance", given)

    assert result == expected
    assert [type(value) for value in result.values()] == [type(value) for value in expected.values()]


def test_null_and_an_empty_optional_string_are_unset():
    assert normalise("aws_db_instance", {"kms_key_id": None, "db_name": "", "instance_class": ""}) == {
        "instance_class": ""
    }


def test_an_empty_string_in_a_map_or_a_list_stays():
    given = {"tags": {"note": ""}, "vpc_security_group_ids": [""]}

    assert normalise("aws_db_instance", given) == given


@pytest.mark.parametrize("written", [{"enabled": "true"}, [{"enabled": True, "mfa_delete": None}]])
def test_a_block_is_a_list_of_dicts_however_it_is_written(written):
    assert normalise("aws_s3_bucket", {"versioning": written}) == {"versioning": [{"enabled": True}]}


def test_a_single_nested_block_is_a_list_too():
    given = {"timeouts": {"create": "5m"}}

    assert normalise("aws_db_instance", given) == {"timeouts": [{"create": "5m"}]}


def test_blocks_are_converted_at_every_depth():
    rule = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}, "bucket_key_enabled": "true"}

    result = normalise("aws_s3_bucket", {"server_side_encryption_configuration": {"rule": rule}})

    inner = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}], "bucket_key_enabled": True}
    assert result == {"server_side_encryption_configuration": [{"rule": [inner]}]}


@pytest.mark.parametrize(
    "attributes",
    [
        {"versioning": UNKNOWN},
        {"versioning": [UNKNOWN]},
        {"versioning": [{"enabled": UNKNOWN}]},
        {"tags": UNKNOWN},
        {"tags": {"env": UNKNOWN}},
        {"bucket": UNKNOWN},
        {"cors_rule": [{"allowed_methods": [UNKNOWN, "GET"]}]},
    ],
)
def test_unknown_values_stay_where_they_are(attributes):
    assert normalise("aws_s3_bucket", attributes) == attributes


def test_a_boolean_that_the_provider_keeps_as_a_string_reads_as_a_boolean():
    assert normalise("aws_redshift_cluster", {"encrypted": "true"}) == {"encrypted": True}


def test_an_unknown_type_passes_through():
    given = {"anything": None, "value": "7", "list": {"a": 1}}

    assert normalise("random_thing", given) == given


def test_an_attribute_that_no_schema_has_passes_through():
    given = {"brand_new": {"a": "7"}, "lifecycle": [{"prevent_destroy": True}]}

    assert normalise("aws_db_instance", given) == given


def test_what_was_given_is_not_changed():
    given = {"versioning": [{"enabled": "true"}]}

    normalise("aws_s3_bucket", given)

    assert given == {"versioning": [{"enabled": "true"}]}
