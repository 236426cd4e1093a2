import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource

ABORT = {"abort_incomplete_multipart_upload": [{"days_after_initiation": 7}]}


def aborted(**rule):
    own = {"status": "Enabled", **ABORT, **rule}
    return fact("uploads.aborted", resource("aws_s3_bucket_lifecycle_configuration.main", rule=[own]))


@pytest.mark.parametrize("rule", [{}, {"filter": [{}]}, {"filter": [{"prefix": ""}]}, {"prefix": ""}])
def test_a_rule_for_the_whole_bucket(rule):
    assert aborted(**rule) is True


@pytest.mark.parametrize(
    "rule",
    [
        {"status": "Disabled"},
        {"abort_incomplete_multipart_upload": []},
        {"prefix": "tmp/"},
        {"filter": [{"prefix": "tmp/"}]},
        {"filter": [{"tag": [{"key": "a", "value": "b"}]}]},
        {"filter": [{"and": [{"tags": {"a": "b"}}]}]},
        {"filter": [{"object_size_greater_than": 500}]},
    ],
)
def test_a_rule_that_is_off_or_about_a_part(rule):
    assert aborted(**rule) is False


@pytest.mark.parametrize("rule", [{"status": ELSEWHERE}, {"filter": ELSEWHERE}, {"filter": [{"prefix": ELSEWHERE}]}])
def test_a_rule_that_is_not_known(rule):
    assert is_unknown(aborted(**rule))
