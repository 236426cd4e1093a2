import pytest

from cloudaudit.model import Verdict
from cloudaudit.sources.imported.result import Foreign


def test_a_result_needs_no_more_than_a_tool_a_rule_and_a_verdict() -> None:
    result = Foreign(tool="checkov", rule="CKV_AWS_16", verdict=Verdict.FAIL)

    assert (result.path, result.first_line, result.address, result.arn) == ("", 0, "", "")


def test_a_result_that_was_accepted_without_a_reason_differs_from_one_that_was_not() -> None:
    results = [Foreign(tool="trivy", rule="AWS-0080", verdict=Verdict.FAIL, accepted=said) for said in (None, "")]

    assert results[0] != results[1]


def test_the_id_they_wrote_comes_before_their_other_ids() -> None:
    result = Foreign(tool="trivy", rule="AVD-AWS-0080", also=("AWS-0080", "encrypt-instance"), verdict=Verdict.FAIL)

    assert result.ids == ("AVD-AWS-0080", "AWS-0080", "encrypt-instance")


def test_a_result_is_a_value() -> None:
    result = Foreign(tool="checkov", rule="CKV_AWS_16", verdict=Verdict.FAIL)

    with pytest.raises(AttributeError):
        result.rule = "other"  # type: ignore[misc]
