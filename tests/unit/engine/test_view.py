"""What a rule sees of values that are set, unset and unknown, told by what it then says."""

from collections.abc import Callable
from typing import Any

import pytest
from engine_building import make

from cloudaudit.model import Finding, Origin, Unknown, Verdict

Judge = Callable[..., Finding | None]

UNKNOWN = Unknown(because="var.x has no value")


def verdict(judge: Judge, *resources: Any, **rule: Any) -> Verdict | None:
    finding = judge(*resources, **rule)
    return finding.verdict if finding else None


@pytest.mark.parametrize(
    ("attributes", "require", "expected"),
    [
        ({"storage_encrypted": True}, "resource.storage_encrypted == true", Verdict.PASS),
        ({}, "resource.storage_encrypted == false", Verdict.PASS),
        ({}, "resource.kms_key_id == null", Verdict.PASS),
        ({"kms_key_id": None}, "resource.kms_key_id == null", Verdict.PASS),
        ({}, "resource.enabled_cloudwatch_logs_exports == []", Verdict.PASS),
        ({}, "resource.tags == {}", Verdict.PASS),
        ({"storage_encrypted": UNKNOWN}, "resource.storage_encrypted == true", Verdict.UNKNOWN),
        ({"storage_encrypted": UNKNOWN}, "resource.storage_encrypted == true || resource.engine == null", Verdict.PASS),
        ({"tags": {"a": "1", "b": UNKNOWN}}, 'resource.tags["a"] == "1"', Verdict.UNKNOWN),
        ({"tags": UNKNOWN}, '"a" in resource.tags', Verdict.UNKNOWN),
        (
            {"vpc_security_group_ids": ["a", UNKNOWN]},
            'resource.vpc_security_group_ids.exists(g, g == "a")',
            Verdict.UNKNOWN,
        ),
        ({"vpc_security_group_ids": ["a", None]}, 'resource.vpc_security_group_ids == ["a"]', Verdict.PASS),
        ({}, 'resource.arn == "x"', Verdict.UNKNOWN),
        ({"backup_retention_period": "many"}, "resource.backup_retention_period >= 7", Verdict.UNKNOWN),
        ({"backup_retention_period": True}, "resource.backup_retention_period >= 7", Verdict.UNKNOWN),
        ({"backup_retention_period": 10**30}, "resource.backup_retention_period >= 7", Verdict.PASS),
        ({"storage_encrypted": ["x"]}, "resource.storage_encrypted == true", Verdict.UNKNOWN),
        ({"vpc_security_group_ids": "sg"}, "size(resource.vpc_security_group_ids) == 0", Verdict.UNKNOWN),
        ({"engine": "half \ud800 pair"}, 'resource.engine.startsWith("half")', Verdict.PASS),
        ({"engine": "Größe"}, 'resource.engine == "Größe"', Verdict.PASS),
    ],
)
def test_an_attribute_is_its_value_its_default_or_absent(
    judge: Judge, attributes: dict[str, Any], require: str, expected: Verdict
) -> None:
    assert verdict(judge, make("aws_db_instance", "main", **attributes), require=require) is expected


CREATED = Unknown(because="aws_kms_key.main.arn is known after apply", is_set=True)


@pytest.mark.parametrize(
    ("value", "require", "expected"),
    [
        (CREATED, "resource.kms_key_id != null", Verdict.PASS),
        (CREATED, "resource.kms_key_id == null", Verdict.FAIL),
        (CREATED, 'resource.kms_key_id != null && resource.kms_key_id != "alias/aws/rds"', Verdict.UNKNOWN),
        (UNKNOWN, "resource.kms_key_id != null", Verdict.UNKNOWN),
        ("key", "resource.kms_key_id != null", Verdict.PASS),
        (None, "resource.kms_key_id != null", Verdict.FAIL),
        (None, "resource.kms_key_id == null", Verdict.PASS),
        ("", "resource.kms_key_id != null", Verdict.FAIL),
        (None, 'resource.engine == null && "x.kms_key_id != null" != ""', Verdict.PASS),
    ],
)
def test_whether_it_is_set_may_be_known_where_the_value_is_not(
    judge: Judge, value: Any, require: str, expected: Verdict
) -> None:
    assert verdict(judge, make("aws_db_instance", "main", kms_key_id=value), require=require) is expected


def test_whether_it_is_set_is_known_inside_of_blocks_and_neighbours(judge: Judge) -> None:
    table = make("aws_dynamodb_table", "main", server_side_encryption=[{"kms_key_arn": CREATED}])
    group = make("aws_cloudwatch_log_group", "main", kms_key_id=CREATED)
    account = make("aws_account", "aws_account")

    inside = verdict(judge, table, require="resource.server_side_encryption.exists(s, s.kms_key_arn != null)")
    beside = verdict(
        judge,
        account,
        group,
        complete=True,
        require="related.groups.all(g, g.kms_key_id != null)",
        related="{groups: {type: aws_cloudwatch_log_group}}",
    )

    assert inside is beside is Verdict.PASS


ANY_OPEN = 'resource.ingress.exists(i, i.cidr_blocks.exists(c, c == "0.0.0.0/0"))'


