"""Small graphs for tests of facts."""

import json
from typing import Any

from cloudaudit.facts import find
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown

ELSEWHERE = Unknown(because="var.x has no value")


def resource(address: str, **attributes: Any) -> Resource:
    """A declared resource; `account`, `arn` and `region` are set on the resource itself too."""
    kind, _, name = address.rpartition("module.")[2].rpartition(".")[0], "", address.rpartition(".")[2]
    own = {key: attributes.pop(f"_{key}") for key in ("account", "arn", "region") if f"_{key}" in attributes}
    return Resource(
        key=address,
        type=kind.rpartition(".")[2],
        name=name,
        address=address,
        attributes=attributes,
        origin=Origin.SOURCE,
        **own,
    )


def ref(address: str) -> Unknown:
    """A value that is known after apply and refers to `address`."""
    return Unknown(because=f"{address} is known after apply", refs=(address,))


def graph(*resources: Resource, **environment: Any) -> ResourceGraph:
    """A graph of one root."""
    return ResourceGraph(
        resources, target="infra", root=environment.pop("root", "."), origin=Origin.SOURCE, environment=environment
    )


def fact(name: str, subject: Resource, *others: Resource, **environment: Any) -> Any:
    """The value of a fact for `subject` in a graph of it and `others`."""
    found = find(name)
    assert found is not None, name
    assert found.types is None or subject.type in found.types, f"{name} is not defined for {subject.type}"
    return found.compute(subject, graph(subject, *others, **environment))


def policy(*statements: dict[str, Any]) -> str:
    """A policy document of these statements, each an Allow unless it says otherwise."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **part} for part in statements]})


def is_unknown(value: object) -> bool:
    """Whether a fact gave no answer."""
    return isinstance(value, Unknown)
