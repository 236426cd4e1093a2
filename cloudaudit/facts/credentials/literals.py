"""Secrets that are written out where they should be referred to: in environments, scripts and documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.credentials.assignments import assignments, is_too_long
from cloudaudit.facts.credentials.names import is_public, speaks_of_secret
from cloudaudit.facts.credentials.places import (
    DEFINITIONS,
    SCRIPTS,
    decoded,
    environment,
    is_hash,
    script,
)
from cloudaudit.facts.credentials.shapes import shapes
from cloudaudit.facts.credentials.values import is_secret
from cloudaudit.facts.credentials.ways import ARROW, followed, is_shown, leading, marks, reached, way
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import reach, strings
from cloudaudit.facts.truth import unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown

Found = list[dict[str, str]]


def entries(found: dict[str, str], doubts: list[str], ways: Mapping[str, str] | None = None) -> Found | Unknown:
    """The places with their kinds, and with the ways that secrets took to them; unknown if there is none and something
    could not be read."""
    ways = ways or {}
    if doubts and not found and not ways:
        return unknown(doubts)
    return [*_listed(found), *(_entry(path, "secret", way) for path, way in sorted(ways.items()))]


def with_ways(found: Found | Unknown, resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """The places with the ways that secrets of variables took to them."""
    if isinstance(found, Unknown):
        return found
    return [_entry(each["path"], each["kind"], leading(resource, graph, each["path"])) for each in found]


def _listed(found: Mapping[str, str]) -> Found:
    return [_entry(path, kind) for path, kind in sorted(found.items())]


def _entry(path: str, kind: str, way: str = "") -> dict[str, str]:
    shown = path.removeprefix("arguments.")
    return {"path": path, "kind": kind, "way": way, "what": f"{shown} ({way})" if way else shown}


def _in_text(text: str, path: str) -> Iterator[tuple[str, str]]:
    """Path and kind of each credential in a text: by its form, or assigned to a name that speaks of a secret."""
    for kind, _, _ in shapes(text):
        yield path, kind
    for kind, name, _, _ in assignments(text):
        yield f"{path}: {name}", kind


def _is_written(kind: str, value: str) -> bool:
    return bool(kind) and is_secret(value, kind)


# -- environments


@per_resource
def in_environment(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """The variables that hold a secret in plain text: by name, by the form of the value, or by what it is taken
    from."""
    found: Found = []
    doubts: list[str] = []
    ways = _ways(resource, graph)
    for path, name, value in environment(resource):
        kind = speaks_of_secret(name)
        start = (ways.get((path, name), "") if is_shown(value) else "") or _taken_from(value)
        written = isinstance(value, str) and (has_shape(value) or _is_written(kind, value))
        if written and not start:
            # how many variables there are may depend on the secret: then all of them are marked at once
            start = ways.get((path.rpartition(".")[0], ""), "")
        if start or written or _is_marked(resource, path, name):
            found.append(_variable(name or path, kind, f"{start}{ARROW}{resource.address}.{path}" if start else ""))
        elif isinstance(value, Unknown) and (kind or not name):
            doubts += [value.because] if _may_be_secret(value) else []
    return unknown(doubts) if doubts and not found else found


def _variable(name: str, kind: str, way: str) -> dict[str, str]:
    return {"variable": name, "kind": kind or "secret", "way": way, "what": f"{name} ({way})" if way else name}


def _ways(resource: Resource, graph: ResourceGraph) -> dict[tuple[str, str], str]:
    """The way of the secret in each variable of the environment that variables of Terraform brought there."""
    marked = followed(resource, graph)
    found = environment(marked) if marked else ()
    return {(path, name): start for path, name, value in found if (start := way(value)) and not _is_other(name, value)}


def _is_other(name: str, value: Unknown) -> bool:
    """Whether it is the other half of credentials: the user of an object that also holds the password."""
    return is_public(name) and not speaks_of_secret(name) and value.partial is None and not value.prefix


def _is_marked(resource: Resource, path: str, name: str) -> bool:
    """Whether a plan or state says that the value of one variable is sensitive."""
    if resource.origin is Origin.SOURCE or not resource.sensitive or not path.endswith(f".{name}"):
        return False
    first, _, rest = path.partition(".")
    places = {path, f"{first}.0.{rest}"} if rest else {path}
    return not is_public(name) and not resource.sensitive.isdisjoint(places)


def has_shape(value: str) -> bool:
    """Whether the text holds a credential of a known form."""
    return next(shapes(value), None) is not None


def is_of_secret(value: object) -> bool:
    """Whether a value has the form of a credential, or is taken from an attribute that holds one."""
    if isinstance(value, str):
        return has_shape(value)
    return bool(_taken_from(value))


def _taken_from(value: object) -> str:
    """The attribute holding a secret that a value is taken from."""
    return next(filter(_is_secret_attribute, value.refs), "") if isinstance(value, Unknown) else ""


def _is_secret_attribute(ref: str) -> bool:
    """Whether a reference is to a secret itself: "random_password.p.result", "aws_iam_access_key.ci.secret"."""
    address, _, name = ref.rpartition(".")
    if "random_password." in address:
        return name == "result"
    if name.partition("[")[0] == "master_user_secret":
        return False  # the block that names the secret
    return bool(speaks_of_secret(name)) and not name.startswith("encrypted") and not _is_settings(address)


def _is_settings(address: str) -> bool:
    """Whether the attribute is within a block of settings, so only about a secret."""
    return address.rpartition(".")[2].partition("[")[0].endswith(("policy", "validity", "units", "rules", "options"))


# Attributes that may hold anything. All others that hold no secret by their name hold none.
_ANYTHING = {
    "body", "content", "data", "insecure_value", "json", "output", "outputs", "plaintext", "rendered", "response_body",
    "result", "stdout", "value", "values",
}  # fmt: skip


def _may_be_secret(value: Unknown) -> bool:
    """Whether the unknown may turn out to be a secret: a variable may, the name or address of a resource may not."""
    return not value.refs or any(_last(ref) in _ANYTHING or _is_secret_attribute(ref) for ref in value.refs)


def _last(ref: str) -> str:
    return ref.rpartition(".")[2].partition("[")[0]


# -- start scripts and definitions


def in_user_data(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """Secrets in the scripts that a machine runs when it starts."""
    found: dict[str, str] = {}
    ways = {path: start for path in SCRIPTS.get(resource.type, ()) if (start := leading(resource, graph, path))}
    doubts: list[str] = []
    for path in SCRIPTS.get(resource.type, ()):
        for value in reach(resource.attributes, path):
            if isinstance(value, Unknown):
                pieces, because = _pieces(value, resource)
                doubts += because
                found |= dict(_in_text(pieces, path)) | ({path: "secret"} if is_of_secret(value) else {})
            elif isinstance(value, str) and is_hash(value):
                doubts.append("only a hash of the script is kept")
            elif isinstance(value, str):
                found.update(_in_text(script(value), path))
                doubts += ["the script is too long to be looked at"] if is_too_long(value) else []
    return entries(found, doubts, ways)


def _pieces(value: Unknown, resource: Resource) -> tuple[str, list[str]]:
    """What is known of a text with unknown parts, and why there may be more. A part that is no secret is a blank."""
    if not isinstance(value.partial, tuple):
        # a plan names what goes into a text, and not what else is in it
        may_hold_more = resource.origin is not Origin.SOURCE or _may_be_secret(value)
        return value.prefix, [value.because] if may_hold_more else []
    known = "".join(piece if isinstance(piece, str) else " " for piece in value.partial)
    parts = [piece for piece in value.partial if isinstance(piece, Unknown)]
    return known, [piece.because for piece in parts if _may_be_secret(piece)]


def in_definition(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """Secrets in the documents that the resource stores."""
    found: dict[str, str] = {}
    ways = {path: start for path in DEFINITIONS.get(resource.type, ()) if (start := leading(resource, graph, path))}
    doubts: list[str] = []
    for path in DEFINITIONS.get(resource.type, ()):
        for value in reach(resource.attributes, path):
            document = decoded(value)
            if isinstance(document, Unknown):
                document, because = _pieces(document, resource)
                doubts += because
            found.update(_in_document(document, path))
            doubts += _doubts(document)
    if resource.attributes.get("place") in ("local", "module"):
        found = {path: kind for path, kind in found.items() if not _ends(resource, path, graph)}
    return entries(found, doubts, ways)


def ends_elsewhere(resource: Resource, graph: ResourceGraph) -> bool:
    """Whether all secrets that a local value or the arguments of a module hold are found where they end."""
    paths = [path for path, _ in _in_document(resource.attributes.get("arguments"), "arguments")]
    followed_there = resource.attributes.get("place") in ("local", "module")
    return followed_there and bool(paths) and all(_ends(resource, path, graph) for path in paths)


def _ends(resource: Resource, path: str, graph: ResourceGraph) -> bool:
    """Whether what a module or a local value is given is found where it ends."""
    name = path.removeprefix("arguments.").partition(":")[0]
    start = (
        resource.address.rpartition(".")[0] if resource.attributes["place"] == "local" else f"{resource.address}.var"
    )
    return f"{start}.{name}" in reached(graph)


def in_container_settings(resource: Resource, graph: ResourceGraph) -> Found | Unknown:
    """Secrets of containers anywhere but in their environment: in commands, options of log drivers, labels."""
    found: dict[str, str] = {}
    doubts: list[str] = []
    documents = _settings(resource)
    for path, document in documents.items():
        found.update(_in_document(document, path))
        doubts += [document.because] if isinstance(document, Unknown) else _doubts(document)
    marked = followed(resource, graph)
    starts = {
        path: next(iter(marks(each).values()), "") for path, each in (_settings(marked) if marked else {}).items()
    }
    ways = {path: f"{start}{ARROW}{resource.address}.{path}" for path, start in starts.items() if start}
    return entries(found, doubts, ways)


def _settings(resource: Resource) -> dict[str, Any]:
    """The documents of containers without environments."""
    found = {}
    for path in ("container_definitions", "container_properties"):
        for value in reach(resource.attributes, path):
            found[path] = _without_environment(decoded(value))
    return found


def _without_environment(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_environment(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if str(name).lower() not in ("environment", "secrets")}


def _doubts(value: object, name: str = "") -> Iterator[str]:
    """Why members of a structure that are called like secrets may be some."""
    if isinstance(value, Unknown):
        if speaks_of_secret(name) and _may_be_secret(value):
            yield value.because
        return
    if isinstance(value, Mapping):
        named = value.get("name")
        for key, member in value.items():
            said = named if str(key).lower() == "value" and isinstance(named, str) else str(key)
            yield from _doubts(member, said)
    for member in value if isinstance(value, list | tuple) else ():
        yield from _doubts(member, name)


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


# -- anywhere


@per_resource
def written_shapes(resource: Resource, graph: ResourceGraph) -> Found:  # noqa: ARG001 - the form of a fact
    """Credentials that are known by their form, in any attribute."""
    if not _any_shape(resource):
        return []
    texts = [(path, script(text) if _is_script(path) else text) for path, text in strings(resource.attributes)]
    found = {path: kind for path, text in texts for kind, _, _ in shapes(text)}
    return _listed(found)


def _any_shape(resource: Resource) -> bool:
    """One look at all the texts together: most resources hold nothing."""
    texts = [script(text) for name in _SCRIPTS if isinstance(text := resource.attributes.get(name), str)]
    _gather(resource.attributes, texts)
    return next(shapes("\n".join(texts)), None) is not None


_SCRIPTS = ("user_data", "user_data_base64")


def _gather(value: Any, texts: list[str]) -> None:
    """Adds every known string within `value`."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, dict):
        for member in value.values():
            _gather(member, texts)
    elif isinstance(value, list | tuple):
        for member in value:
            _gather(member, texts)
    elif isinstance(value, Unknown) and value.partial is not None:
        _gather(value.partial, texts)


def _is_script(path: str) -> bool:
    return path.endswith(_SCRIPTS)
