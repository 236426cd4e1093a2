"""What trails and event data stores of CloudTrail record."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_graph, per_resource
from cloudaudit.facts.reading import blocks, listed, reach
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_OBJECTS = "AWS::S3::Object"
_FUNCTIONS = "AWS::Lambda::Function"
_STORE = "aws_cloudtrail_event_data_store"
_TYPES = ("aws_cloudtrail", _STORE)

# What is asked of the selectors: the kind of events, the type of resource they are about, and reading or writing.
_QUESTIONS = {
    "management_read": ("", True),
    "management_write": ("", False),
    "s3_read": (_OBJECTS, True),
    "s3_write": (_OBJECTS, False),
    "functions": (_FUNCTIONS, False),
}


@per_resource
def _records(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:  # noqa: ARG001 - the form of a fact
    """For each question whether some selector of the trail answers it."""
    classic, advanced = (
        blocks(resource.attributes, "event_selector"),
        blocks(resource.attributes, "advanced_event_selector"),
    )
    doubts: list[Truth] = [unknown([text]) for text in (*classic.because, *advanced.because)]
    selects = bool(classic.items or advanced.items or doubts)
    return {
        name: any_of(
            [
                *(_classic(selector, kind, reading=reading) for selector in classic.items),
                *(_advanced(selector, kind, reading=reading) for selector in advanced.items),
                *doubts,
                not kind and not selects,  # a trail without selectors records management events
            ]
        )
        for name, (kind, reading) in _QUESTIONS.items()
    }


def _classic(selector: Mapping[str, Any], kind: str, *, reading: bool) -> Truth:
    mode = selector.get("read_write_type") or "All"
    included: Truth = mode if isinstance(mode, Unknown) else mode in ("All", "ReadOnly" if reading else "WriteOnly")
    if not kind:
        management = selector.get("include_management_events", True)
        return all_of([included, management if isinstance(management, Unknown) else management is not False])
    data = blocks(selector, "data_resource")
    found = [all_of([_is(each.get("type"), kind), _names_some(each.get("values"))]) for each in data.items]
    return all_of([included, any_of([*found, *(unknown([text]) for text in data.because)])])


def _is(value: object, wanted: str) -> Truth:
    return value if isinstance(value, Unknown) else value == wanted


def _names_some(values: object) -> Truth:
    found = listed(values)
    return True if found.items else any_of(unknown([text]) for text in found.because)


def _advanced(selector: Mapping[str, Any], kind: str, *, reading: bool) -> Truth:
    fields = blocks(selector, "field_selector")
    doubts: list[Truth] = [unknown([text]) for text in fields.because]
    category = _field(fields.items, "eventCategory", "Data" if kind else "Management", missing=False)
    about = _field(fields.items, "resources.type", kind, missing=False) if kind else True
    mode = _field(fields.items, "readOnly", str(reading).lower(), missing=True)
    # a field that is not known may narrow what is selected, or be the one that is missed
    return all_of([any_of([all_of([category, about]), *doubts]), mode, *_unnamed(fields.items), *map(negate, doubts)])


def _field(fields: tuple[Any, ...], name: str, wanted: str, *, missing: bool) -> Truth:
    """Whether the conditions on a field let the wanted value through."""
    on_it = [field for field in fields if field.get("field") == name]
    perhaps = [field["field"].because for field in fields if isinstance(field.get("field"), Unknown)]
    if not on_it:
        return unknown(perhaps) if perhaps else missing
    return all_of(_lets(field, wanted) for field in on_it)


def _lets(field: Mapping[str, Any], wanted: str) -> Truth:
    allowed, refused = listed(field.get("equals")), listed(field.get("not_equals"))
    inside = any_of([wanted in allowed.items, *(unknown([text]) for text in allowed.because)])
    stated = bool(allowed.items or allowed.because)
    outside = any_of([wanted in refused.items, *(unknown([text]) for text in refused.because)])
    return all_of([inside if stated else True, negate(outside)])


def _unnamed(fields: tuple[Any, ...]) -> Iterator[Truth]:
    yield from (unknown([field["field"].because]) for field in fields if isinstance(field.get("field"), Unknown))


@per_graph
def _recorded(graph: ResourceGraph) -> dict[str, Truth]:
    """The same over everything that is switched on in this scan."""
    each = [
        {name: all_of([_is_on(trail), truth]) for name, truth in _records(trail, graph).items()}
        for kind in _TYPES
        for trail in graph.of_type(kind)
    ]
    return {name: any_of(records[name] for records in each) for name in _QUESTIONS}


def _is_on(trail: Resource) -> Truth:
    if trail.type == _STORE:
        suspended = trail.attributes.get("suspend")
        return suspended if isinstance(suspended, Unknown) else str(suspended).lower() != "true"
    flag = trail.attributes.get("enable_logging", True)
    return flag if isinstance(flag, Unknown) else flag is not False


def _all_objects(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    return _objects_everywhere(graph)


@per_graph
def _objects_everywhere(graph: ResourceGraph) -> Truth:
    """Whether a trail that is switched on records reading and writing of the objects of all buckets."""
    return any_of(
        all_of([_is_on(trail), *(any_of(_takes_all(trail, reading=reading)) for reading in (True, False))])
        for kind in _TYPES
        for trail in graph.of_type(kind)
    )


def _takes_all(trail: Resource, *, reading: bool) -> Iterator[Truth]:
    classic, advanced = blocks(trail.attributes, "event_selector"), blocks(trail.attributes, "advanced_event_selector")
    yield from (unknown([text]) for text in (*classic.because, *advanced.because))
    for selector in classic.items:
        yield all_of([_classic(selector, _OBJECTS, reading=reading), any_of(_for_all(selector))])
    for selector in advanced.items:
        named = any(field.get("field") == "resources.ARN" for field in blocks(selector, "field_selector").items)
        yield all_of([not named, _advanced(selector, _OBJECTS, reading=reading)])


def _for_all(selector: Mapping[str, Any]) -> Iterator[Truth]:
    """Whether the values of a selector stand for all buckets: a bucket's own ARN has a name in it."""
    found = blocks(selector, "data_resource")
    yield from (unknown([text]) for text in found.because)
    for data in found.items:
        values = listed(data.get("values"))
        yield from (value in ("arn:aws:s3", "arn:aws:s3:::") for value in values.items)
        yield from (unknown([text]) for text in values.because)


