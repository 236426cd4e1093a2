"""Where secret variables end: a root is evaluated once more with its secrets replaced by marks, which show up wherever
a secret would, however it got there. Only what may show a secret is evaluated again.

A mark is an `Unknown` whose cause is the way it has come: "secret: var.db_password -> module.api.var.env".
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from cloudaudit.facts.credentials.assignments import may_speak
from cloudaudit.facts.credentials.names import is_public, speaks_of_secret
from cloudaudit.facts.credentials.shapes import shapes
from cloudaudit.facts.credentials.values import is_secret as is_written
from cloudaudit.facts.credentials.ways import ARROW, MARK, PLACES
from cloudaudit.model import Unknown
from cloudaudit.schema import normalise, resource_schema
from cloudaudit.sources.hcl.blocks import by_kind
from cloudaudit.sources.hcl.boundary import outside
from cloudaudit.sources.hcl.syntax import Literal
from cloudaudit.sources.hcl.unknowns import unknowns

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.declarations import Declared
    from cloudaudit.sources.hcl.modules import Module

_MOST_HOPS = 20


def followed(found: Iterable["Module"], again: Callable[[], Iterable["Module"]], prefix: str) -> dict[str, Any]:
    """The attributes that secret variables end in, marks in their place, by resource key. `again` makes the modules of
    a session that follows; it is asked only where there is a secret variable."""
    if not any(map(_any_secret, found)):
        return {}
    marked: dict[str, Any] = {}
    for module in again():
        for key, attributes in _resources(module):
            marked[prefix + key] = attributes
        if module.called is None:
            marked.update((f"{prefix}output.{name}", value) for name, value in _outputs(module))
    return marked


def _any_secret(module: "Module") -> bool:
    """Whether a variable is a secret by itself, or is given something that may hold one."""
    found = module.declarations
    if any(is_secret(name, declared) for name, declared in found.variables.items()):
        return True
    written = module.root.library.written.get(id(module.declarations), ())
    given = module.called is None and may_speak(repr(module.root.given))
    return given or any(each.place in ("local", "module") for each in written)


def is_secret(name: str, declared: "Declared") -> bool:
    """Whether a variable holds a secret: it says so (`sensitive`), or its name or the form of its default does."""
    body = declared.block.body.attributes
    default = body.get("default")
    text = default.value.value if default is not None and isinstance(default.value, Literal) else ""
    if speaks_of_secret(name) or (isinstance(text, str) and next(shapes(text), None) is not None):
        return True
    sensitive = body.get("sensitive")
    stated = sensitive is not None and isinstance(sensitive.value, Literal) and sensitive.value.value is True
    return stated and not is_public(name)


def marked(module: "Module", name: str, declared: "Declared", value: Any) -> Any:
    """The value of a variable with a mark in place of every secret that was given to it. What comes from a resource
    stays what it is, and so does what is marked."""
    because = f"{MARK}{module.address}var.{name}"
    if is_secret(name, declared):
        return _masked(value, because, speaks_of_secret(name) or "secret")
    return _members(value, because) if isinstance(value, dict | list) else value


def marked_local(module: str, name: str, value: Any) -> Any:
    """The same of a local value; `module` is the address of its module."""
    because = f"{MARK}{module}local.{name}"
    if kind := speaks_of_secret(name):
        return _masked(value, because, kind)
    return _members(value, because) if isinstance(value, dict | list) else value


def _members(value: Any, because: str) -> Any:
    """The value with a mark in place of every text in it that stands under the name of a secret."""
    if not any(isinstance(member, dict | list) or _is_named(key, member) for key, member in _pairs(value)):
        return value
    changed = copy.copy(value)
    for key, member in _pairs(value):
        path = f"{because}.{key}"
        if _is_named(key, member):
            changed[key] = Unknown(because=path, is_set=True)
        elif isinstance(member, dict | list):
            changed[key] = _members(member, path)
    return changed


def _pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _is_named(key: Any, member: Any) -> bool:
    if not isinstance(key, str) or not isinstance(member, str) or ";" in key or ARROW in key:
        return False
    kind = speaks_of_secret(key)
    return bool(kind) and is_written(member, kind)


def _masked(value: Any, because: str, kind: str) -> Any:
    if isinstance(value, str):
        return Unknown(because=because, is_set=True) if is_written(value, kind) else value
    if isinstance(value, dict | list):
        return _mapped(value, lambda member: _masked(member, because, kind))
    if isinstance(value, Unknown) and not value.refs and value.because.endswith("has no value"):
        return Unknown(because=because, is_set=True)
    return value


def stamped(value: Any, place: str) -> Any:
    """The value with one more place on the way of each mark in it."""
    if isinstance(value, Unknown):
        return _stamped(value, place) if MARK in value.because else value
    return _mapped(value, lambda member: stamped(member, place)) if next(_marks(value), None) else value


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A collection of the same kind with its members changed."""
    changed = copy.copy(value)
    if isinstance(changed, dict):
        changed.update({name: change(member) for name, member in changed.items()})
    elif isinstance(changed, list):
        changed[:] = map(change, changed)
    return changed


def _stamped(value: Unknown, place: str) -> Unknown:
    because = "; ".join(_extended(cause, place) for cause in value.because.split("; "))
    partial = value.partial
    if isinstance(partial, tuple):
        partial = tuple(stamped(piece, place) for piece in partial)
    elif partial is not None:
        partial = stamped(partial, place)
    return msgspec.structs.replace(value, because=because, partial=partial)


def _extended(cause: str, place: str) -> str:
    way = cause.removeprefix(MARK).split(ARROW)
    if not cause.startswith(MARK) or place in way or len(way) > _MOST_HOPS or way[-1].startswith(f"{place}."):
        return cause
    return f"{cause}{ARROW}{place}"


def _marks(value: Any) -> Iterator[Unknown]:
    return (each for each in unknowns(value) if MARK in each.because)


def _resources(module: "Module") -> Iterator[tuple[str, dict[str, Any]]]:
    for (type_, name), declared in module.declarations.resources.items():
        body = declared.block.body
        written = {*body.attributes, *by_kind(body)}
        shown = PLACES.get(type_, frozenset()) | ({each for each in written if speaks_of_secret(each)})
        if written.isdisjoint(shown) or resource_schema(type_) is None:
            continue
        for instance in module.members("resource", type_, name):
            names = [each for each in (*instance.arguments(), *instance.kinds()) if each in shown]
            raw = {each: outside(instance.written(each)) for each in names}
            found = {each: value for each, value in raw.items() if next(_marks(value), None)}
            if found:
                yield instance.address, dict(normalise(type_, found))


def _outputs(module: "Module") -> Iterator[tuple[str, dict[str, Any]]]:
    for name in module.declarations.outputs:
        value = outside(module.output(name))
        if next(_marks(value), None):
            yield name, {"value": value}