@pytest.mark.parametrize(
    ("ingress", "expected"),
    [
        ([{"cidr_blocks": ["0.0.0.0/0"]}], Verdict.PASS),
        ([{"cidr_blocks": ["10.0.0.0/8"]}, {}], Verdict.FAIL),
        ([{"cidr_blocks": ["10.0.0.0/8"]}, {"cidr_blocks": UNKNOWN}], Verdict.UNKNOWN),
        ([{"cidr_blocks": ["0.0.0.0/0"]}, {"cidr_blocks": UNKNOWN}], Verdict.PASS),
        ([{"cidr_blocks": ["10.0.0.0/8"]}, UNKNOWN], Verdict.UNKNOWN),
        ([{"cidr_blocks": ["0.0.0.0/0"]}, UNKNOWN], Verdict.PASS),
        (UNKNOWN, Verdict.UNKNOWN),
        ([], Verdict.FAIL),
        ([None], Verdict.FAIL),
        (["text"], Verdict.UNKNOWN),
    ],
)
def test_in_a_list_of_blocks_only_what_is_unknown_is_absent(judge: Judge, ingress: Any, expected: Verdict) -> None:
    assert verdict(judge, make("aws_security_group", "main", ingress=ingress), require=ANY_OPEN) is expected


def test_the_number_of_blocks_is_unknown_when_one_may_not_exist(judge: Judge) -> None:
    maybe = make("aws_security_group", "main", ingress=[UNKNOWN])

    assert verdict(judge, maybe, require="size(resource.ingress) == 0") is Verdict.UNKNOWN
    assert verdict(judge, maybe, require="resource.ingress.exists(i, true)") is Verdict.UNKNOWN
    assert verdict(judge, maybe, require="resource.ingress != []") is Verdict.UNKNOWN
    assert verdict(judge, maybe, require="resource.ingress.all(i, true)") is Verdict.PASS


def test_what_aws_fills_in_is_there_once_a_state_shows_it(judge: Judge) -> None:
    import msgspec  # noqa: PLC0415

    bare = msgspec.structs.replace(make("aws_db_instance", "main"), origin=Origin.STATE)

    assert verdict(judge, bare, require="resource.arn == null") is Verdict.PASS


BUCKET = make("aws_s3_bucket", "main")
VERSIONED = (
    'related.versioning.exists(v, v.versioning_configuration.exists(c, c.status == "Enabled"))',
    "{versioning: {type: aws_s3_bucket_versioning, by: bucket}}",
)


def versioning(name: str, bucket: Any, status: Any) -> Any:
    return make("aws_s3_bucket_versioning", name, bucket=bucket, versioning_configuration=[{"status": status}])


OURS = Unknown(because="known after apply", refs=("aws_s3_bucket.main.id",))


@pytest.mark.parametrize(
    ("companions", "expected"),
    [
        ([], Verdict.FAIL),
        ([versioning("v", OURS, "Enabled")], Verdict.PASS),
        ([versioning("v", OURS, "Suspended")], Verdict.FAIL),
        ([versioning("v", OURS, UNKNOWN)], Verdict.UNKNOWN),
        ([versioning("v", UNKNOWN, "Enabled")], Verdict.UNKNOWN),
        ([versioning("v", OURS, "Enabled"), versioning("w", UNKNOWN, "Suspended")], Verdict.PASS),
    ],
)
def test_a_neighbour_is_judged_like_a_block(judge: Judge, companions: list[Any], expected: Verdict) -> None:
    require, related = VERSIONED

    assert verdict(judge, BUCKET, *companions, require=require, related=related) is expected


def test_whether_there_is_any_neighbour_is_unknown_while_one_may_be_missing(judge: Judge) -> None:
    rule = {"require": "related.versioning.exists(v, true)", "related": VERSIONED[1]}

    assert verdict(judge, BUCKET, **rule) is Verdict.FAIL
    assert verdict(judge, BUCKET, versioning("v", UNKNOWN, "Enabled"), **rule) is Verdict.UNKNOWN
    assert verdict(judge, BUCKET, versioning("v", OURS, "Enabled"), **rule) is Verdict.PASS


def test_what_an_account_must_have_is_unknown_until_the_scope_is_complete(judge: Judge) -> None:
    trail = make("aws_cloudtrail", "main", is_multi_region_trail=True)
    rule = {
        "require": "related.trails.exists(t, t.is_multi_region_trail == true)",
        "related": "{trails: {type: aws_cloudtrail}}",
    }
    account = make("aws_account", "aws_account")

    assert verdict(judge, account, **rule) is Verdict.UNKNOWN
    assert verdict(judge, account, trail, **rule) is Verdict.PASS
    assert verdict(judge, account, complete=True, **rule) is Verdict.FAIL


def test_a_relation_may_start_from_another(judge: Judge) -> None:
    group = make("aws_security_group", "db")
    group_id = Unknown(because="known after apply", refs=("aws_security_group.db.id",))
    opening = make("aws_security_group_rule", "open", security_group_id=group_id, cidr_blocks=["0.0.0.0/0"])
    database = make("aws_db_instance", "main", vpc_security_group_ids=[group_id])
    rule = {
        "require": '!related.openings.exists(r, r.cidr_blocks.exists(c, c == "0.0.0.0/0"))',
        "related": "{groups: {type: aws_security_group, via: vpc_security_group_ids},"
        " openings: {type: aws_security_group_rule, by: security_group_id, of: groups}}",
    }

    assert verdict(judge, database, group, opening, **rule) is Verdict.FAIL
    assert verdict(judge, database, group, **rule) is Verdict.PASS
    elsewhere = make("aws_db_instance", "main", vpc_security_group_ids=[UNKNOWN])
    assert verdict(judge, elsewhere, group, **rule) is Verdict.UNKNOWN


def test_what_one_of_several_types_lacks_is_unset_there(judge: Judge) -> None:
    key = make("aws_kms_key", "main", enable_key_rotation=True)
    rule = {
        "require": "related.keys.all(k, k.enable_key_rotation == true || k.primary_key_arn != null)",
        "related": "{keys: {type: [aws_kms_key, aws_kms_replica_key], via: kms_key_id}}",
    }
    ours = Unknown(because="known after apply", refs=("aws_kms_key.main.arn",))

    assert verdict(judge, make("aws_db_instance", "main", kms_key_id=ours), key, **rule) is Verdict.PASS
