"""Facts about secrets that are written out where they should be referred to."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.credentials.assignments import assignments, is_too_long
from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.places import (
    DEFINITIONS,
    ENVIRONMENTS,
    SCRIPTS,
    decoded,
    environment,
    is_hash,
    script,
)
from cloudaudit.facts.credentials.shapes import shapes
from cloudaudit.facts.credentials.values import is_secret
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import reach, strings
from cloudaudit.facts.truth import certain, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown

Found = list[dict[str, str]]

_SKIPPED = ("tags", "tags_all", "triggers", "lifecycle", "timeouts")
_SHORTEST_TEXT = 40


def _entries(found: dict[str, str], doubts: list[str]) -> Found | Unknown:
    """The places with their kinds; unknown if there is none and something could not be read."""
    if doubts and not found:
        return unknown(doubts)
    return [{"path": path, "kind": kind} for path, kind in sorted(found.items())]


def _in_text(text: str, path: str) -> Iterator[tuple[str, str]]:
    """Path and kind of each credential in a text: by its form, or assigned to a name that speaks of a secret."""
    for kind, _, _ in shapes(text):
        yield path, kind
    for kind, name, _, _ in assignments(text):
        yield f"{path}: {name}", kind


def _is_written(kind: str, value: str) -> bool:
    return bool(kind) and is_secret(value, kind)


# -- environments


def _in_environment(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - form of a fact
    found: list[str] = []
    doubts: list[str] = []
    for path, name, value in environment(resource):
        kind = speaks_of_secret(name)
        if isinstance(value, str) and (_is_written(kind, value) or _has_shape(value)):
            found.append(name or path)
        elif isinstance(value, Unknown) and (kind or not name):
            doubts += [value.because] if _may_be_secret(value) else []
    return certain(found, doubts)


def _has_shape(value: str) -> bool:
    return next(shapes(value), None) is not None


# Attributes of resources that name a place where a secret is, and are none themselves.
_NAMES = {
    "arn",
    "id",
    "name",
    "secret_arn",
    "secret_id",
    "endpoint",
    "url",
    "address",
    "bucket",
    "key_id",
    "user",
    "version_id",
}


def _may_be_secret(value: Unknown) -> bool:
    """Whether the unknown may turn out to be a secret: not if it refers to a name or an ARN."""
    return not value.refs or any(ref.rpartition(".")[2].partition("[")[0] not in _NAMES for ref in value.refs)


# -- start scripts and definitions


def _in_user_data(resource: Resource, graph: ResourceGraph) -> Found | Unknown:  # noqa: ARG001 - the form of a fact
    found: dict[str, str] = {}
    doubts: list[str] = []
    for path in SCRIPTS.get(resource.type, ()):
        for value in reach(resource.attributes, path):
            if isinstance(value, Unknown):
                doubts.append(value.because)
                found.update(_in_text(value.prefix, path))
            elif isinstance(value, str) and is_hash(value):
                doubts.append("only a hash of the script is kept")
            elif isinstance(value, str):
                found.update(_in_text(script(value), path))
                doubts += ["the script is too long to be looked at"] if is_too_long(value) else []
    return _entries(found, doubts)


def _in_definition(resource: Resource, graph: ResourceGraph) -> Found | Unknown:  # noqa: ARG001 - the form of a fact
    found: dict[str, str] = {}
    doubts: list[str] = []
    for path in DEFINITIONS.get(resource.type, ()):
        for value in reach(resource.attributes, path):
            document = decoded(value)
            if isinstance(document, Unknown):
                doubts.append(document.because)
            found.update(_in_document(document, path))
    return _entries(found, doubts)


def _in_document(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Path and kind of each credential in a structure; pairs of name and value are read as one."""
    if isinstance(value, Mapping):
        yield from _in_mapping(value, path)
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            yield from _in_document(member, f"{path}.{index}")
    elif isinstance(value, str):
        yield from _in_text(value, path)


def _in_mapping(value: Mapping[Any, Any], path: str) -> Iterator[tuple[str, str]]:
    pair = {str(key).lower(): member for key, member in value.items()}
    named = pair.get("name")
    for key, member in value.items():
        name = str(named) if str(key).lower() in ("value", "default") and isinstance(named, str) else str(key)
        if isinstance(member, str) and _is_written(kind := speaks_of_secret(name), member):
            yield f"{path}.{name}", kind
        else:
            yield from _in_document(member, f"{path}.{key}")


# -- arguments


@per_resource
def arguments(resource: Resource, graph: ResourceGraph) -> Found | Unknown:  # noqa: ARG001 - the form of a fact
    """Arguments whose name speaks of a secret and that are written out.

    Only source can tell: plans and states hold the values whether they were written out or came from a store.
    """
    found: dict[str, str] = {}
    doubts: list[str] = []
    for path, name, value in _arguments(resource.attributes, ""):
        kind = speaks_of_secret(name)
        if not kind or value in (None, ""):
            continue
        if isinstance(value, Unknown):
            doubts += [] if _is_given(value) else [f"{resource.address}.{path}: {value.because}"]
        elif isinstance(value, str) and is_secret(value, kind):
            if resource.origin is Origin.SOURCE:
                found[path] = kind
            else:
                doubts.append(f"{path} has a value, but only source shows where it comes from")
    return _entries(found, doubts)


