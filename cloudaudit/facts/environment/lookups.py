"""What data sources look up: the environment that their arguments name."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.facts.environment.entries import Entry, Target, across, doubt, entry
from cloudaudit.facts.environment.inference import Inference, is_environment_key, root_environment, vocabulary
from cloudaudit.facts.environment.literals import kind_of, literal
from cloudaudit.facts.reading import strings
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, unknown_paths

_SAYS_NOTHING = {"region", "most_recent", "owners", "executable_users", "dynamodb_table", "profile", "encrypt"}


def reads(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What a data source names in another environment; names without a word of an environment do not count."""
    ours = root_environment(graph)
    rows = [entry(resource.address, each, ours) for each in _named(resource, graph)]
    return across(rows) + [doubt(f"{resource.address}.{path}: {why}") for path, why in _hidden(resource).items()]


def named_by(resource: Resource, graph: ResourceGraph) -> Inference:
    """The environment of what a data source looks up, as far as its arguments name it."""
    if found := next(_named(resource, graph), None):
        return found.environment
    because = "; ".join(f"{resource.address}.{path}: {why}" for path, why in _hidden(resource).items())
    return Inference(because=because or f"to which environment {resource.address} belongs is not known")


def _asked(resource: Resource) -> dict[str, Any]:
    return {name: value for name, value in resource.attributes.items() if name not in _SAYS_NOTHING}


def _hidden(resource: Resource) -> dict[str, str]:
    return dict(unknown_paths(_asked(resource)))


def _named(resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    for path, text in strings(_asked(resource)):
        theirs = place_of(text, path, graph)
        if theirs.name:
            kind = kind_of(text) or resource.type.removeprefix("data.")
            yield Target(to=text, kind=kind, attribute=path, environment=theirs)


def place_of(text: str, path: str, graph: ResourceGraph) -> Inference:
    """The environment that a name, an ARN, a key of a state file or a workspace stands for."""
    words = vocabulary(graph)
    if path == "workspace" or (path.startswith("tags.") and is_environment_key(path.removeprefix("tags."))):
        return Inference(name=words.recognised(text), basis=path.replace(".", " "), own=True)
    if path.startswith("tags.") and path != "tags.Name":
        return Inference()
    if text.startswith("arn:") or text.isdigit():
        return literal(text, graph)
    name = words.in_path(text) if "/" in text else words.named(text)
    return Inference(name=name, basis=f"name {text}", own=True)
