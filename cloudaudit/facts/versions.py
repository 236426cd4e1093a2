"""Which versions of engines AWS maintains no longer, by the dated tables in versions.toml."""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

# Where a type says its version, and which engine that is of: an attribute, or the name of a table.
_VERSIONS = {
    "aws_db_instance": ("engine_version", "engine", ""),
    "aws_docdb_cluster": ("engine_version", "", "docdb"),
    "aws_eks_cluster": ("version", "", "kubernetes"),
    "aws_eks_node_group": ("version", "", "kubernetes"),
    "aws_elasticache_cluster": ("engine_version", "engine", ""),
    "aws_elasticache_replication_group": ("engine_version", "engine", "redis"),
    "aws_elasticsearch_domain": ("elasticsearch_version", "", "opensearch"),
    "aws_lambda_function": ("runtime", "", "lambda"),
    "aws_mq_broker": ("engine_version", "engine_type", ""),
    "aws_mq_configuration": ("engine_version", "engine_type", ""),
    "aws_msk_cluster": ("kafka_version", "", "kafka"),
    "aws_opensearch_domain": ("engine_version", "", "opensearch"),
    "aws_rds_cluster": ("engine_version", "engine", ""),
    "aws_rds_global_cluster": ("engine_version", "engine", ""),
}
_PREFIXES = {"aws_elasticsearch_domain": "Elasticsearch_"}
_DEFAULTS = {"aws_elasticsearch_domain": "1.5"}  # the provider's
_EXACT = "lambda"  # the dots of "provided.al2023" part no versions
_FAMILIES = ("oracle", "sqlserver")


@functools.cache
def tables() -> dict[str, Any]:
    """The content of versions.toml."""
    return tomllib.loads((Path(__file__).parent / "versions.toml").read_text(encoding="utf-8"))


def has_ended(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    """Whether the version of the resource gets no more security updates."""
    return _listed(resource, "ended")


def _extended(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    return _listed(resource, "standard")


def _listed(resource: Resource, kind: str) -> Truth:
    """Whether its engine lists the version as gone or with a date that has passed. No version is the newest."""
    engine, version = _engine_and_version(resource)
    if isinstance(engine, Unknown):
        return engine if version else False
    listed = _names(engine, kind)
    if isinstance(version, Unknown) and listed:
        return version
    names = (version,) if engine == _EXACT else _starts(str(version))
    return any(name in listed for name in names)


def _names(engine: str, kind: str) -> set[str]:
    tabled = tables().get(engine, {})
    gone = tabled.get("gone", ()) if kind == "ended" else ()
    return {*gone, *(name for name, day in tabled.get(kind, {}).items() if day <= tables()["date"])}


def _engine_and_version(resource: Resource) -> tuple[str | Unknown, str | Unknown]:
    attribute, engine_attribute, table = _VERSIONS[resource.type]
    version = resource.attributes.get(attribute)
    version = _DEFAULTS.get(resource.type) if version is None else version
    if not isinstance(version, Unknown):
        version = _PREFIXES.get(resource.type, "") + str(version) if version else ""
    engine = resource.attributes.get(engine_attribute) if engine_attribute else None
    if isinstance(engine, Unknown):
        return engine, version
    name = str(engine or table).lower()
    if not name:
        return Unknown(because=f"{resource.address} does not say its engine"), version
    return next((family for family in _FAMILIES if name.startswith(family)), name), version


def _starts(version: str) -> Iterator[str]:
    """The version and what it begins with, at its dots: "5.7.44", "5.7", "5"."""
    parts = version.split(".")
    yield from (".".join(parts[:length]) for length in range(len(parts), 0, -1))


def _log_fdw(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    engine, version = _engine_and_version(resource)
    if isinstance(engine, Unknown):
        return engine if version else False
    fixed = tables()["log_fdw"].get(engine)
    if not fixed or not version:
        return False
    return version if isinstance(version, Unknown) else _is_before(version, fixed)


def _is_before(version: str, fixed: Mapping[str, str]) -> Truth:
    """Whether a release of PostgreSQL is older than the first fixed one of its major version."""
    numbers = _numbers(version)
    parts = 3 if numbers < (10,) else 2  # before 10 the major version had two parts
    if len(numbers) < parts and str(numbers[0] if numbers else "") in fixed:
        return Unknown(because=f"{version} does not say which release") if parts > len(numbers) > 1 else False
    first = fixed.get(str(numbers[0] if numbers else ""))
    return bool(numbers) and numbers < (_numbers(first) if first else min(map(_numbers, fixed.values())))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version))


FACTS = (
    Fact(
        name="versions.ended",
        types=tuple(_VERSIONS),
        compute=has_ended,
        doc="bool: AWS maintains the version of the engine no longer, by a dated table. None stated is the newest.",
    ),
    Fact(
        name="versions.extended",
        types=tuple(_VERSIONS),
        compute=_extended,
        doc="bool: standard support of the version has ended, and paid extended support has not.",
    ),
    Fact(
        name="versions.log_fdw",
        types=("aws_db_instance", "aws_rds_cluster"),
        compute=_log_fdw,
        doc="bool: the release of PostgreSQL has the hole in log_fdw through which users read files of the host.",
    ),
)