def _is_given(value: Unknown) -> bool:
    """Whether the value comes from another resource, or from a variable that no file gives a value."""
    return bool(value.refs) or all(cause.endswith("has no value") for cause in value.because.split("; "))


def _arguments(value: object, path: str) -> Iterator[tuple[str, str, Any]]:
    """Path, name and value of every scalar argument; free maps are environments, not arguments."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if path or name not in _SKIPPED:
                yield from _arguments(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            yield from _arguments(member, f"{path}.{index}")
    elif not path.startswith("environment."):
        yield path, _last_name(path), value


def _last_name(path: str) -> str:
    """The name that a path ends with, list positions aside."""
    return next((part for part in reversed(path.split(".")) if not part.isdigit()), "")


# -- anywhere


@per_resource
def written_shapes(resource: Resource, graph: ResourceGraph) -> Found:  # noqa: ARG001 - the form of a fact
    """Credentials that are known by their form, in any attribute."""
    texts = [(path, text) for path, text in strings(resource.attributes) if len(text) > 12]
    if not _any_shape(texts):
        return []
    found = {path: kind for path, text in texts for kind, _, _ in shapes(script(text) if _is_script(path) else text)}
    return [{"path": path, "kind": kind} for path, kind in sorted(found.items())]


def _any_shape(texts: list[tuple[str, str]]) -> bool:
    """One look at all the texts together: most resources hold nothing."""
    together = "\n".join(script(text) if _is_script(path) else text for path, text in texts)
    return next(shapes(together), None) is not None


def _is_script(path: str) -> bool:
    return path.endswith(("user_data", "user_data_base64"))


def _shapes(resource: Resource, graph: ResourceGraph) -> Found:
    return written_shapes(resource, graph)


def _in_urls(resource: Resource, graph: ResourceGraph) -> list[str]:
    return [entry["path"] for entry in written_shapes(resource, graph) if entry["kind"] == "url-credentials"]


def _literals(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """All of it: arguments (in source), environments, scripts, definitions, and known forms anywhere."""
    found = {entry["path"]: entry["kind"] for entry in written_shapes(resource, graph)}
    doubts: list[str] = []
    parts: list[Found | Unknown] = [_in_user_data(resource, graph), _in_definition(resource, graph)]
    if resource.origin is Origin.SOURCE:
        parts.append(arguments(resource, graph))
    for part in parts:
        if isinstance(part, Unknown):
            doubts.append(part.because)
        else:
            found |= {entry["path"]: entry["kind"] for entry in part}
    variables = _in_environment(resource, graph)
    if isinstance(variables, Unknown):
        doubts.append(variables.because)
    else:
        found |= {f"environment {name}": speaks_of_secret(name) or "secret" for name in variables}
    return _entries(found, doubts)


def _arguments_fact(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    return arguments(resource, graph)


# -- parameters


def _parameter_speaks(resource: Resource, graph: ResourceGraph) -> bool | Unknown:  # noqa: ARG001 - the form of a fact
    """Whether an SSM parameter holds a secret, by its name or by the form of its value."""
    name = resource.attributes.get("name")
    values = [resource.attributes.get(key) for key in ("value", "insecure_value")]
    if any(isinstance(value, str) and _has_shape(value) for value in values):
        return True
    if isinstance(name, Unknown):
        return True if speaks_of_secret(name.prefix.rstrip("/-_.").rpartition("/")[2]) else name
    return any(speaks_of_secret(part) for part in str(name or "").split("/")[-2:])


FACTS = (
    Fact(
        name="credentials.in_definition",
        types=tuple(DEFINITIONS),
        compute=_in_definition,
        doc="list of {path, kind}: secrets written out in documents that the resource stores (templates, state "
        "machines, container definitions, scripts of builds).",
    ),
    Fact(
        name="credentials.in_environment",
        types=ENVIRONMENTS,
        compute=_in_environment,
        doc="list of the environment variables that hold a secret in plain text, by name or by the form of the value.",
    ),
    Fact(
        name="credentials.in_urls",
        compute=_in_urls,
        doc="list of the attributes with a URL that holds user and password.",
    ),
    Fact(
        name="credentials.in_user_data",
        types=tuple(SCRIPTS),
        compute=_in_user_data,
        doc="list of {path, kind}: secrets in the script that a machine runs when it starts, also in base64.",
    ),
    Fact(
        name="credentials.literal_arguments",
        compute=_arguments_fact,
        doc="list of {path, kind}: arguments such as password or auth_token that are written out, in the "
        "configuration or its variable files. Unknown in plans and states, which do not show where a value "
        "comes from.",
    ),
    Fact(
        name="credentials.literals",
        compute=_literals,
        doc="list of {path, kind}: every secret written out in the resource: arguments (in source only), "
        "environment, scripts, definitions, and known forms anywhere.",
    ),
    Fact(
        name="credentials.parameter_is_secret",
        types=("aws_ssm_parameter",),
        compute=_parameter_speaks,
        doc="bool: the name of the parameter, or the form of its value, says that it holds a secret.",
    ),
    Fact(
        name="credentials.shapes",
        compute=_shapes,
        doc="list of {path, kind}: credentials of a known form (AWS access keys, private keys, tokens of GitHub, "
        "GitLab, Slack, Stripe, Google ..., URLs with a password) in any attribute. Documented test values "
        "are none.",
    ),
)
