"""What a replication task of DMS logs."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.credentials.places import decoded
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, all_of, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_ATTRIBUTE = {
    "aws_dms_replication_config": "replication_settings",
    "aws_dms_replication_task": "replication_task_settings",
}
_SILENT = ("LOGGER_SEVERITY_ERROR", "LOGGER_SEVERITY_INFO_NONE", "LOGGER_SEVERITY_NONE")
_COMPONENTS = ("SOURCE_CAPTURE", "SOURCE_UNLOAD", "TARGET_APPLY", "TARGET_LOAD")


def _logging(resource: Resource) -> Any:
    """The part of the settings on logging; None where there is none."""
    settings = decoded(resource.attributes.get(_ATTRIBUTE[resource.type]))
    if isinstance(settings, Mapping):
        return settings.get("Logging")
    if settings is None or isinstance(settings, Unknown):
        return settings
    return Unknown(because="the settings are not JSON")


def _logs(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    part = _logging(resource)
    flag = part.get("EnableLogging") if isinstance(part, Mapping) else part
    return flag if isinstance(flag, Unknown) else str(flag).lower() == "true"


def _quiet(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    """Whether a component that moves data logs errors at most. Those that are not named log as much as by default."""
    part = _logging(resource)
    components = part.get("LogComponents") if isinstance(part, Mapping) else part
    if not isinstance(components, list):
        return components if isinstance(components, Unknown) else False
    return any_of(
        each if isinstance(each, Unknown) else all_of([_in(each, "Id", _COMPONENTS), _in(each, "Severity", _SILENT)])
        for each in components
        if isinstance(each, Mapping | Unknown)
    )


def _in(component: Mapping[str, Any], name: str, wanted: tuple[str, ...]) -> Truth:
    value = component.get(name)
    return value if isinstance(value, Unknown) else value in wanted


FACTS = (
    Fact(
        name="dms.logs",
        types=tuple(_ATTRIBUTE),
        compute=_logs,
        doc="bool: the settings of the task switch logging on.",
    ),
    Fact(
        name="dms.logs_too_little",
        types=tuple(_ATTRIBUTE),
        compute=_quiet,
        doc="bool: a component that reads the source or writes the target logs errors at most, less than by default.",
    ),
)
