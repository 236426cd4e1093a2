"""What a fix says to write is Terraform."""

import pytest

from cloudaudit.outputs.literals import literal


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (14, "14"),
        ('a "b"', '"a \\"b\\""'),
        ("aws_kms_key.NAME.arn", "aws_kms_key.NAME.arn"),
        ("${aws_cloudwatch_log_group.NAME.arn}:*", '"${aws_cloudwatch_log_group.NAME.arn}:*"'),
        (["aws_sns_topic.NAME.arn"], "[aws_sns_topic.NAME.arn]"),
        (None, "null"),
    ],
)
def test_a_value_is_written_as_terraform_reads_it(value: object, written: str) -> None:
    assert literal(value) == written
