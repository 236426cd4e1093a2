"""The values a verdict rests on, where each came from, and nothing that is secret."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from cloudaudit.engine.reads import FILLED, SET
from cloudaudit.engine.ruleset import Compiled
from cloudaudit.engine.view import View
from cloudaudit.model import Evidence, Read, Resource, Unknown

Redact: TypeAlias = Callable[[str, Any], Any]
"""Takes a dotted attribute path and its value; answers what may be shown of it."""

MAX_READS = 100
"""A rule over ten thousand blocks is shown by the first of them."""

_DIGEST = 8


def conceal(value: Any, salt: str) -> str:
    """What is shown of a secret: its length, and a digest that shows whether it changed. `salt` should be its place."""
    text = value if isinstance(value, str) else repr(value)
    digest = hashlib.sha256(f"{salt}\0{text}".encode("utf-8", "replace")).hexdigest()[:_DIGEST]
    return f"(secret of {len(text)} characters, digest {digest})"


def evidence(compiled: Compiled, view: View, redact: Redact) -> Evidence:
    """What the rule read of the resource, of its neighbours and of the facts: each value once."""
    reads: dict[tuple[str, str], Read] = {}
    for read in _all_reads(compiled, view, redact):
        reads.setdefault((read.path, read.source), read)
        if len(reads) == MAX_READS:
            break
    return Evidence(
        rule_digest=compiled.digest,
        reads=tuple(reads.values()),
        origin=view.resource.origin,
        observed_at=max((read.reading.at for read in reads.values() if read.reading), default=""),
    )


def causes(compiled: Compiled, view: View) -> tuple[str, ...]:
    """Why the verdict is unknown: each cause once, in the order of the paths read."""
    return tuple(dict.fromkeys(view.why(compiled.decisive)))


def _all_reads(compiled: Compiled, view: View, redact: Redact) -> Iterator[Read]:
    for path in compiled.shown:
        root, _, rest = path.partition(".")
        if root == "resource":
            yield from _attribute(view.resource, view.variables[root], rest, f"{root}.", redact)
        elif root in view.sides:
            yield from _side(view, root, rest, redact)
        elif path == "actions":
            yield Read(path=path, value=view.variables[path], source=view.resource.key)
        elif root == "related":
            yield from _neighbours(view, rest, redact)
        elif root == "facts":
            yield from _fact(view.variables[root], path, view.resource, redact)
        else:
            yield Read(path=path, value=view.variables[root][rest])


def _side(view: View, side: str, path: str, redact: Redact) -> Iterator[Read]:
    """What was read of the resource before or after the change; nothing of one that is gone."""
    shown, resource = view.variables[side], view.sides[side]
    if path.startswith("facts."):
        yield from _fact(shown.get("facts", {}), f"{side}.{path}", resource, redact)
    elif shown:
        yield from _attribute(resource, shown, path, f"{side}.", redact)


def _neighbours(view: View, path: str, redact: Redact) -> Iterator[Read]:
    name, _, attribute = path.partition(".")
    found, because = view.neighbours[name]
    shown = view.variables["related"][name]
    if because or not found:
        yield Read(path=f"related.{name}", value=[*({"unknown": cause} for cause in because)])
    for neighbour, seen in zip(found, shown, strict=False):
        if attribute.startswith("facts."):
            yield from _fact(seen["facts"], f"related.{name}.{attribute}", neighbour, redact)
        elif attribute:
            yield from _attribute(neighbour, seen, attribute, f"related.{name}.", redact)
        else:
            yield Read(
                path=f"related.{name}", value=neighbour.address, source=neighbour.key, location=neighbour.location
            )


def _fact(facts: dict[str, Any], path: str, resource: Resource, redact: Redact) -> Iterator[Read]:
    value: Any = facts
    start, _, names = path.rpartition("facts.")
    seen = f"{start}facts"
    for name in names.split("."):
        if isinstance(value, list):
            break  # what is read of the members of a list is shown with all of each
        if not isinstance(value, dict) or name not in value:
            return
        value, seen = value[name], f"{seen}.{name}"
    yield Read(path=seen, value=_clean(value, seen, redact), source=resource.key)


def _attribute(resource: Resource, shown: Any, path: str, prefix: str, redact: Redact) -> Iterator[Read]:
    """The values at `path`, one for each block that it leads through; what is unset shows its default."""
    for place, value in _places(shown, resource.attributes, path.split("."), ""):
        if _is_sensitive(resource, place) and value is not None and not isinstance(value, Unknown):
            safe: Any = conceal(value, f"{resource.key} {place}")
        else:
            safe = _clean(value, place, redact)
        told = resource.readings.get(place.partition(".")[0]) or resource.readings.get("")
        yield Read(path=prefix + place, value=safe, source=resource.key, location=resource.locate(place), reading=told)


def _places(shown: Any, written: Any, names: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """What is shown at the names given, with list positions in its path; what is not shown, as it is written."""
    if isinstance(shown, list) and any(isinstance(member, dict) for member in shown):
        for index, member in enumerate(shown):
            below = written[index] if isinstance(written, list) and index < len(written) else written
            yield from _places(member, below, names, f"{path}.{index}")
    elif not names or not isinstance(shown, dict):
        yield path, shown
    else:
        name, *rest = names
        place = f"{path}.{name}" if path else name
        below = written.get(name) if isinstance(written, Mapping) else written
        if name in shown:
            yield from _places(shown[name], below, rest, place)
        elif name + SET in shown or name + FILLED in shown:
            yield place, below
        else:
            yield place, Unknown(because="known after apply") if below is None else below


def _is_sensitive(resource: Resource, path: str) -> bool:
    while path and resource.sensitive:
        if path in resource.sensitive:
            return True
        path = path.rpartition(".")[0]
    return False


def _clean(value: Any, path: str, redact: Redact) -> Any:
    """Plain data for reports: unknown values as their cause, secrets concealed, at every depth."""
    if isinstance(value, Unknown):
        return {"unknown": value.because}
    if isinstance(value, dict):
        return {key: _clean(member, f"{path}.{key}", redact) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(member, f"{path}.{index}", redact) for index, member in enumerate(value)]
    return redact(path, value)