def _in_lake(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    return any_of(
        all_of([_is_on(store), _records(store, graph)["management_write"]]) for store in graph.of_type(_STORE)
    )


def _kept_here(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether who administers this account may delete what the trail delivered."""
    name = resource.attributes.get("bucket")
    return any_of(
        all_of([_same(bucket.attributes.get("bucket"), name), negate(_locked(bucket, graph))])
        for bucket in graph.of_type("aws_s3_bucket")
    )


def _same(ours: object, theirs: object) -> Truth:
    doubt = next((value for value in (ours, theirs) if isinstance(value, Unknown)), None)
    return doubt or ours == theirs


def _locked(bucket: Resource, graph: ResourceGraph) -> Truth:
    locks = graph.related(bucket, Relation(type="aws_s3_bucket_object_lock_configuration", by="bucket"))
    modes = [mode for lock in locks.found for mode in reach(lock.attributes, "rule.default_retention.mode")]
    doubts: list[Truth] = [unknown([text]) for text in locks.because]
    return any_of([*(_is(mode, "COMPLIANCE") for mode in modes), *doubts])


FACTS = (
    Fact(
        name="trails.all_objects",
        compute=_all_objects,
        doc="bool: a trail or event data store of this scan records who reads and writes objects, in all buckets.",
    ),
    Fact(
        name="trails.in_lake",
        types=("aws_cloudtrail",),
        compute=_in_lake,
        doc="bool: an event data store of this scan records management events as well, where they can be searched.",
    ),
    Fact(
        name="trails.kept_here",
        types=("aws_cloudtrail_delivery",),
        compute=_kept_here,
        doc="bool: the trail delivers to a bucket of the same account, without an object lock that nobody may lift.",
    ),
    Fact(
        name="trails.recorded",
        types=_TYPES,
        compute=lambda resource, graph: _recorded(graph),  # noqa: ARG005 - the form of a fact
        doc="map to bool of what all trails and event data stores of this scan together record: as trails.records.",
    ),
    Fact(
        name="trails.records",
        types=_TYPES,
        compute=_records,
        doc="map to bool of what the selectors of the trail or store take: management_read, management_write, s3_read, "
        "s3_write (events of objects, of some bucket at least), functions (invocations).",
    ),
)
