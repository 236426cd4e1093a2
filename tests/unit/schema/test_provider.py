import gzip
import json
from pathlib import Path

import pytest

from cloudaudit.schema import defaults, generate, provider, resource_schema, resource_types

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / ".." / "shared" / "terraform" / "schema", ROOT / "fixtures" / "schema")


def test_a_type_tells_its_attributes_and_blocks():
    schema = resource_schema("aws_db_instance")

    assert schema is not None
    assert schema.attributes["storage_encrypted"].type == "bool"
    assert schema.attributes["password"].sensitive
    assert schema.attributes["arn"].computed
    assert not schema.attributes["arn"].optional
    assert schema.blocks["restore_to_point_in_time"].max == 1


def test_an_unknown_type_has_no_schema():
    assert resource_schema("aws_no_such_thing") is None
    assert defaults("aws_no_such_thing") == {}


def test_a_type_is_read_once():
    assert resource_schema("aws_vpc") is resource_schema("aws_vpc")


def test_both_dialects_are_accepted():
    assert resource_schema("aws_s3_bucket_versioning") is not None
    assert resource_schema("aws_s3_bucket").find("versioning.0.enabled").type == "bool"
    assert resource_schema("aws_db_instance").find("name").type == "string"
    assert resource_schema("aws_redshift_cluster").find("logging.enable") is not None


def test_types_of_git_hosts_are_there():
    assert resource_schema("github_branch_protection").find("required_pull_request_reviews.dismiss_stale_reviews")
    assert resource_schema("gitlab_project_variable").attributes["value"].sensitive


@pytest.mark.parametrize("path", ["nothing", "versioning.nothing", "versioning.enabled.deeper", "bucket.deeper"])
def test_a_path_that_leads_nowhere_finds_nothing(path):
    assert resource_schema("aws_s3_bucket").find(path) is None


def test_unset_reads_as_the_default_or_as_empty():
    schema = resource_schema("aws_db_instance")

    assert schema.attributes["publicly_accessible"].unset is False
    assert schema.attributes["kms_key_id"].unset is None
    assert schema.attributes["enabled_cloudwatch_logs_exports"].unset == []
    assert schema.attributes["tags"].unset == {}
    assert schema.blocks["restore_to_point_in_time"].unset == []


def test_defaults_reach_into_blocks():
    found = defaults("aws_eks_cluster")

    assert found["vpc_config.endpoint_public_access"] is True
    assert found["vpc_config.public_access_cidrs"] == ["0.0.0.0/0"]


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        ("aws_ebs_volume", "encrypted"),
        ("aws_instance", "root_block_device.encrypted"),
        ("aws_instance", "metadata_options.http_tokens"),
        ("aws_redshift_cluster", "publicly_accessible"),
        ("aws_redshift_cluster", "encrypted"),
        ("aws_rds_cluster", "storage_encrypted"),
        ("aws_sqs_queue", "sqs_managed_sse_enabled"),
        ("aws_s3_bucket", "acl"),
    ],
)
def test_what_aws_or_the_account_decides_has_no_default(type_, path):
    assert resource_schema(type_).find(path) is not None
    assert path not in defaults(type_)


def test_an_empty_string_is_never_a_default():
    assert not [(type_, path) for type_ in resource_types() for path, value in defaults(type_).items() if value == ""]


def test_a_default_has_the_type_of_its_attribute():
    python = {"string": str, "bool": bool, "number": (int, float)}
    wrong = [
        (type_, path, value)
        for type_ in resource_types()
        for path, value in defaults(type_).items()
        if isinstance(kind := resource_schema(type_).find(path).type, str)
        and kind in python
        and not isinstance(value, python[kind])
    ]

    assert wrong == []


def test_every_correction_says_why():
    entries = generate.corrections()

    assert list(entries) == sorted(entries)
    assert [path for paths in entries.values() for path, entry in paths.items() if len(entry.get("why", "")) < 8] == []


def test_the_data_file_is_small():
    assert Path(provider.__file__).with_name(provider.DATA).stat().st_size < 400_000


def test_the_data_file_is_what_the_generator_writes():
    if not all(folder.is_dir() for folder in SOURCES):
        pytest.skip("the schemas of the providers are not here")

    assert generate.pack(generate.schemas(*SOURCES)) == Path(provider.__file__).with_name(provider.DATA).read_bytes()


def test_an_older_provider_adds_what_the_newer_one_dropped(tmp_path):
    old = {"attributes": {"kept": {"type": "string"}, "gone": {"type": "bool", "optional": True}}, "blocks": {}}
    new = {"attributes": {"kept": {"type": "dynamic"}}, "blocks": {}}
    for version, block in (("9.0.0", old), ("10.0.0", new)):
        document = json.dumps({"resources": {"x_thing": block}}).encode()
        (tmp_path / f"x-{version}.json.gz").write_bytes(gzip.compress(document))

    merged = generate.merged(tmp_path)["x_thing"]["attributes"]

    assert merged == {"kept": {"type": "string"}, "gone": {"type": "bool", "optional": True}}
