"""Which resources write logs into a bucket, and under which path."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from cloudaudit.facts.iam.effect import covers_action
from cloudaudit.facts.iam.policies import resource_policy
from cloudaudit.facts.lifecycle import Path
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_TRAIL = "aws_cloudtrail"
_SERVICES = (
    "cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com", "logging.s3.amazonaws.com",
    "logdelivery.elasticloadbalancing.amazonaws.com",
)  # fmt: skip


class Source(NamedTuple):
    """One that writes logs into a bucket: its type or the service's name, whether it does, and where the logs lie."""

    kind: str
    writes: Truth
    paths: tuple[Path, ...]


class _Edge(NamedTuple):
    """How a type names the bucket of its logs, the prefix before them, and what it adds to that; `on` says whether it
    writes there at all."""

    bucket: str
    prefix: str = ""
    below: tuple[str, ...] = ("",)
    on: Callable[[Resource], Truth] = lambda resource: True  # noqa: ARG005 - the form of a condition


def _flag(path: str, default: bool) -> Callable[[Resource], Truth]:
    def on(resource: Resource) -> Truth:
        found = list(reach(resource.attributes, path))
        truths: list[Truth] = [value if isinstance(value, Unknown) else str(value).lower() == "true" for value in found]
        return any_of(truths) if truths else default

    return on


def _equals(path: str, wanted: str) -> Callable[[Resource], Truth]:
    def on(resource: Resource) -> Truth:
        found = reach(resource.attributes, path)
        return any_of(value if isinstance(value, Unknown) else str(value).upper() == wanted for value in found)

    return on


def _starts(path: str, start: str) -> Callable[[Resource], Truth]:
    def on(resource: Resource) -> Truth:
        value = resource.attributes.get(path)
        if isinstance(value, Unknown):
            return value if value.prefix.startswith(start) or start.startswith(value.prefix) else False
        return str(value).startswith(start)

    return on


def _not(on: Callable[[Resource], Truth]) -> Callable[[Resource], Truth]:
    return lambda resource: negate(on(resource))


_OF_ORGANISATION = _flag("is_organization_trail", default=False)
_FLOWS = ("AWSLogs/*/vpcflowlogs", "AWSLogs/*/aws-service=vpcflowlogs")
_EXEC = "configuration.execute_command_configuration.log_configuration"
_BALANCER = ("AWSLogs/*/elasticloadbalancing",)

_EDGES: dict[str, tuple[_Edge, ...]] = {
    "aws_alb": (
        _Edge("access_logs.bucket", "access_logs.prefix", _BALANCER, _flag("access_logs.enabled", default=False)),
        _Edge(
            "connection_logs.bucket", "connection_logs.prefix", _BALANCER,
            _flag("connection_logs.enabled", default=False),
        ),
    ),
    "aws_bedrock_model_invocation_logging_configuration": (
        _Edge(
            "logging_config.s3_config.bucket_name", "logging_config.s3_config.key_prefix",
            ("AWSLogs/*/BedrockModelInvocationLogs",),
        ),
    ),
    "aws_cloudfront_distribution": (_Edge("logging_config.bucket", "logging_config.prefix"),),
    "aws_cloudtrail": (
        _Edge("s3_bucket_name", "s3_key_prefix", ("AWSLogs/*/CloudTrail",), _not(_OF_ORGANISATION)),
        _Edge("s3_bucket_name", "s3_key_prefix", ("AWSLogs/*/*/CloudTrail",), _OF_ORGANISATION),
    ),
    "aws_config_delivery_channel": (_Edge("s3_bucket_name", "s3_key_prefix", ("AWSLogs/*/Config",)),),
    "aws_ecs_cluster": (_Edge(f"{_EXEC}.s3_bucket_name", f"{_EXEC}.s3_key_prefix"),),
    "aws_elb": (
        _Edge("access_logs.bucket", "access_logs.bucket_prefix", _BALANCER, _flag("access_logs.enabled", default=True)),
    ),
    "aws_flow_log": (_Edge("log_destination", "log_destination", _FLOWS, _equals("log_destination_type", "S3")),),
    "aws_globalaccelerator_accelerator": (
        _Edge(
            "attributes.flow_logs_s3_bucket", "attributes.flow_logs_s3_prefix", ("AWSLogs/*/globalaccelerator",),
            _flag("attributes.flow_logs_enabled", default=False),
        ),
    ),
    "aws_kinesis_firehose_delivery_stream": (
        _Edge(
            "extended_s3_configuration.bucket_arn", "extended_s3_configuration.prefix",
            on=_starts("name", "aws-waf-logs-"),
        ),
    ),
    "aws_msk_cluster": (
        _Edge(
            "logging_info.broker_logs.s3.bucket", "logging_info.broker_logs.s3.prefix",
            on=_flag("logging_info.broker_logs.s3.enabled", default=False),
        ),
    ),
    "aws_networkfirewall_logging_configuration": (
        _Edge(
            "logging_configuration.log_destination_config.log_destination.bucketName",
            "logging_configuration.log_destination_config.log_destination.prefix", ("AWSLogs/*/network-firewall",),
        ),
    ),
    "aws_redshift_logging": (_Edge("bucket_name", "s3_key_prefix"),),
    "aws_route53_resolver_query_log_config": (
        _Edge("destination_arn", "destination_arn", ("AWSLogs/*/vpcdnsquerylogs",)),
    ),
    "aws_s3_bucket_logging": (_Edge("target_bucket", "target_prefix"),),
    "aws_verifiedaccess_instance_logging_configuration": (
        _Edge("access_logs.s3.bucket_name", "access_logs.s3.prefix", on=_flag("access_logs.s3.enabled", default=False)),
    ),
    "aws_wafv2_web_acl_logging_configuration": (
        _Edge("log_destination_configs", "log_destination_configs", ("AWSLogs/*/WAFLogs",)),
    ),
}  # fmt: skip
_EDGES["aws_lb"] = _EDGES["aws_alb"]

