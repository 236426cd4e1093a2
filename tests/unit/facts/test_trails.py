import pytest
from facts_building import ELSEWHERE, fact, graph, is_unknown, resource
from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts import find
from cloudaudit.model import Unknown

MANAGEMENT = {"management_read", "management_write"}
OBJECTS = {"s3_read", "s3_write"}


def taken(**selectors):
    """What a trail with these selectors records, and what it may record."""
    records = fact("trails.records", resource("aws_cloudtrail.t", **selectors))
    return {name for name, truth in records.items() if truth is True}, {n for n, t in records.items() if is_unknown(t)}


def data(kind="AWS::S3::Object", values=("arn:aws:s3",), **more):
    return {"data_resource": [{"type": kind, "values": list(values)}], **more}


def fields(**equals):
    named = {"category": "eventCategory", "type": "resources.type", "read": "readOnly"}
    return {"field_selector": [{"field": named[name], "equals": [value]} for name, value in equals.items()]}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({}, MANAGEMENT),
        ({"event_selector": [{}]}, MANAGEMENT),
        ({"event_selector": [{"read_write_type": "WriteOnly"}]}, {"management_write"}),
        ({"event_selector": [{"include_management_events": False}]}, set()),
        ({"event_selector": [data()]}, MANAGEMENT | OBJECTS),
        ({"event_selector": [data(include_management_events=False, read_write_type="WriteOnly")]}, {"s3_write"}),
        ({"event_selector": [data("AWS::Lambda::Function", ["arn:aws:lambda"])]}, MANAGEMENT | {"functions"}),
        ({"event_selector": [data(values=[])]}, MANAGEMENT),
        ({"advanced_event_selector": [fields(category="Management")]}, MANAGEMENT),
        ({"advanced_event_selector": [fields(category="Management", read="false")]}, {"management_write"}),
        ({"advanced_event_selector": [fields(category="Data", type="AWS::S3::Object")]}, OBJECTS),
        ({"advanced_event_selector": [fields(category="Data", type="AWS::S3::Object", read="true")]}, {"s3_read"}),
        ({"advanced_event_selector": [fields(category="Data", type="AWS::DynamoDB::Table")]}, set()),
        ({"advanced_event_selector": [fields(category="Data")]}, set()),
    ],
)
def test_what_selectors_take(selectors, expected):
    assert taken(**selectors) == (expected, set())


def test_what_is_hidden_in_selectors_may_be_taken():
    assert taken(event_selector=ELSEWHERE)[1] == {*MANAGEMENT, *OBJECTS, "functions"}
    assert taken(event_selector=[data(read_write_type=ELSEWHERE)])[1] == MANAGEMENT | OBJECTS
    hidden = {"field_selector": [{"field": "eventCategory", "equals": ELSEWHERE}]}
    assert taken(advanced_event_selector=[hidden])[1] == MANAGEMENT


def test_another_trail_or_store_records_it_too():
    trail = resource("aws_cloudtrail.t")
    other = resource("aws_cloudtrail.o", event_selector=[data()])
    off = resource("aws_cloudtrail.o", event_selector=[data()], enable_logging=False)
    store = resource(
        "aws_cloudtrail_event_data_store.s", advanced_event_selector=[fields(category="Data", type="AWS::S3::Object")]
    )

    assert fact("trails.recorded", trail)["s3_read"] is False
    assert fact("trails.recorded", trail, other)["s3_read"] is True
    assert fact("trails.recorded", trail, off)["s3_read"] is False
    assert fact("trails.recorded", trail, store)["s3_read"] is True


def test_events_of_all_objects():
    def everywhere(**selectors):
        return fact("trails.all_objects", resource("aws_s3_bucket.b"), resource("aws_cloudtrail.t", **selectors))

    assert everywhere() is False
    assert everywhere(event_selector=[data()]) is True
    assert everywhere(event_selector=[data(values=["arn:aws:s3:::acme-data/"])]) is False
    assert everywhere(event_selector=[data(read_write_type="WriteOnly")]) is False
    assert everywhere(event_selector=[data(read_write_type="WriteOnly"), data(read_write_type="ReadOnly")]) is True
    assert everywhere(event_selector=[data()], enable_logging=False) is False
    whole = fields(category="Data", type="AWS::S3::Object")
    narrow = {
        "field_selector": [*whole["field_selector"], {"field": "resources.ARN", "starts_with": ["arn:aws:s3:::a"]}]
    }
    assert everywhere(advanced_event_selector=[whole]) is True
    assert everywhere(advanced_event_selector=[narrow]) is False
    assert is_unknown(everywhere(event_selector=ELSEWHERE))


def test_an_event_data_store_with_management_events_is_a_lake():
    trail = resource("aws_cloudtrail.t")

    assert fact("trails.in_lake", trail) is False
    assert fact("trails.in_lake", trail, resource("aws_cloudtrail_event_data_store.s")) is True
    narrow = resource(
        "aws_cloudtrail_event_data_store.s", advanced_event_selector=[fields(category="Data", type="AWS::S3::Object")]
    )
    assert fact("trails.in_lake", trail, narrow) is False
    assert is_unknown(fact("trails.in_lake", trail, resource("aws_cloudtrail_event_data_store.s", suspend=ELSEWHERE)))


FIELDS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["eventCategory", "resources.type", "readOnly", "resources.ARN"]),
        "equals": st.lists(st.sampled_from(["Management", "Data", "AWS::S3::Object", "true", "false"]), max_size=2),
    },
    optional={"not_equals": st.just(["Data"])},
)
SELECTORS = st.lists(st.fixed_dictionaries({"field_selector": st.lists(FIELDS, max_size=3)}), max_size=2)


@given(SELECTORS, st.data())
def test_hiding_a_part_of_a_selector_never_turns_an_answer_round(selectors, draw):
    def answers(value):
        subject = resource("aws_cloudtrail.t", advanced_event_selector=value)
        return find("trails.records").compute(subject, graph(subject))

    before = answers(selectors)
    after = answers(hidden(selectors, draw))

    assert all(isinstance(after[name], Unknown) or after[name] == before[name] for name in before)


def hidden(value, draw):
    """A copy with one part hidden."""
    places = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not places or draw.draw(st.booleans()):
        return ELSEWHERE
    place = draw.draw(st.sampled_from(places))
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place] = hidden(value[place], draw)
    return copy
