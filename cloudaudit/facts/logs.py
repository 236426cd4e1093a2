"""How long logs are kept: where they are stored, and what ends them there."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.effect import covers_action
from cloudaudit.facts.iam.policies import resource_policy
from cloudaudit.facts.iam.principals import public
from cloudaudit.facts.lifecycle import EVERYWHERE, LIFECYCLE, End, Path, ends, ends_by, maybe_ends
from cloudaudit.facts.loggroups import TYPES as NAMING
from cloudaudit.facts.loggroups import declared, group_names, named_groups
from cloudaudit.facts.logsources import besides_trails, merged, paths_of, receives
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import blocks, reach
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

# A place where logs are kept and what ends them there: {"place", "ends"}; and of the first end that is certain "days",
# "by".
Store = dict[str, Any]

_BUCKET = "aws_s3_bucket"
_FIREHOSE = "aws_kinesis_firehose_delivery_stream"
_REPLICATION = Relation(type="aws_s3_bucket_replication_configuration", by="bucket")
_DELIVERY_GROUP_DAYS = 2  # groups of the class DELIVERY pass events on and keep them no longer, whatever they ask for


def _stores(resource: Resource, graph: ResourceGraph) -> list[Store]:
    if resource.type == "aws_cloudwatch_log_group":
        own, *exports = _of_group(resource, graph)
        return [{**own, "place": "CloudWatch Logs"}, *exports]
    if resource.type == "aws_codebuild_project":
        return [*_of_builds(resource, graph)]
    if resource.type == LIFECYCLE:
        return [*_under_rules(resource, graph)]
    return [*_in_named_buckets(resource, graph, "s3_bucket_name", paths_of(resource))]


def _under_rules(configuration: Resource, graph: ResourceGraph) -> Iterator[Store]:
    """The bucket of a lifecycle configuration as far as it holds logs, and the buckets that these are copied to."""
    related = graph.related(configuration, Relation(type=_BUCKET, via="bucket"))
    if related.because or len(related.found) != 1:
        doubt = unknown(related.because or ["the bucket is not known"])
        yield _store(configuration.address, _doubted(ends_by(configuration, EVERYWHERE), doubt))
        return
    bucket = related.found[0]
    writing = besides_trails(bucket, graph)
    received = any_of(source.writes for source in writing)
    if received is False:
        yield _store(bucket.address, [])
        return
    paths = merged(writing)
    found = ends_by(configuration, paths)
    yield _store(bucket.address, found if received is True else _doubted(found, received))
    yield from _replicas(bucket, graph, paths)


def _doubted(found: list[End], doubt: Unknown) -> list[End]:
    return [{**end, "applies": doubt} for end in found]


def _store(place: str, found: list[End]) -> Store:
    certain = [end for end in found if end["applies"] is True and not isinstance(end["days"], Unknown)]
    first = min(certain, key=lambda end: float(end["days"]), default={})
    return {"place": place, "ends": found, **{name: first[name] for name in ("days", "by") if name in first}}


def _maybe(because: str, place: str) -> Store:
    return _store(place, [maybe_ends(because, place)])


def _in_bucket(bucket: Resource, graph: ResourceGraph, paths: tuple[Path, ...]) -> list[Store]:
    """The bucket, and those that its objects are copied to."""
    own = _store(bucket.address, ends(bucket, graph, paths))
    return [own, *_replicas(bucket, graph, paths)]


def _replicas(bucket: Resource, graph: ResourceGraph, paths: tuple[Path, ...]) -> Iterator[Store]:
    related = graph.related(bucket, _REPLICATION)
    yield from (_maybe(text, bucket.address) for text in related.because)
    for configuration in related.found:
        rules = blocks(configuration.attributes, "rule")
        yield from (_maybe(text, configuration.address) for text in rules.because)
        for rule in rules.items:
            applies = all_of([_enabled(rule.get("status")), _copies_all(rule)])
            if isinstance(applies, Unknown):
                yield _maybe(applies.because, configuration.address)
            elif applies:
                yield from _copied_to(configuration, rule, graph, paths)


def _enabled(status: object) -> Truth:
    return status if isinstance(status, Unknown) else status == "Enabled"


def _copies_all(rule: dict[str, Any]) -> Truth:
    """Whether a rule copies everything: one for a prefix or a tag is taken to leave something out."""
    filters = blocks(rule, "filter")
    narrow = [rule.get("prefix"), *(each.get(name) for each in filters.items for name in ("prefix", "tag", "and"))]
    doubts: list[Truth] = [unknown([text]) for text in filters.because]
    return all_of([*doubts, *(part if isinstance(part, Unknown) else not part for part in narrow)])


def _copied_to(
    configuration: Resource, rule: dict[str, Any], graph: ResourceGraph, paths: tuple[Path, ...]
) -> Iterator[Store]:
    """The bucket of a rule, if it is the only one of the configuration; else it is left open which is whose."""
    related = graph.related(configuration, Relation(type=_BUCKET, via="rule.destination.bucket"))
    if (
        related.because
        or len(blocks(configuration.attributes, "rule").items) > 1
        or not blocks(rule, "destination").items
    ):
        yield _maybe(f"{configuration.address} copies the logs to a bucket that is not known", configuration.address)
        return
    yield from (_store(copy.address, ends(copy, graph, paths)) for copy in related.found)


def _in_named_buckets(resource: Resource, graph: ResourceGraph, via: str, paths: tuple[Path, ...]) -> Iterator[Store]:
    related = graph.related(resource, Relation(type=_BUCKET, via=via))
    for bucket in related.found:
        yield from _in_bucket(bucket, graph, paths)
    yield from (_maybe(text, resource.address) for text in related.because)


@per_resource
def _of_group(group: Resource, graph: ResourceGraph) -> list[Store]:
    """A log group, and the buckets that its events are streamed to."""
    own = _store(group.address, [*_expiring(group)])
    # what keeps everything needs no copies; looking for them would leave open what is certain
    return [own, *(_exports(group, graph) if own["ends"] else ())]


def _expiring(group: Resource) -> Iterator[End]:
    kind, days = group.attributes.get("log_group_class"), group.attributes.get("retention_in_days")
    passes: Truth = kind if isinstance(kind, Unknown) else kind == "DELIVERY"
    if passes is not False:
        yield {"days": _DELIVERY_GROUP_DAYS, "applies": passes, "by": group.address}
    if isinstance(days, Unknown) or (days and passes is not True):
        yield {"days": days, "applies": True, "by": group.address}


def _exports(group: Resource, graph: ResourceGraph) -> Iterator[Store]:
    related = graph.related(group, Relation(type="aws_cloudwatch_log_subscription_filter", by="log_group_name"))
    yield from (_maybe(text, group.address) for text in related.because)
    for export in related.found:
        pattern = export.attributes.get("filter_pattern")
        if isinstance(pattern, Unknown):
            yield _maybe(pattern.because, export.address)
        elif not (pattern or "").strip():
            yield from _streamed(export, graph)
    for policy in graph.of_type("aws_cloudwatch_log_account_policy"):
        kind = policy.attributes.get("policy_type")
        if isinstance(kind, Unknown) or kind == "SUBSCRIPTION_FILTER_POLICY":
            yield _maybe(f"{policy.address} may send the events elsewhere", policy.address)


def _streamed(export: Resource, graph: ResourceGraph) -> Iterator[Store]:
    """Where the stream of an export ends, through a Kinesis stream if there is one between."""
    related = graph.related(export, Relation(type=_FIREHOSE, via="destination_arn"))
    streams = list(related.found)
    between = graph.related(export, Relation(type="aws_kinesis_stream", via="destination_arn"))
    for stream in between.found:
        by = Relation(type=_FIREHOSE, by="kinesis_source_configuration.kinesis_stream_arn")
        streams += graph.related(stream, by).found
    if not streams:
        yield _maybe(f"{export.address} sends the events where this scan does not follow them", export.address)
    for stream in streams:
        yield from _delivered(stream, graph)


def _delivered(stream: Resource, graph: ResourceGraph) -> Iterator[Store]:
    via = ("extended_s3_configuration.bucket_arn", "s3_configuration.bucket_arn")
    related = graph.related(stream, Relation(type=_BUCKET, via=via))
    kind = stream.attributes.get("destination")
    if isinstance(kind, Unknown) or kind not in ("s3", "extended_s3") or related.because or not related.found:
        yield _maybe(f"what {stream.address} delivers is kept where this scan does not look", stream.address)
        return
    prefixes = reach(stream.attributes, "extended_s3_configuration.prefix")
    paths = tuple(_stream_path(prefix) for prefix in prefixes if prefix) or EVERYWHERE
    for bucket in related.found:
        yield from _in_bucket(bucket, graph, paths)


def _stream_path(prefix: Any) -> Path:
    """A prefix up to what Firehose fills in."""
    if isinstance(prefix, Unknown):
        return Path(start=prefix.prefix.partition("!{")[0], rest=prefix)
    return Path(start=str(prefix).partition("!{")[0])


def _of_builds(project: Resource, graph: ResourceGraph) -> Iterator[Store]:
    configured = blocks(project.attributes, "logs_config")
    groups = [blocks(each, "cloudwatch_logs") for each in configured.items]
    files = [blocks(each, "s3_logs") for each in configured.items]
    for part in files:
        yield from (_maybe(text, project.address) for text in part.because)
    doubts: list[Truth] = [unknown([text]) for part in (configured, *groups) for text in part.because]
    off = any_of([*(_disabled(group.get("status")) for part in groups for group in part.items), *doubts])
    if isinstance(off, Unknown):
        yield _maybe(off.because, project.address)
    elif not off:
        yield from _build_groups(project, graph)
    for file in (file for part in files for file in part.items):
        on = _enabled_word(file.get("status"))
        if isinstance(on, Unknown):
            yield _maybe(on.because, project.address)
        elif on:
            yield from _build_files(file.get("location"), project, graph)


def _disabled(status: object) -> Truth:
    return status if isinstance(status, Unknown) else status == "DISABLED"


def _enabled_word(status: object) -> Truth:
    return status if isinstance(status, Unknown) else status == "ENABLED"


def _build_groups(project: Resource, graph: ResourceGraph) -> Iterator[Store]:
    """The group that the project names, else the one that CodeBuild makes, which keeps events for ever."""
    named = graph.related(
        project, Relation(type="aws_cloudwatch_log_group", via="logs_config.cloudwatch_logs.group_name")
    )
    groups, doubts, stated = list(named.found), list(named.because), bool(named.found or named.because)
    if not stated:
        for name in group_names(project):
            found = named_groups(name, graph, project)
            groups += found.found
            doubts += found.because
    for group in groups:
        yield from _of_group(group, graph)
    yield from (_maybe(text, project.address) for text in doubts)
    if not groups and not doubts:
        yield _store(project.address, [])


def _build_files(location: Any, project: Resource, graph: ResourceGraph) -> Iterator[Store]:
    related = graph.related(project, Relation(type=_BUCKET, via="logs_config.s3_logs.location"))
    found = list(related.found)
    start = ""
    if isinstance(location, str):
        name, _, start = location.removeprefix("arn:aws:s3:::").partition("/")
        found = [bucket for bucket in graph.of_type(_BUCKET) if bucket.attributes.get("bucket") == name]
    if not found:
        yield _maybe(
            f"{location!r} is not in this scan" if isinstance(location, str) else "the bucket is not known",
            project.address,
        )
    rest = location if isinstance(location, Unknown) else None
    for bucket in found:
        yield from _in_bucket(bucket, graph, (Path(start=start, rest=rest),))


def _permitted(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the target of access logs lets S3 write them: by its policy, or by an access list."""
    related = graph.related(resource, Relation(type=_BUCKET, via="target_bucket"))
    if related.because or not related.found:
        return unknown(related.because or [f"the target of {resource.address} is not known"])
    return any_of(truth for bucket in related.found for truth in (_by_policy(bucket, graph), _by_list(bucket, graph)))


