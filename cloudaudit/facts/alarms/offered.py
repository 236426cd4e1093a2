"""The facts about alarms that rules read."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.alarms import event_pattern, filter_pattern
from cloudaudit.facts.alarms.events import FAMILIES, FINDINGS, on_bus
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_graph, per_resource
from cloudaudit.facts.places import apart
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.regions import in_use
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, unknown
from cloudaudit.graph import ResourceGraph, is_read, names
from cloudaudit.model import Origin, Relation, Resource, Unknown

_GROUP = "aws_cloudwatch_log_group"
_WATCHED = ("aws_alb", "aws_db_instance", "aws_lb", "aws_lb_target_group", "aws_rds_cluster")
_IN_NO_REGION = ("iam", "organizations", "signin")
_Listener = tuple[Any, Truth]  # a pattern, and whether what matches is passed on
_NAMES = {"aws_db_instance": "identifier", "aws_rds_cluster": "cluster_identifier"}


@per_resource
def _raised(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    """For each family of events whether all of it raises an alarm: from the log group of the trail, or by a rule of
    EventBridge."""
    filters = list(_filters(resource, graph))
    places = list(_places(resource, graph))
    return {name: all_of(_is_heard(event, filters, places) for event in samples) for name, samples in FAMILIES.items()}


def _is_heard(event: Mapping[str, Any], filters: list[_Listener], places: list[list[_Listener]]) -> Truth:
    by_filter = (all_of([works, _filtered(pattern, event)]) for pattern, works in filters if works is not False)
    bus = on_bus(event)
    by_rule = [
        any_of(all_of([works, event_pattern.matches(pattern, bus)]) for pattern, works in rules if works is not False)
        for rules in places
    ]
    # what happens in a region is told on its own bus; what happens in none, in one of them
    by_rules = any_of(by_rule) if event["eventSource"].partition(".")[0] in _IN_NO_REGION else all_of(by_rule)
    return any_of([*by_filter, by_rules])


def _places(trail: Resource, graph: ResourceGraph) -> Iterator[list[_Listener]]:
    """The rules of EventBridge; of an account that was read, those of each region where something is in use."""
    if trail.origin is not Origin.LIVE:
        yield list(_rules(graph))
        return
    listening = [(region, list(_rules(graph, (region,)))) for region in graph.of_type("aws_region")]
    if any(rules for _, rules in listening):
        yield from (rules for region, rules in listening if rules or in_use(region, graph))
    else:
        yield []


def _filtered(pattern: Any, event: Mapping[str, Any]) -> Truth:
    return pattern if isinstance(pattern, Unknown) else filter_pattern.matches(str(pattern or ""), event)


def _filters(trail: Resource, graph: ResourceGraph) -> Iterator[tuple[Any, Truth]]:
    """The pattern of each metric filter, with whether it reads the events of the trail and feeds an alarm that acts."""
    for each in graph.of_type("aws_cloudwatch_log_metric_filter"):
        works = all_of([_reads(each, trail, graph), any_of(_alarmed(each, graph))])
        yield each.attributes.get("pattern"), works


def _reads(each: Resource, trail: Resource, graph: ResourceGraph) -> Truth:
    ours = graph.related(trail, Relation(type=_GROUP, via="cloud_watch_logs_group_arn"))
    theirs = graph.related(each, Relation(type=_GROUP, via="log_group_name"))
    if ours.found and theirs.found:
        return bool({group.key for group in ours.found} & {group.key for group in theirs.found})
    arn, name = trail.attributes.get("cloud_watch_logs_group_arn"), each.attributes.get("log_group_name")
    if arn is None:
        return False
    if isinstance(arn, str) and isinstance(name, str):
        return arn.partition(":log-group:")[2].removesuffix(":*") == name
    if ours.found or theirs.found:
        return unknown([*ours.because, *theirs.because]) if ours.because or theirs.because else False
    same = isinstance(arn, Unknown) and isinstance(name, Unknown) and _owners(arn) & _owners(name)
    return True if same else unknown([value.because for value in (arn, name) if isinstance(value, Unknown)])


def _owners(value: Unknown) -> set[str]:
    return {ref.rpartition(".")[0] for ref in value.refs}


def _alarmed(each: Resource, graph: ResourceGraph) -> Iterator[Truth]:
    """For each pair of a metric of the filter and an alarm whether the alarm is about it and acts."""
    transformations = blocks(each.attributes, "metric_transformation")
    yield from (unknown([text]) for text in transformations.because)
    for metric in transformations.items:
        for alarm in graph.of_type("aws_cloudwatch_metric_alarm"):
            if apart(alarm, each):
                continue
            about = any_of(_is_about(watched, metric, each) for watched in _metrics(alarm))
            if about is not False:
                yield all_of([about, _acts(alarm)])


def _metrics(alarm: Resource) -> Iterator[Any]:
    """What the alarm watches: its own metric and those of its queries, each with name, namespace and dimensions."""
    yield alarm.attributes
    queries = blocks(alarm.attributes, "metric_query")
    for query in queries.items:
        yield from blocks(query, "metric").items
    yield from (unknown([text]) for text in queries.because)


def _is_about(watched: Any, metric: Mapping[str, Any], each: Resource) -> Truth:
    if isinstance(watched, Unknown):
        return watched
    pairs = [(watched.get("metric_name"), metric.get("name")), (watched.get("namespace"), metric.get("namespace"))]
    return all_of(_same(ours, theirs, each) for ours, theirs in pairs)


def _same(ours: Any, theirs: Any, each: Resource) -> Truth:
    if isinstance(ours, Unknown):
        points_here = any(ref.startswith(f"{each.address}.") for ref in ours.refs)
        shared = isinstance(theirs, Unknown) and ours.refs and set(ours.refs) == set(theirs.refs)
        return True if points_here or shared else ours
    return theirs if isinstance(theirs, Unknown) else ours is not None and ours == theirs


def _acts(alarm: Resource) -> Truth:
    enabled, actions = alarm.attributes.get("actions_enabled"), alarm.attributes.get("alarm_actions")
    has_actions: Truth = bool(actions) if not isinstance(actions, Unknown) else actions.is_set or actions
    return all_of([enabled if isinstance(enabled, Unknown) else enabled is not False, has_actions])


def _rules(graph: ResourceGraph, near: tuple[Resource, ...] = ()) -> Iterator[tuple[Any, Truth]]:
    """The pattern of each rule of EventBridge, with whether it is on and has a target; of the regions of some
    resources."""
    for rule in graph.of_type("aws_cloudwatch_event_rule"):
        if near and all(apart(rule, each) for each in near):
            continue
        targets = graph.related(rule, Relation(type="aws_cloudwatch_event_target", by="rule"))
        aimed: Truth = True if targets.found else unknown(targets.because) if targets.because else False
        pattern = rule.attributes.get("event_pattern")
        if pattern is not None:
            yield event_pattern.decode(pattern), all_of([_is_on(rule), aimed])


def _is_on(rule: Resource) -> Truth:
    state, enabled = rule.attributes.get("state"), rule.attributes.get("is_enabled")
    on = [
        state if isinstance(state, Unknown) else state != "DISABLED",
        enabled if isinstance(enabled, Unknown) else enabled is not False,
    ]
    return all_of(on)


def _findings_heard(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether a rule hears of them in the region, or where an aggregator gathers what its hub found."""
    finding = FINDINGS[resource.type]
    gathering = [(each, _gathers(each, resource)) for each in _aggregators(resource, graph)]
    near = (resource, *(each for each, truth in gathering if truth is True))
    heard = (all_of([works, event_pattern.matches(pattern, finding)]) for pattern, works in _rules(graph, near))
    return any_of([*heard, *(truth for _, truth in gathering if isinstance(truth, Unknown))])


