"""Parameter groups of databases: whether one is AWS's own, which nobody can change, and whether it asks for TLS."""

import re
from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_ATTRIBUTE = {
    "aws_db_instance": "parameter_group_name",
    "aws_docdb_cluster": "db_cluster_parameter_group_name",
    "aws_rds_cluster": "db_cluster_parameter_group_name",
    "aws_redshift_cluster": "cluster_parameter_group_name",
}
_GROUP = {"aws_db_instance": "aws_db_parameter_group", "aws_rds_cluster": "aws_rds_cluster_parameter_group"}

# The parameters that make TLS a must, and the versions from which on engines have it so by themselves.
_FORCING = {
    "db2comm": ("ssl",),
    "rds.force_ssl": ("1", "true"),
    "require_secure_transport": ("1", "on", "true"),
}
_FORCED_FROM = {"aurora-postgresql": (17, 0), "mariadb": (11, 8), "postgres": (15, 0)}
_FAMILY = re.compile(r"(?P<engine>[a-z-]+?)-?(?P<version>[0-9][0-9.]*)?$")


def _default(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    name = resource.attributes.get(_ATTRIBUTE[resource.type])
    if not isinstance(name, Unknown):
        return not name or str(name).startswith("default.")
    declared = (
        len(name.refs) == 1 and name.is_set and "parameter_group." in name.refs[0] and "data." not in name.refs[0]
    )
    starts_else = name.prefix and not "default.".startswith(name.prefix[:8])
    return False if declared or starts_else else name


def _requires_tls(resource: Resource, graph: ResourceGraph) -> Truth:
    default = _default(resource, graph)
    if isinstance(default, Unknown):
        return default
    if default:
        return _by_itself(resource.attributes.get("engine"), resource.attributes.get("engine_version"))
    relation = Relation(type=_GROUP[resource.type], via=_ATTRIBUTE[resource.type])
    related = graph.related(resource, relation)
    return any_of([*map(_forces, related.found), *(unknown([text]) for text in related.because)])


def _forces(group: Resource) -> Truth:
    """Whether a parameter group makes TLS a must: by a parameter or, where it has none of these, by its family."""
    parameters = blocks(group.attributes, "parameter")
    hidden = [each["name"].because for each in parameters.items if isinstance(each.get("name"), Unknown)]
    if doubts := (*parameters.because, *hidden):
        return unknown(doubts)
    stated = [_forcing(each) for each in parameters.items if str(each.get("name")).lower() in _FORCING]
    if stated:
        return any_of(stated)
    family = group.attributes.get("family")
    if isinstance(family, Unknown):
        return family
    found = _FAMILY.fullmatch(str(family))
    return _by_itself(found["engine"], found["version"]) if found else False


def _forcing(parameter: Mapping[str, Any]) -> Truth:
    value = parameter.get("value")
    return value if isinstance(value, Unknown) else str(value).lower() in _FORCING[parameter["name"].lower()]


def _by_itself(engine: Any, version: Any) -> Truth:
    """Whether the engine of that version wants TLS unless told otherwise. Without a version AWS takes a recent one."""
    if isinstance(engine, Unknown):
        return engine
    since = _FORCED_FROM.get(str(engine))
    if since is None:
        return False
    if isinstance(version, Unknown):
        return version
    if not version:
        return engine == "postgres" or unknown([f"the version of {engine} is left to AWS"])
    numbers = [int(number) for number in re.findall(r"[0-9]+", str(version))[:2]]
    return (*numbers, 0, 0)[:2] >= since


FACTS = (
    Fact(
        name="parametergroups.default",
        types=tuple(_ATTRIBUTE),
        compute=_default,
        doc="bool: the database uses the parameter group of AWS, because it names none or one of that name.",
    ),
    Fact(
        name="parametergroups.requires_tls",
        types=tuple(_GROUP),
        compute=_requires_tls,
        doc="bool: the parameter group that the database uses, AWS's own included, makes TLS a must; newer versions of "
        "PostgreSQL and MariaDB do so by themselves.",
    ),
)