def _by_policy(bucket: Resource, graph: ResourceGraph) -> Truth:
    document = resource_policy(bucket, graph)
    doubts: list[Truth] = [unknown([text]) for text in document.doubts]
    return any_of(
        [
            *(
                all_of([any_of([_names_s3(part.principals), public(part)]), covers_action(part, "s3:PutObject")])
                for part in document.allows
            ),
            *doubts,
        ]
    )


def _names_s3(principals: Any) -> Truth:
    return any_of(
        name if isinstance(name, Unknown) else (kind, name) == ("Service", "logging.s3.amazonaws.com")
        for kind, name in principals or ()
    )


def _by_list(bucket: Resource, graph: ResourceGraph) -> Truth:
    related = graph.related(bucket, Relation(type="aws_s3_bucket_acl", by="bucket"))
    truths: list[Truth] = [unknown([text]) for text in related.because]
    for acl in related.found:
        name, policies = acl.attributes.get("acl"), blocks(acl.attributes, "access_control_policy")
        uris = reach(acl.attributes, "access_control_policy.grant.grantee.uri")
        truths += [name if isinstance(name, Unknown) else name == "log-delivery-write"]
        truths += [uri if isinstance(uri, Unknown) else str(uri).endswith("/groups/s3/LogDelivery") for uri in uris]
        truths += [unknown([text]) for text in policies.because]
    return any_of(truths)