def _aggregators(hub: Resource, graph: ResourceGraph) -> list[Resource]:
    live = hub.type == "aws_securityhub_account" and hub.origin is Origin.LIVE
    return graph.of_type("aws_securityhub_finding_aggregator") if live else []


def _gathers(aggregator: Resource, hub: Resource) -> Truth:
    mode, named = aggregator.attributes.get("linking_mode"), aggregator.attributes.get("specified_regions")
    for value in (mode, named):
        if isinstance(value, Unknown):
            return value
    listed_there = hub.region in (named or ())
    return {"ALL_REGIONS": True, "NO_REGIONS": False, "SPECIFIED_REGIONS": listed_there}.get(
        str(mode), not listed_there
    )


def _watching(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The names of the metrics of the resource that alarms watch which act."""
    found: list[str] = []
    doubts: list[str] = []
    for watched, alarm in _candidates(resource, graph):
        truth = all_of([_names(watched, resource), _acts(alarm)])
        name = watched if isinstance(watched, Unknown) else watched.get("metric_name")
        found += [str(name)] if truth is True and not isinstance(name, Unknown) else []
        doubts += [each.because for each in (truth, name) if truth is not False and isinstance(each, Unknown)]
    return certain(found, doubts)


def _candidates(resource: Resource, graph: ResourceGraph) -> Iterator[tuple[Any, Resource]]:
    """What alarms watch that names the resource, or may: looked up, since there may be thousands of both."""
    index = _by_dimension(graph)
    names = [
        resource.address,
        *(resource.attributes.get(name) for name in ("arn_suffix", "id", "name", *_NAMES.values())),
    ]
    unknown_name = isinstance(resource.attributes.get(_NAMES.get(resource.type, "name")), Unknown)
    keys = sorted(index) if unknown_name else ["", *dict.fromkeys(name for name in names if isinstance(name, str))]
    for key in keys:
        yield from index.get(key, ())


@per_graph
def _by_dimension(graph: ResourceGraph) -> dict[str, list[tuple[Any, Resource]]]:
    """What alarms watch, by what their dimensions name: addresses, texts, parts of texts; "" if that is not known."""
    index: dict[str, list[tuple[Any, Resource]]] = {}
    for alarm in graph.of_type("aws_cloudwatch_metric_alarm"):
        for watched in _metrics(alarm):
            for key in _keys(watched):
                index.setdefault(key, []).append((watched, alarm))
    return index


def _keys(watched: Any) -> set[str]:
    dimensions = watched if isinstance(watched, Unknown) else watched.get("dimensions")
    keys: set[str] = {""} if isinstance(dimensions, Unknown) else set()
    for value in dimensions.values() if isinstance(dimensions, Mapping) else ():
        if isinstance(value, Unknown):
            keys |= {ref.rpartition(".")[0] for ref in value.refs if not is_read(ref)} or {""}
        else:
            keys |= {str(value), *str(value).split("/")}
    return keys


def _names(watched: Any, resource: Resource) -> Truth:
    """Whether a dimension is the resource."""
    dimensions = watched if isinstance(watched, Unknown) else watched.get("dimensions")
    if isinstance(dimensions, Unknown):
        return dimensions
    values = dimensions.values() if isinstance(dimensions, Mapping) else ()
    return any_of(_is_resource(value, resource) for value in values)


def _is_resource(value: Any, resource: Resource) -> Truth:
    if isinstance(value, Unknown):
        meant = names(value.refs, resource.address) if value.refs else None
        return value if meant is None else meant
    name = resource.attributes.get(_NAMES.get(resource.type, "name"))
    if isinstance(name, Unknown):
        return name
    own = {name, resource.attributes.get("arn_suffix"), resource.attributes.get("id")}
    parts = str(value).split("/")
    return value in own or (name is not None and len(parts) > 1 and name in parts)


FACTS = (
    Fact(
        name="alarms.findings_heard",
        types=tuple(FINDINGS),
        compute=_findings_heard,
        doc="bool: a rule of EventBridge that is on sends serious findings of the detector, or of "
        "Security Hub, to a target.",
    ),
    Fact(
        name="alarms.raised",
        types=("aws_cloudtrail",),
        compute=_raised,
        doc="map from a family of events to bool: all of them raise an alarm, by a metric filter on the log group of "
        "the trail whose alarm acts, or by a rule of EventBridge with a target. Families: "
        f"{', '.join(sorted(FAMILIES))}.",
    ),
    Fact(
        name="alarms.watching",
        types=_WATCHED,
        compute=_watching,
        doc="list of the metrics of the resource that alarms watch which act.",
    ),
)
