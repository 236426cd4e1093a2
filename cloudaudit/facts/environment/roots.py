"""The environment of a root and of what it reads and keeps elsewhere: its state, other states, existing resources."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.environment.entries import Entry, Target, across, doubt, entry
from cloudaudit.facts.environment.inference import Inference, root_environment, vocabulary
from cloudaudit.facts.environment.lookups import place_of
from cloudaudit.facts.environment.words import words
from cloudaudit.facts.reading import strings
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown, unknown_paths

_STORES = {"s3": ("bucket", "key"), "gcs": ("bucket", "prefix"), "azurerm": ("storage_account_name", "key")}
STORED = tuple(_STORES)


def state(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What the backend of a root has to do with other environments: its bucket is named after another, or roots of
    other environments keep their state in it, too, with the same rights."""
    ours = root_environment(graph)
    if isinstance(kind := resource.attributes.get("type"), Unknown):
        return [doubt(f"{resource.address}.type: {kind.because}")]
    name, key = _STORES.get(_text(resource.attributes.get("type")), ("", ""))
    bucket = resource.attributes.get(name)
    if not name:
        return []
    if not isinstance(bucket, str):
        why = bucket.because if isinstance(bucket, Unknown) else f"{name} is given to terraform init"
        return [doubt(f"{resource.address}: {why}")]
    found = list(_named_after(resource, (name, key), graph))
    found += _beside(resource, name, graph)
    if not ours.name and not found:
        return [doubt(ours.because)]
    return across(entry(resource.address, each, ours) for each in found)


def _named_after(resource: Resource, names: tuple[str, str], graph: ResourceGraph) -> Iterator[Target]:
    for attribute in names:
        value = resource.attributes.get(attribute)
        if isinstance(value, Unknown):
            because = f"{resource.address}.{attribute}: {value.because}"
            yield Target(to="", kind="state", attribute=attribute, environment=Inference(because=because))
        elif isinstance(value, str) and (theirs := place_of(value, attribute, graph)).name:
            yield Target(to=value, kind="state", attribute=attribute, environment=theirs)


def _beside(resource: Resource, name: str, graph: ResourceGraph) -> Iterator[Target]:
    """The roots of this scan that keep their state in the same bucket; roles of their own keep them apart."""
    for root, backend in sorted(_backends(graph).items()):
        if backend.get("type") != resource.attributes.get("type") or root == graph.root:
            continue
        if backend.get(name) != resource.attributes.get(name) or _apart(backend, resource.attributes):
            continue
        if environment := vocabulary(graph).in_path(root):
            theirs = Inference(name=environment, basis=f"path {root}", own=True)
            yield Target(to=root, kind="root", attribute=name, environment=theirs)


def _backends(graph: ResourceGraph) -> Mapping[str, Mapping[str, Any]]:
    found = graph.environment.get("backends")
    return found if isinstance(found, Mapping) else {}


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the two use roles of their own for their state."""
    roles = [_role(backend) for backend in (one, other)]
    return all(roles) and roles[0] != roles[1]


def _role(backend: Mapping[str, Any]) -> str:
    found = [text for _, text in strings({name: backend.get(name) for name in ("role_arn", "assume_role")})]
    return next((text for text in found if text.startswith("arn:")), "")


def defaults(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What a variable of the root takes by default in another environment, unless it is given another value."""
    name, default = resource.attributes.get("name"), resource.attributes.get("default")
    if resource.address != f"var.{resource.name}" or default is None:
        return []
    given = graph.environment.get("variables") or {}
    if isinstance(name, str) and isinstance(default, str) and given.get(name, default) != default:
        return []
    ours = root_environment(graph)
    found = [
        Target(to=text, kind="default", attribute="default", environment=theirs)
        for path, text in strings({"default": default})
        if len(words(text)) > 1 and (theirs := place_of(text, path, graph)).name
    ]
    if len({each.environment.name for each in found}) > 1:
        found = []  # one for each environment, to choose from
    hidden = [f"{resource.address}.{path}: {why}" for path, why in unknown_paths({"default": default})]
    if isinstance(name, Unknown):
        hidden.append(f"{resource.address}.name: {name.because}")
    rows = across(entry(resource.address, each, ours) for each in found)
    return [doubt(why) for why in hidden] if hidden else rows


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_PERSON = re.compile(r":user/|AWSReservedSSO_|:root$|^\d{12}$")


def is_person(principal: str) -> bool:
    """Whether a principal is a user, a role of single sign-on, or all of an account with the people in it."""
    return _PERSON.search(principal) is not None
