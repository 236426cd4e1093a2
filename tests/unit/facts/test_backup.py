import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource
from msgspec.structs import replace

VOLUME = resource("aws_ebs_volume.data", tags_all={"Backup": "daily", "Team": "shop"})


def selected(selection, subject=VOLUME):
    return fact("backup.selected", subject, resource("aws_backup_selection.s", **selection))


def tag(key, value):
    return {"selection_tag": [{"type": "STRINGEQUALS", "key": key, "value": value}]}


def test_nothing_selects_it():
    assert fact("backup.selected", VOLUME) is False


@pytest.mark.parametrize(
    "selection",
    [
        {"resources": [ref("aws_ebs_volume.data.arn")]},
        {"resources": ["*"]},
        {"resources": ["arn:aws:ec2:*:*:volume/*"]},
        tag("Backup", "daily"),
        {"resources": ["*"], "condition": [{"string_equals": [{"key": "aws:ResourceTag/Team", "value": "shop"}]}]},
        {"resources": ["*"], "condition": [{"string_like": [{"key": "aws:ResourceTag/Team", "value": "s*"}]}]},
    ],
)
def test_a_selection_that_covers_it(selection):
    assert selected(selection) is True


@pytest.mark.parametrize(
    "selection",
    [
        {"resources": [ref("aws_ebs_volume.other.arn")]},
        {"resources": ["arn:aws:dynamodb:*:*:table/*"]},
        tag("Backup", "weekly"),
        tag("Missing", "daily"),
        {"resources": ["*"], "not_resources": [ref("aws_ebs_volume.data.arn")]},
        {"resources": ["*"], "condition": [{"string_not_equals": [{"key": "aws:ResourceTag/Team", "value": "shop"}]}]},
    ],
)
def test_a_selection_that_does_not(selection):
    assert selected(selection) is False


@pytest.mark.parametrize(
    "selection",
    [
        {"resources": [ELSEWHERE]},
        {"resources": ELSEWHERE},
        {"resources": [ref("data.aws_ebs_volume.found.arn")]},
        {"resources": ["arn:aws:ec2:eu-central-1:111122223333:volume/vol-0123456789abcdef0"]},
        tag("Backup", ELSEWHERE),
        {"selection_tag": ELSEWHERE},
        {"resources": ["*"], "condition": ELSEWHERE},
    ],
)
def test_a_selection_that_may(selection):
    assert is_unknown(selected(selection))


def test_a_lifecycle_policy_takes_snapshots_of_volumes_with_its_tag():
    def taken(**more):
        details = {"resource_types": ["VOLUME"], "target_tags": {"Backup": "daily"}}
        return fact("backup.selected", VOLUME, resource("aws_dlm_lifecycle_policy.p", policy_details=[details | more]))

    assert taken() is True
    assert taken(target_tags={"Backup": "no"}) is False
    assert taken(resource_types=["INSTANCE"]) is False
    assert is_unknown(taken(target_tags=ELSEWHERE))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:rds:*:*:cluster:shop", True),
        ("arn:aws:rds:*:*:cluster:sh*", True),
        ("arn:aws:rds:eu-central-1:*:cluster:*", True),
        ("arn:aws:*:*:*:*", True),
        ("arn:aws:rds:eu-west-1:*:cluster:*", False),
        ("arn:aws:rds:*:*:cluster:blog", False),
        ("arn:aws:rds:*:*:db:*", False),
    ],
)
def test_patterns_of_arns_meet_region_kind_and_name(pattern, expected):
    cluster = resource("aws_rds_cluster.main", cluster_identifier="shop", _region="eu-central-1")

    assert selected({"resources": [pattern]}, cluster) is expected


def test_a_name_that_is_not_known_may_be_the_one_in_a_pattern():
    cluster = resource("aws_rds_cluster.main", cluster_identifier=ELSEWHERE)

    assert is_unknown(selected({"resources": ["arn:aws:rds:*:*:cluster:shop"]}, cluster))
    assert selected({"resources": ["arn:aws:rds:*:*:cluster:*"]}, cluster) is True


@pytest.mark.parametrize(("region", "expected"), [("us-east-1", True), ("eu-west-1", False), ("", True)])
def test_a_selection_covers_its_own_region(region, expected):
    volume = replace(VOLUME, region="us-east-1")
    selection = replace(resource("aws_backup_selection.s", **tag("Backup", "daily")), region=region)

    assert fact("backup.selected", volume, selection) is expected


def test_what_a_module_named_data_makes_is_no_data_source():
    assert selected({"resources": [ref("module.data.aws_ebs_volume.other.arn")]}) is False
    assert is_unknown(selected({"resources": [ref("module.shop.data.aws_ebs_volume.found.arn")]}))
