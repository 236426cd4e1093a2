"""Whether a snapshot is encrypted: by what it says of itself, or by what it was taken from."""

from collections.abc import Iterator

from cloudaudit.facts.ebs import FACTS as EBS
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

# What says that a resource is encrypted. Of a snapshot only AWS says it, so it is known in a state alone.
_FLAGS = {
    "aws_db_cluster_snapshot": "storage_encrypted",
    "aws_db_instance": "storage_encrypted",
    "aws_db_snapshot": "encrypted",
    "aws_db_snapshot_copy": "encrypted",
    "aws_docdb_cluster": "storage_encrypted",
    "aws_docdb_cluster_snapshot": "storage_encrypted",
    "aws_ebs_snapshot": "encrypted",
    "aws_ebs_snapshot_copy": "encrypted",
    "aws_ebs_volume": "encrypted",
    "aws_neptune_cluster": "storage_encrypted",
    "aws_neptune_cluster_snapshot": "storage_encrypted",
    "aws_rds_cluster": "storage_encrypted",
    "aws_rds_cluster_snapshot_copy": "storage_encrypted",
    "aws_rds_global_cluster": "storage_encrypted",
}
# From what a resource takes its encryption over, by the attribute that names it.
_SOURCES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "aws_db_cluster_snapshot": (("db_cluster_identifier", ("aws_rds_cluster",)),),
    "aws_db_instance": (
        ("replicate_source_db", ("aws_db_instance",)),
        ("snapshot_identifier", ("aws_db_snapshot", "aws_db_snapshot_copy")),
        ("restore_to_point_in_time.source_db_instance_identifier", ("aws_db_instance",)),
    ),
    "aws_db_snapshot": (("db_instance_identifier", ("aws_db_instance",)),),
    "aws_db_snapshot_copy": (("source_db_snapshot_identifier", ("aws_db_snapshot", "aws_db_snapshot_copy")),),
    "aws_docdb_cluster": (("snapshot_identifier", ("aws_docdb_cluster_snapshot",)),),
    "aws_docdb_cluster_snapshot": (("db_cluster_identifier", ("aws_docdb_cluster",)),),
    "aws_ebs_snapshot": (("volume_id", ("aws_ebs_volume",)),),
    "aws_ebs_snapshot_copy": (("source_snapshot_id", ("aws_ebs_snapshot", "aws_ebs_snapshot_copy")),),
    "aws_ebs_volume": (("snapshot_id", ("aws_ebs_snapshot", "aws_ebs_snapshot_copy")),),
    "aws_neptune_cluster": (("snapshot_identifier", ("aws_neptune_cluster_snapshot",)),),
    "aws_neptune_cluster_snapshot": (("db_cluster_identifier", ("aws_neptune_cluster",)),),
    "aws_rds_cluster": (
        ("snapshot_identifier", ("aws_db_cluster_snapshot", "aws_rds_cluster_snapshot_copy")),
        ("restore_to_point_in_time.source_cluster_identifier", ("aws_rds_cluster",)),
        ("global_cluster_identifier", ("aws_rds_global_cluster",)),
    ),
    "aws_rds_cluster_snapshot_copy": (
        ("source_db_cluster_snapshot_identifier", ("aws_db_cluster_snapshot", "aws_rds_cluster_snapshot_copy")),
    ),
    "aws_rds_global_cluster": (("source_db_cluster_identifier", ("aws_rds_cluster",)),),
}
_KEYED = ("aws_db_snapshot_copy", "aws_rds_cluster_snapshot_copy", "aws_ebs_snapshot_copy")
_OFFERED = tuple(kind for kind in _FLAGS if "snapshot" in kind)


def _encrypted(resource: Resource, graph: ResourceGraph) -> Truth:
    return _judged(resource, graph, frozenset())


def _judged(resource: Resource, graph: ResourceGraph, seen: frozenset[str]) -> Truth:
    if resource.key in seen:
        return False
    flag = resource.attributes.get(_FLAGS[resource.type])
    if flag is True or (flag is False and resource.type in ("aws_ebs_volume", *_taken())):
        return flag
    truths = list(_from_sources(resource, graph, seen | {resource.key}))
    if isinstance(flag, Unknown) and resource.type not in _taken():
        truths.append(flag)
    if resource.type in _KEYED:
        truths.append(_names_key(resource))
    if resource.type in ("aws_ebs_volume", "aws_ebs_snapshot_copy"):
        truths.append(EBS[0].compute(resource, graph))
    if resource.type == "aws_rds_cluster" and resource.attributes.get("engine_mode") == "serverless":
        return True
    return any_of(truths)


def _taken() -> tuple[str, ...]:
    """Snapshots proper: they are as encrypted as what they were taken from, and nothing else decides."""
    return tuple(kind for kind in _OFFERED if kind not in _KEYED)


def _names_key(resource: Resource) -> Truth:
    key = resource.attributes.get("kms_key_id")
    if isinstance(key, Unknown):
        return key.is_set or key
    return bool(key)


def _from_sources(resource: Resource, graph: ResourceGraph, seen: frozenset[str]) -> Iterator[Truth]:
    for via, kinds in _SOURCES[resource.type]:
        name, _, inner = via.partition(".")
        if not resource.attributes.get(name):
            if resource.type in _OFFERED:
                yield Unknown(because=f"{resource.address}.{name} is not written")
            continue
        related = graph.related(resource, Relation(type=kinds, via=via))
        yield from (_judged(source, graph, seen) for source in related.found)
        if related.because:
            yield unknown(related.because)
        elif not related.found and not inner:
            yield Unknown(because=f"what {resource.address}.{name} names is not in this scan")


FACTS = (
    Fact(
        name="snapshots.encrypted",
        types=_OFFERED,
        compute=_encrypted,
        doc="bool: the snapshot is encrypted: AWS says so (in a state), it is a copy with a key, or what it was taken "
        "from is: the volume, database or cluster, and what that was restored from.",
    ),
)