def _flow_logged(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether flow logs of the subnet show refused traffic."""
    related = graph.related(resource, Relation(type="aws_flow_log", by="subnet_id"))
    kinds = [log.attributes.get("traffic_type") for log in related.found]
    truths: list[Truth] = [kind if isinstance(kind, Unknown) else kind != "ACCEPT" for kind in kinds]
    return any_of([*truths, *(unknown([text]) for text in related.because)])


FACTS = (
    Fact(
        name="logs.delivery_permitted",
        types=("aws_s3_bucket_logging",),
        compute=_permitted,
        doc="bool: the bucket that shall receive access logs lets S3 write them, by its policy or an access list.",
    ),
    Fact(
        name="logs.flow_logged",
        types=("aws_default_subnet", "aws_subnet"),
        compute=_flow_logged,
        doc="bool: the subnet has a flow log of its own that shows refused traffic.",
    ),
    Fact(
        name="logs.groups_declared",
        types=NAMING,
        compute=declared,
        doc="bool: every log group that the service makes for the resource by name is declared in this scan.",
    ),
    Fact(
        name="logs.received",
        types=(_BUCKET,),
        compute=receives,
        doc="bool: the bucket holds logs: something in this scan writes its logs there, or the policy of the bucket "
        "lets a service of AWS do so.",
    ),
    Fact(
        name="logs.stores",
        types=("aws_cloudtrail", "aws_cloudwatch_log_group", "aws_codebuild_project", LIFECYCLE),
        compute=_stores,
        members=("place", "days", "by"),
        doc="list of {place, ends, days, by}: where the logs of a trail or project, in a group, or under lifecycle "
        "rules (those of trails aside) are kept, copies and exports of all of them included; ends is a list of {days, "
        "applies, by}: after how many days which rule deletes them, empty where they are kept for ever; days and by "
        "are those of the first end. They are kept long enough where "
        "exists(s, s.ends.all(e, e.applies == false || e.days >= parameters.audit_period_days)).",
    ),
)
