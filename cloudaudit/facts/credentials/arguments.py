"""Secrets in arguments, and things that are named for the secret they hold."""

from typing import Any

from cloudaudit.facts.credentials.literals import Found, entries, is_of_secret, with_ways
from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.places import variables_at
from cloudaudit.facts.credentials.values import is_secret
from cloudaudit.facts.credentials.ways import leading
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown

# As secret as what they are the value of.
_HOLDING = ("default", "host_key", "insecure_value", "key_material_base64", "plaintext", "value")
_CORS = "routing_http_response_access_control_allow_credentials_header_value"  # says "true", whatever its name
_SKIPPED = ("tags", "tags_all", "triggers", "lifecycle", "timeouts", _CORS)

HELD = {
    "aws_ssm_parameter": ("name", ("value", "insecure_value")),
    "github_actions_environment_variable": ("variable_name", ("value",)),
    "github_actions_organization_variable": ("variable_name", ("value",)),
    "github_actions_variable": ("variable_name", ("value",)),
    "gitlab_group_variable": ("key", ("value",)),
    "gitlab_instance_variable": ("key", ("value",)),
    "gitlab_project_variable": ("key", ("value",)),
    "terraform_output": ("name", ("value",)),
    "terraform_variable": ("name", ("default",)),
}


def holds_secret(resource: Resource, graph: ResourceGraph) -> bool | Unknown:
    """Whether a parameter, variable or output holds a secret: by its name, its value's form, or what the value is
    of."""
    attribute, values = HELD[resource.type]
    name = resource.attributes.get(attribute)
    if any(is_of_secret(resource.attributes.get(value)) or leading(resource, graph, value) for value in values):
        return True
    if isinstance(name, Unknown):
        return True if speaks_of_secret(name.prefix.rstrip("/-_.").rpartition("/")[2]) else name
    return any(speaks_of_secret(part) for part in str(name or "").split("/")[-2:])


def arguments(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """Arguments whose name speaks of a secret and that are written out.

    Only source can tell: plans and states hold the values whether they were written out or came from a store.
    """
    found: dict[str, str] = {}
    doubts: list[str] = []
    for path, name, value in _arguments(resource):
        kind = _kind(resource, path, name)
        if not kind or value in (None, ""):
            continue
        if isinstance(value, Unknown):
            doubts += [] if _is_given(value) else [f"{resource.address}.{path}: {value.because}"]
        elif isinstance(value, str) and is_secret(value, kind):
            if is_as_written(resource):
                found[path] = kind
            else:
                doubts.append(f"{path} has a value, but only source shows where it comes from")
    return with_ways(entries(found, doubts), resource, graph)


# Arguments that hold a secret and are not called so.
_ALSO = {
    "aws_api_gateway_api_key": ("value",),
    "aws_kms_ciphertext": ("plaintext",),
    "aws_kms_external_key": ("key_material_base64",),
    "aws_transfer_server": ("host_key",),
}


def _kind(resource: Resource, path: str, name: str) -> str:
    """What the argument would be; empty if it holds no secret."""
    if path in _ALSO.get(resource.type, ()):
        return "secret"
    return speaks_of_secret(_called(resource) if path in ("default", "value") else name)


def is_as_written(resource: Resource) -> bool:
    """Whether its values are those that somebody wrote: in source, and where a plan repeats a declaration."""
    return resource.origin is Origin.SOURCE or resource.type in ("terraform_provider", "terraform_variable")


def _called(resource: Resource) -> str:
    """What a variable, output or parameter is called; its value is as secret as its name says."""
    name = resource.attributes.get(HELD[resource.type][0]) if resource.type in HELD else ""
    return name.rpartition("/")[2] if isinstance(name, str) else ""


def _is_given(value: Unknown) -> bool:
    """Whether the value comes from another resource, or from a variable that no file gives a value."""
    return bool(value.refs) or all(cause.endswith("has no value") for cause in value.because.split("; "))


def _arguments(resource: Resource) -> list[tuple[str, str, Any]]:
    """Path, name and value of every scalar argument that may be a secret; an environment is no argument."""
    skipped = {*_SKIPPED, *(path.partition(".")[0] for path in variables_at(resource.type))}
    found: list[tuple[str, str, Any]] = []
    for name, value in resource.attributes.items():
        if name not in skipped:
            _collect(value, name, name, found)
    return found


def _collect(value: Any, path: str, name: str, found: list[tuple[str, str, Any]]) -> None:
    """Adds what is in `value`, which stands at `path` and under `name`, positions in lists aside."""
    if isinstance(value, str | Unknown):
        if speaks_of_secret(name) or name in _HOLDING:
            found.append((path, name, value))
    elif isinstance(value, dict):
        for key, member in value.items():
            _collect(member, f"{path}.{key}", str(key), found)
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            _collect(member, f"{path}.{index}", name, found)
