"""Whether an attribute is set can be known where its value is not."""

import pytest

from cloudaudit.engine.cel import compile as compiled
from cloudaudit.engine.lens import Lens
from cloudaudit.model import Unknown

ARN = Unknown(because="aws_kms_key.k.arn is known after apply", refs=("aws_kms_key.k.arn",), is_set=True)
VARIABLE = Unknown(because="var.k has no value")


@pytest.mark.parametrize(
    ("condition", "reads"),
    [
        ("resource.kms_key_id != null", ("resource.kms_key_id__set",)),
        (
            "resource.kms_key_id == null || resource.kms_key_id == 'a'",
            ("resource.kms_key_id", "resource.kms_key_id__set"),
        ),
        ("resource.rule.exists(r, r.key != null)", ("resource.rule.key__set",)),
        ("related.keys.exists(k, k.arn != null)", ("related.keys.arn__set",)),
        ("related.keys.exists(k, k.facts.iam.public != null)", ("related.keys.facts.iam.public",)),
        ("facts.iam.statements.exists(s, s.sid != null)", ("facts.iam.statements.sid",)),
        ("resource.name == 'x.y != null'", ("resource.name",)),
        ("resource.alarm_actions != []", ("resource.alarm_actions__filled",)),
    ],
)
def test_a_comparison_with_null_asks_only_whether_the_attribute_is_set(condition: str, reads: tuple[str, ...]) -> None:
    assert compiled(condition).reads == reads


@pytest.mark.parametrize(
    ("attributes", "shown", "causes"),
    [
        ({"kms_key_arn": "arn:aws:kms:x"}, {"kms_key_arn__set": True}, {}),
        ({"kms_key_arn": ARN}, {"kms_key_arn__set": True}, {}),
        ({}, {"kms_key_arn__set": False}, {}),
        ({"kms_key_arn": VARIABLE}, {}, {"kms_key_arn__set": ["var.k has no value"]}),
    ],
)
def test_what_will_certainly_be_there_counts_as_set(attributes: dict, shown: dict, causes: dict) -> None:
    found: dict[str, list[str]] = {}

    seen = Lens("aws_backup_vault", ["kms_key_arn__set"]).show(attributes, source=True, causes=found)

    assert (seen, found) == (shown, causes)


@pytest.mark.parametrize(
    ("attributes", "shown", "causes"),
    [
        ({"alarm_actions": [ARN]}, {"alarm_actions__filled": True}, {}),
        ({"alarm_actions": []}, {"alarm_actions__filled": False}, {}),
        ({}, {"alarm_actions__filled": False}, {}),
        ({"alarm_actions": ARN}, {}, {"alarm_actions__filled": ["aws_kms_key.k.arn is known after apply"]}),
    ],
)
def test_a_list_with_a_member_that_is_unknown_has_a_member(attributes: dict, shown: dict, causes: dict) -> None:
    found: dict[str, list[str]] = {}

    seen = Lens("aws_cloudwatch_metric_alarm", ["alarm_actions__filled"]).show(attributes, source=True, causes=found)

    assert (seen, found) == (shown, causes)


def test_a_required_argument_that_is_not_written_is_unknown() -> None:
    found: dict[str, list[str]] = {}

    seen = Lens("aws_db_parameter_group", ["family"]).show({}, source=True, causes=found)

    assert (seen, found) == ({}, {"family": ["it is required, and not written"]})