SOURCES = tuple(_EDGES)


@per_resource
def sources(bucket: Resource, graph: ResourceGraph) -> tuple[Source, ...]:
    """All that certainly or perhaps writes logs into the bucket, by reference or because its policy lets a service of
    AWS that writes logs in."""
    return tuple(_sources(bucket, graph))


def _sources(bucket: Resource, graph: ResourceGraph) -> Iterator[Source]:
    known = False
    for kind, edges in _EDGES.items():
        for edge in edges:
            related = graph.related(bucket, Relation(type=kind, by=edge.bucket))
            for source in related.found:
                writes = edge.on(source)
                if writes is not False:
                    known = known or writes is True
                    yield Source(kind, writes, _paths(source, edge))
            yield from (_maybe(text, kind) for text in related.because)
    yield from _by_policy(bucket, graph, known=known)


def paths_of(source: Resource) -> tuple[Path, ...]:
    """Where a resource writes its logs in the bucket that it names."""
    return tuple(path for edge in _EDGES.get(source.type, ()) for path in _paths(source, edge))


def _doubtful(paths: Iterable[Path], writes: Truth) -> tuple[Path, ...]:
    doubt = writes if isinstance(writes, Unknown) else None
    return tuple(Path(start=path.start, rest=path.rest, doubt=path.doubt or doubt) for path in paths)


def _maybe(because: str, kind: str = "") -> Source:
    hidden = unknown([because])
    return Source(kind, hidden, (Path(rest=hidden),))


def _paths(source: Resource, edge: _Edge) -> tuple[Path, ...]:
    writes = edge.on(source)
    return () if writes is False else _doubtful(_written(source, edge), writes)


def _written(source: Resource, edge: _Edge) -> Iterator[Path]:
    prefixes = [value for value in reach(source.attributes, edge.prefix) if value] if edge.prefix else []
    for prefix in prefixes or [""]:
        yield from (_path(prefix, below, in_arn=edge.prefix == edge.bucket) for below in edge.below)


def _path(prefix: Any, below: str, *, in_arn: bool) -> Path:
    start, rest = key_in_arn(prefix) if in_arn else _plain(prefix)
    if rest is not None or not below:
        return Path(start=start, rest=rest)
    return Path(start=f"{start.rstrip('/')}/{below}" if start.strip("/") else below)


def _plain(prefix: Any) -> tuple[str, Unknown | None]:
    """A prefix up to what Firehose fills in."""
    text, rest = (prefix.prefix, prefix) if isinstance(prefix, Unknown) else (str(prefix), None)
    return text.partition("!{")[0], rest


def key_in_arn(value: Any) -> tuple[str, Unknown | None]:
    """How keys begin that lie below an ARN of a bucket, up to a wildcard, and why more of it is not known."""
    text = ""
    for piece in _pieces(value):
        if isinstance(piece, str):
            text += piece
        elif "/" in text or not _is_bucket(piece):
            return text.partition("/")[2], piece
    start, wildcard, _ = text.partition("/")[2].partition("*")
    return start, unknown(["a wildcard follows"]) if wildcard and not start else None


def _pieces(value: Any) -> tuple[Any, ...]:
    if isinstance(value, Unknown):
        if isinstance(value.partial, tuple):
            return value.partial
        return (value.prefix, value) if "/" in value.prefix else (value,)
    return (str(value),)


def _is_bucket(value: Unknown) -> bool:
    """Whether the value is the ARN or the name of a resource and nothing after it."""
    return value.partial is None and len(value.refs) == 1


def _by_policy(bucket: Resource, graph: ResourceGraph, *, known: bool) -> Iterator[Source]:
    """Services that the policy of the bucket lets write; without a prefix only where no writer is known otherwise."""
    document = resource_policy(bucket, graph)
    yield from (_maybe(text) for text in document.doubts)
    for part in document.allows:
        named = [name for kind, name in part.principals or () if kind == "Service"]
        for name in named:
            known_service: Truth = name if isinstance(name, Unknown) else name in _SERVICES
            puts = all_of([known_service, covers_action(part, "s3:PutObject")])
            keys = [key_in_arn(each) for each in part.resources] if puts is not False else []
            paths = tuple(Path(start=start, rest=rest) for start, rest in keys if start or not known)
            if paths:
                yield Source(name if isinstance(name, str) else "", puts, _doubtful(paths, puts))


def receives(bucket: Resource, graph: ResourceGraph) -> Truth:
    """Whether the bucket holds logs."""
    return any_of(source.writes for source in sources(bucket, graph))


def besides_trails(bucket: Resource, graph: ResourceGraph) -> tuple[Source, ...]:
    """What writes logs other than those of a trail in this scan, which has rules of its own."""
    found = sources(bucket, graph)
    trail = any(source.kind == _TRAIL and source.writes is True for source in found)
    left_out = (_TRAIL, "cloudtrail.amazonaws.com") if trail else (_TRAIL,)
    return tuple(source for source in found if source.kind not in left_out)


def merged(found: Iterable[Source]) -> tuple[Path, ...]:
    """The paths of several sources, each once."""
    return tuple(dict.fromkeys(path for source in found for path in source.paths))
