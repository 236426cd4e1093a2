import pytest
from facts_building import ELSEWHERE, graph, is_unknown, ref, resource
from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts.lifecycle import Path, ends, overlap
from cloudaudit.model import Unknown

BUCKET = resource("aws_s3_bucket.logs", bucket="acme-logs")
TRAIL = Path(start="AWSLogs/*/CloudTrail")


def rule(days=30, **more):
    return {"status": "Enabled", "expiration": [{"days": days}], **more}


def found(*rules, path=TRAIL):
    configuration = resource("aws_s3_bucket_lifecycle_configuration.l", bucket="acme-logs", rule=list(rules))
    return ends(BUCKET, graph(BUCKET, configuration), [path])


def test_without_rules_nothing_ends():
    assert ends(BUCKET, graph(BUCKET), [TRAIL]) == []


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"filter": []},
        {"filter": [{"prefix": ""}]},
        {"filter": [{"prefix": "AWSLogs/"}]},
        {"filter": [{"prefix": "AWSLogs/111122223333/CloudTrail/"}]},
        {"prefix": "AWSLogs/"},
        {"filter": [{"and": [{"prefix": "AWSLogs/", "object_size_greater_than": 1}]}]},
    ],
)
def test_a_rule_that_reaches_the_logs(selection):
    [end] = found(rule(**selection))

    assert (end["days"], end["applies"]) == (30, True)


@pytest.mark.parametrize(
    "other",
    [
        rule(filter=[{"prefix": "tmp/"}]),
        rule(filter=[{"prefix": "AWSLogs/111122223333/elasticloadbalancing/"}]),
        rule(filter=[{"tag": [{"key": "expire", "value": "yes"}]}]),
        rule(filter=[{"and": [{"prefix": "AWSLogs/", "tags": {"expire": "yes"}}]}]),
        rule(status="Disabled"),
        rule(days=None),
        rule(days=0),
        {"status": "Enabled", "transition": [{"days": 30, "storage_class": "DEEP_ARCHIVE"}]},
        {"status": "Enabled", "noncurrent_version_expiration": [{"noncurrent_days": 30}]},
        {"status": "Enabled", "expiration": [{"expired_object_delete_marker": True}]},
    ],
)
def test_a_rule_that_ends_no_log(other):
    assert found(other) == []


@pytest.mark.parametrize(
    "other",
    [
        rule(status=ELSEWHERE),
        rule(days=ELSEWHERE),
        rule(filter=ELSEWHERE),
        rule(filter=[{"prefix": ELSEWHERE}]),
        rule(filter=[{"tag": ELSEWHERE}]),
        {"status": "Enabled", "expiration": ELSEWHERE},
        {"status": "Enabled", "expiration": [{"date": "2027-01-01"}]},
        ELSEWHERE,
    ],
)
def test_a_rule_that_may_end_logs(other):
    [end] = found(other)

    assert is_unknown(end["days"]) or is_unknown(end["applies"])


def test_the_known_start_of_a_prefix_rules_it_out():
    assert found(rule(filter=[{"prefix": Unknown(because="var.x", prefix="tmp/")}])) == []


def test_a_path_that_is_known_in_part_is_reached_by_rules_for_all_and_perhaps_by_others():
    path = Path(start="team/", rest=ELSEWHERE)

    assert found(rule(), path=path)[0]["applies"] is True
    assert found(rule(prefix="team"), path=path)[0]["applies"] is True
    assert is_unknown(found(rule(prefix="team/a"), path=path)[0]["applies"])
    assert found(rule(prefix="other"), path=path) == []


def test_rules_of_a_bucket_that_is_not_known_may_be_its_rules():
    configuration = resource("aws_s3_bucket_lifecycle_configuration.l", bucket=ELSEWHERE, rule=[rule()])

    [end] = ends(BUCKET, graph(BUCKET, configuration), [TRAIL])

    assert is_unknown(end["days"])
    assert is_unknown(end["applies"])


def test_rules_of_another_bucket_are_not_its_rules():
    other = resource("aws_s3_bucket.other", bucket="acme-other")
    configuration = resource(
        "aws_s3_bucket_lifecycle_configuration.l", bucket=ref("aws_s3_bucket.other.id"), rule=[rule()]
    )

    assert ends(BUCKET, graph(BUCKET, other, configuration), [TRAIL]) == []


@pytest.mark.parametrize(
    ("prefix", "start", "expected"),
    [
        ("", "a/b", True),
        ("a", "a/b", True),
        ("a/", "a/b", True),
        ("a/b", "a/b", True),
        ("a/bc", "a/b", False),
        ("a/b/c", "a/b", False),
        ("a/c", "a/b", None),
        ("b", "a/b", None),
        ("/a", "a", None),
        ("AWSLogs/1", "AWSLogs/*/Config", False),
        ("AWSLogs/1/", "AWSLogs/*/Config", False),
        ("AWSLogs/1/Con", "AWSLogs/*/Config", False),
        ("AWSLogs/1/WAFLogs/", "AWSLogs/*/Config", None),
        ("anything", "", False),
    ],
)
def test_prefixes_and_paths(prefix, start, expected):
    assert overlap(prefix, start) is expected


KEYS = st.text(alphabet="ab/", max_size=6)


@given(KEYS, KEYS)
def test_without_wildcards_one_begins_with_the_other(prefix, start):
    some = False if prefix.startswith(start) else None

    assert overlap(prefix, start) is (True if start.startswith(prefix) else some)


@given(KEYS, st.lists(st.sampled_from(["a", "ab", "*"]), min_size=1, max_size=3))
def test_a_wildcard_meets_whatever_a_name_in_its_place_meets(prefix, segments):
    general = overlap(prefix, "/".join(segments) + "/")
    special = overlap(prefix, "/".join("b" if name == "*" else name for name in segments) + "/")

    assert special is None or general is not None
    assert general is not True or special is True
