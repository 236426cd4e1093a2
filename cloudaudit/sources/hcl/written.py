"""What is written out in places that no type of ours describes: local values, arguments of modules, resources of other
providers, provisioners and connections. Only constants count: what refers to anything is judged where it ends."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cloudaudit.facts.credentials.assignments import may_speak
from cloudaudit.facts.credentials.shapes import may_hold
from cloudaudit.model import Location, Origin, Resource, Unknown
from cloudaudit.schema import resource_schema
from cloudaudit.sources.hcl.boundary import outside
from cloudaudit.sources.hcl.syntax import Block, Body, Call, Literal, Object, Template, Tuple

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.declarations import Declarations
    from cloudaudit.sources.hcl.modules import Module

_OWN = frozenset({"source", "version", "providers", "count", "for_each", "depends_on", "provider"})
_RUN = ("connection", "provisioner")
_TEXT = "text"
_DEEPEST = 50


class Written(NamedTuple):
    """The constants of one place, and where that is."""

    place: str
    address: str
    arguments: dict[str, Any]
    location: Location


def resources(module: "Module", prefix: str) -> Iterator[Resource]:
    """A resource for each place with constants that may be secrets, of the type `terraform_written`."""
    library = module.root.library
    known = library.written.get(id(module.declarations))
    if known is None:
        known = [found for found in _places(module.declarations) if found.arguments and _is_worth_it(found.arguments)]
        library.written[id(module.declarations)] = known
    for found in known:
        yield Resource(
            key=f"{prefix}{module.address}{found.address}/{found.place}",
            type="terraform_written",
            name=found.address.rpartition(".")[2],
            address=module.address + found.address,
            attributes={"place": found.place, "arguments": found.arguments},
            origin=Origin.SOURCE,
            location=found.location,
            calls=module.calls,
        )


def _is_worth_it(attributes: dict[str, Any]) -> bool:
    """Whether there may be a secret in it: most constants are no more than names and numbers."""
    text = repr(attributes)
    return may_speak(text) or may_hold(text)


def _places(found: "Declarations") -> Iterator[Written]:
    for name, local in found.locals.items():
        yield Written("local", f"local.{name}", _named({name: constants(local.value)}), local.location)
    for name, declared in found.calls.items():
        yield Written("module", f"module.{name}", body_constants(declared.block.body), declared.location())
    for (type_, name), declared in found.resources.items():
        body, address = declared.block.body, f"{type_}.{name}"
        if resource_schema(type_) is None:
            yield Written("resource", address, body_constants(body, _RUN), declared.location())
        blocks = [block for block in body.blocks if block.type in _RUN]
        runs = [constant for block in blocks if (constant := body_constants(block.body))]
        yield Written("provisioner", address, {"provisioner": runs} if runs else {}, declared.location())


def body_constants(body: Body, skipped: tuple[str, ...] = (), depth: int = 0) -> dict[str, Any]:
    """The constants among the arguments of a body and of the blocks in it, but for the kinds that are `skipped`."""
    found = _named({name: constants(each.value) for name, each in body.attributes.items() if name not in _OWN})
    if depth < _DEEPEST:
        for block in body.blocks:
            kind = block.labels[0] if block.type == "dynamic" and block.labels else block.type
            if kind not in skipped and (inner := _block_constants(block, depth + 1)):
                known = found.get(kind, [])  # an argument may have the name of a block; terraform would refuse it
                found[kind] = [*(known if isinstance(known, list) else [known]), *inner]
    return found


def _block_constants(block: Block, depth: int) -> list[Any]:
    """The constants of a block; of a dynamic one also those that it goes through."""
    if block.type != "dynamic":
        return [inner] if (inner := body_constants(block.body, (), depth)) else []
    each = block.body.attributes.get("for_each")
    members = constants(each.value) if each else None
    contents = [body_constants(content.body, (), depth) for content in block.body.blocks]
    return [*(members if isinstance(members, list) else [members]), *contents] if members or any(contents) else []


def constants(node: Any) -> Any:
    """What is constant of an expression: null where nothing is; of a text with references its other parts."""
    match node:
        case Literal():
            return outside(node.value) if isinstance(node.value, str) else None
        case Template():
            return _text(node.parts)
        case Object():
            return _named({_key(key): constants(value) for key, value in node.items})
        case Call(name="uuid"):
            return Unknown(because="uuid() is known when applied")
        case Tuple(items=items) | Call(args=items):
            return [found for item in items if (found := constants(item)) is not None]
    return None


def _text(parts: list[Any]) -> Any:
    """A text; one with references under a name of its own, since it is not the value of the argument."""
    known = [part for part in parts if isinstance(part, str)]
    if len(parts) == 1 and not known:
        return constants(parts[0])  # "${x}" is x, and so the JSON syntax writes it
    if len(known) == len(parts):
        return "".join(known)
    return {_TEXT: "${}".join(known)} if known else None


def _key(node: Any) -> str:
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name and value not in (None, {}, [])}
