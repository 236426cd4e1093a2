"""Terraform's types: written in `type = ...`, or found on a value, and how several become one."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from cloudaudit.sources.hcl import syntax
from cloudaudit.sources.hcl.unknowns import EvaluationError

PRIMITIVES = ("string", "number", "bool")


class Type(msgspec.Struct, frozen=True):
    """One type. `kind` is string, number, bool, any, list, set, map, tuple or object; collections have an `element`,
    tuples `items`, objects `attributes`, of which some are `optional`, with `defaults`.
    """

    kind: str
    element: "Type | None" = None
    items: "tuple[Type, ...]" = ()
    attributes: "dict[str, Type]" = {}
    optional: frozenset[str] = frozenset()
    defaults: dict[str, Any] = {}

    @property
    def of(self) -> "Type":
        """The type of the elements; `any` when there is none."""
        return self.element or ANY


ANY = Type("any")
STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
_KEYWORDS = {
    "any": ANY,
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    # Shorthands from before Terraform 0.12 that it still accepts.
    "list": Type("list", ANY),
    "map": Type("map", ANY),
}


def list_of(element: Type) -> Type:
    """list(element)"""
    return Type("list", element)


def set_of(element: Type) -> Type:
    """set(element)"""
    return Type("set", element)


def map_of(element: Type) -> Type:
    """map(element)"""
    return Type("map", element)


def tuple_of(items: Iterable[Type]) -> Type:
    """tuple([items])"""
    return Type("tuple", items=tuple(items))


def object_of(attributes: dict[str, Type]) -> Type:
    """object({attributes})"""
    return Type("object", attributes=attributes)


def bare(type_: Type) -> Type:
    """The type without what only a constraint has: optional attributes and defaults."""
    if type_.kind == "object":
        return object_of({name: bare(each) for name, each in type_.attributes.items()})
    if type_.kind == "tuple":
        return tuple_of(map(bare, type_.items))
    return Type(type_.kind, bare(type_.element)) if type_.element else type_


def describe(type_: Type) -> str:
    """The type as it is written in Terraform."""
    if type_.kind == "object":
        return "object({" + ", ".join(f"{n}={describe(t)}" for n, t in sorted(type_.attributes.items())) + "})"
    if type_.kind == "tuple":
        return "tuple([" + ", ".join(map(describe, type_.items)) + "])"
    return f"{type_.kind}({describe(type_.element)})" if type_.element else type_.kind


def parse_type(node: syntax.Expression, default: Callable[[syntax.Expression, Type], Any]) -> Type:
    """The type that an expression such as `list(object({a = optional(string, "x")}))` constrains to.

    `default` evaluates the default of an optional attribute and converts it to the attribute's type. Raises
    `EvaluationError` when the expression is no type constraint.
    """
    match node:
        case syntax.Name(name=name) | syntax.Literal(value=str() as name) if name in _KEYWORDS:
            return _KEYWORDS[name]
        case syntax.Template(parts=[str() as name]) if name in _KEYWORDS:
            return _KEYWORDS[name]
        case syntax.Template(parts=[only]) if not isinstance(only, str):
            return parse_type(only, default)
        case syntax.Call(name="list" | "set" | "map" as kind, args=[element]):
            return Type(kind, parse_type(element, default))
        case syntax.Call(name="tuple", args=[syntax.Tuple(items=items)]):
            return tuple_of(parse_type(item, default) for item in items)
        case syntax.Call(name="object", args=[syntax.Object(items=items)]):
            return _object(items, default)
    raise EvaluationError("this is not a type constraint")


def _object(
    items: Sequence[tuple[syntax.Expression, syntax.Expression]], default: Callable[[syntax.Expression, Type], Any]
) -> Type:
    attributes: dict[str, Type] = {}
    optional: set[str] = set()
    defaults: dict[str, Any] = {}
    for key, value in items:
        if not isinstance(key, syntax.Literal) or not isinstance(key.value, str):
            raise EvaluationError("the name of an attribute in object({...}) must be a plain name")
        name = key.value
        if not isinstance(value, syntax.Call) or value.name != "optional":
            attributes[name] = parse_type(value, default)
            continue
        if len(value.args) not in (1, 2):
            raise EvaluationError("optional() takes a type, and a default")
        attributes[name] = parse_type(value.args[0], default)
        optional.add(name)
        if len(value.args) == 2:
            defaults[name] = default(value.args[1], attributes[name])
    return Type("object", attributes=attributes, optional=frozenset(optional), defaults=defaults)


def convertible(source: Type, target: Type) -> bool:  # noqa: PLR0911 one answer for each kind
    """Whether values of `source` may convert to `target`; a single value can still refuse ("a" is no number)."""
    if "any" in (source.kind, target.kind) or source == target:
        return True
    if target.kind in PRIMITIVES:
        return source.kind == target.kind or (source.kind in PRIMITIVES and "string" in (source.kind, target.kind))
    if target.kind in ("list", "set"):
        if source.kind == "tuple":
            return _members_convertible(source.items, target)
        return source.kind in ("list", "set") and convertible(source.of, target.of)
    if target.kind == "map":
        if source.kind == "object":
            return _members_convertible(source.attributes.values(), target)
        return source.kind == "map" and convertible(source.of, target.of)
    if target.kind == "tuple":
        return (
            source.kind == "tuple"
            and len(source.items) == len(target.items)
            and all(map(convertible, source.items, target.items))
        )
    return _convertible_to_object(source, target)


def _members_convertible(members: Iterable[Type], target: Type) -> bool:
    if target.of.kind == "any":
        return unify(members) is not None
    return all(convertible(each, target.of) for each in members)


def _convertible_to_object(source: Type, target: Type) -> bool:
    if source.kind == "map":
        return all(convertible(source.of, each) for each in target.attributes.values())
    return source.kind == "object" and all(
        convertible(source.attributes[name], each) if name in source.attributes else name in target.optional
        for name, each in target.attributes.items()
    )


def unify(types: Iterable[Type]) -> Type | None:
    """The type to which all of `types` convert, as Terraform chooses it; None when there is none, `any` when a member
    whose type is not known (null, or unknown) stands among structures.
    """
    types = list(types)
    distinct: list[Type] = []
    for each in types:
        if each not in distinct:
            distinct.append(each)
    if len(distinct) <= 1:
        return distinct[0] if distinct else ANY
    kinds = {each.kind for each in distinct}
    for family, result in _FAMILIES:
        if kinds - {"any"} and kinds - {"any"} <= family and (kinds & {result}):
            return ANY if "any" in kinds else _UNIFIERS[result, len(kinds)](distinct)
    if {"object", "tuple"} <= kinds:
        return None
    for wanted in _by_preference(distinct):
        if all(convertible(each, wanted) for each in distinct):
            return wanted
    return None


def _unify_elements(types: list[Type]) -> Type | None:
    element = unify(each.of for each in types)
    return Type(types[0].kind, element) if element else None


def _unify_members(kind: str, types: list[Type]) -> Type | None:
    """The members of maps and objects (or lists and tuples) as elements of one map (or list)."""
    members = [m for each in types for m in ([each.of] if each.element else _members(each))]
    element = unify(members)
    return Type(kind, element) if element else None


def _members(type_: Type) -> Iterable[Type]:
    return type_.items if type_.kind == "tuple" else type_.attributes.values()


def _unify_objects(types: list[Type]) -> Type | None:
    names = types[0].attributes.keys()
    if any(each.attributes.keys() != names for each in types):
        return _unify_members("map", types)
    unified = {name: unify(each.attributes[name] for each in types) for name in names}
    known = {name: each for name, each in unified.items() if each}
    return object_of(known) if len(known) == len(unified) else None


def _unify_tuples(types: list[Type]) -> Type | None:
    if any(len(one.items) != len(other.items) for one, other in pairwise(types)):
        return _unify_members("list", types)
    unified = [unify(items) for items in zip(*(each.items for each in types), strict=True)]
    known = [each for each in unified if each]
    return tuple_of(known) if len(known) == len(unified) else None


def _unify_as_maps(types: list[Type]) -> Type | None:
    return _unify_members("map", types)


def _unify_as_lists(types: list[Type]) -> Type | None:
    return _unify_members("list", types)


_FAMILIES = (
    (frozenset({"map"}), "map"),
    (frozenset({"map", "object"}), "map"),
    (frozenset({"list"}), "list"),
    (frozenset({"list", "tuple"}), "list"),
    (frozenset({"set"}), "set"),
    (frozenset({"object"}), "object"),
    (frozenset({"tuple"}), "tuple"),
)
_UNIFIERS: dict[tuple[str, int], Callable[[list[Type]], Type | None]] = {
    ("map", 1): _unify_elements,
    ("map", 2): _unify_as_maps,
    ("list", 1): _unify_elements,
    ("list", 2): _unify_as_lists,
    ("set", 1): _unify_elements,
    ("object", 1): _unify_objects,
    ("tuple", 1): _unify_tuples,
}
# Strings hold every primitive, lists every sequence, maps every object; a type that is not known comes last.
_PREFERENCE = {"string": 0, "list": 0, "map": 0, "tuple": 1, "number": 1, "bool": 1, "object": 1, "set": 2, "any": 3}


def _by_preference(types: list[Type]) -> list[Type]:
    return sorted(types, key=lambda each: (_PREFERENCE[each.kind], _PREFERENCE[each.of.kind] if each.element else 0))


def vague(unified: Type, members: Iterable[Type]) -> bool:
    """Whether `unified` leaves open what a member has a type for: a null beside a structure. No collection has elements
    of such a type."""
    members = [each for each in members if each.kind != "any"]
    if not members:
        return False
    if unified.kind == "any":
        return True
    if unified.kind == "object":
        pairs = [
            (each, [m.attributes[n] for m in members if n in m.attributes]) for n, each in unified.attributes.items()
        ]
        return any(vague(each, inner) for each, inner in pairs)
    if unified.kind == "tuple":
        return any(vague(each, [m.items[i] for m in members if m.items]) for i, each in enumerate(unified.items))
    return False


def blurred(type_: Type) -> Type:
    """The type of elements with unknown ones among them: if those are strings, the numbers beside them are, too."""
    if type_.kind == "object":
        return object_of({name: blurred(each) for name, each in type_.attributes.items()})
    if type_.kind == "tuple":
        return tuple_of(map(blurred, type_.items))
    if type_.element:
        return Type(type_.kind, blurred(type_.element))
    return type_ if type_.kind == "string" else ANY
