"""The `configuration` of a plan: what the author wrote, and where the references in it lead."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cloudaudit.sources.resources import bracketed

_DEPTH = 24
_MOST_MODULES = 200
_KEYS = frozenset({"each.key", "count.index"})
_CHOOSES_NOTHING = ("each.key", "count.", "path.", "terraform.")
_DOCUMENT = "data.aws_iam_policy_document."
_INDIRECT = frozenset({"var", "local", "module", "data"})
_NO_RESOURCES = frozenset({"each", "count", "path", "terraform", "self"})
_HEAD = re.compile(r"(\w[\w-]*)\.([\w-]+)(\[[^\]]*\])?(.*)", re.DOTALL)


class Expression(msgspec.Struct):
    """An expression whose value the plan shows elsewhere: a constant, or names that it refers to."""

    references: list[str] = []
    constant_value: Any = msgspec.UNSET


class ConfiguredResource(msgspec.Struct):
    """One resource block."""

    address: str
    mode: str = "managed"
    provider_config_key: str = ""
    expressions: dict[str, Any] = {}
    count_expression: Expression | None = None
    for_each_expression: Expression | None = None


class Output(msgspec.Struct):
    """One output block."""

    expression: Expression = msgspec.field(default_factory=Expression)
    description: str = ""


class Variable(msgspec.Struct):
    """One variable block; a default of null is as none."""

    default: Any = None
    description: str | None = None
    sensitive: bool | None = None


class ModuleCall(msgspec.Struct):
    """One module block, with the module itself."""

    source: str = ""
    version_constraint: str = ""
    expressions: dict[str, Any] = {}
    module: "ConfiguredModule | None" = None
    count_expression: Expression | None = None
    for_each_expression: Expression | None = None


class ConfiguredModule(msgspec.Struct):
    """One module: the root or a called one."""

    resources: list[ConfiguredResource] = []
    module_calls: dict[str, ModuleCall] = {}
    outputs: dict[str, Output] = {}
    variables: dict[str, Variable] = {}


class Provider(msgspec.Struct):
    """One provider block."""

    name: str = ""
    alias: str = ""
    module_address: str = ""
    expressions: dict[str, Any] = {}


class Configuration(msgspec.Struct):
    """All that was written."""

    provider_config: dict[str, Provider] = {}
    root_module: ConfiguredModule = msgspec.field(default_factory=ConfiguredModule)


class Place(msgspec.Struct, frozen=True):
    """A module instance, seen from inside: its address with a dot at the end, how it was called, and from where."""

    prefix: str
    module: ConfiguredModule
    call: ModuleCall | None = None
    key: str | int | None = None
    outer: "Place | None" = None
    blocks: dict[str, ConfiguredResource] = {}


class Scope(msgspec.Struct, frozen=True):
    """Where an expression is evaluated: the module instance, and the instance key of the block that holds it."""

    place: Place
    for_each: Expression | None = None
    key: str | int | None = None


# a scope, the names that are evaluated in it, and what of the result is meant: `["data"]` of a map
Step = tuple[Scope, Sequence[str], str]


class References:
    """Follows references through variables, outputs and each.key to the resources they come from."""

    def __init__(self, configuration: Configuration, addresses: Sequence[str]) -> None:
        self._root = _place("", configuration.root_module)
        self._places: dict[str, Place | None] = {"": self._root}
        self._followed: dict[tuple[Any, ...], tuple[str, ...]] = {}
        self._addresses = frozenset(addresses)
        self._instances: dict[str, list[str]] = {}
        for address in addresses:
            if address.endswith("]"):
                self._instances.setdefault(address[: address.rindex("[")], []).append(address)

    def block(self, module: str, plain: str) -> tuple[Place | None, ConfiguredResource | None]:
        """The module instance at an address, and the resource block named `plain` in it."""
        place = self._at(module)
        return place, place.blocks.get(plain) if place else None

    def of(self, scope: Scope, names: Sequence[str]) -> tuple[str, ...]:
        """The addresses that the names in an expression lead to when it is evaluated in the scope, sorted."""
        return tuple(sorted(self._follow(scope, names)))

    def is_chain(self, scope: Scope, names: Sequence[str], depth: int = _DEPTH, *, documents: bool = False) -> bool:
        """True when a value is handed on from one reference to the next, and nothing beside them can choose another.
        It ends in a resource, or with `documents` in a policy document."""
        chain = [name for name in _longest(names) if not name.startswith(_CHOOSES_NOTHING)]
        if len(chain) != 1 or depth == 0:
            return False
        head, _, rest = chain[0].partition(".")
        if head == "var":
            step = _passed(scope.place, rest)
            return step is not None and self.is_chain(step[0], step[1], depth - 1, documents=documents)
        if head == "module":
            outputs = self._outputs(scope.place, chain[0], scope.key)
            return len(outputs) == 1 and self.is_chain(outputs[0][0], outputs[0][1], depth - 1, documents=documents)
        if head == "each":
            source = scope.for_each
            inner = Scope(scope.place)
            return source is not None and self.is_chain(inner, source.references, depth - 1, documents=documents)
        return chain[0].startswith(_DOCUMENT) if documents else head not in _INDIRECT

    def chooses(self, scope: Scope, names: Sequence[str], depth: int = _DEPTH) -> bool:
        """True when a member is taken out of a map or list that is made of several resources: which, a plan hides."""
        for name in _longest(names) if depth else ():
            head, _, rest = name.partition(".")
            passed = _passed(scope.place, rest) if head == "var" else None
            steps = self._outputs(scope.place, name, scope.key) if head == "module" else [passed] if passed else []
            for inner, inner_names, inside in steps:
                found = self._follow(inner, inner_names, depth - 1)
                if inside and len(found) > 1 and self._picked(found, inside) == found:
                    return True
                if self.chooses(inner, inner_names, depth - 1):
                    return True
        return False

    def listed(self, scope: Scope, names: Sequence[str]) -> tuple[str, ...]:
        """The addresses that a list consists of, when it holds nothing but references to resources: a variable or a
        local beside them might choose between them. A repeated resource as a whole stands for its instances."""
        listed = _longest(names)
        if any(name.partition(".")[0] in _INDIRECT | _NO_RESOURCES for name in listed):
            return ()
        found = [scope.place.prefix + name for name in listed]
        return tuple(instance for address in found for instance in self._instances.get(address, [address]))

    def _at(self, module: str) -> Place | None:
        if module.count(".module.") > _MOST_MODULES:
            return None
        if module not in self._places:
            outer, name, key = _last_call(module)
            within = self._at(outer)
            call = within.module.module_calls.get(name) if within else None
            known = call.module if call else None
            self._places[module] = _place(f"{module}.", known, call, key, within) if known else None
        return self._places[module]

    def _follow(self, scope: Scope, names: Sequence[str], depth: int = _DEPTH) -> tuple[str, ...]:
        """Each address once; remembered, since variables that fan out at every level would else cost 2 to the depth."""
        known = (scope.place.prefix, scope.key, id(scope.for_each), tuple(names), depth)
        if known not in self._followed:
            self._followed[known] = tuple(dict.fromkeys(self._step(scope, names, depth))) if depth else ()
        return self._followed[known]

    def _step(self, scope: Scope, names: Sequence[str], depth: int) -> Iterator[str]:
        own = _longest(names)
        by_value = any(name.startswith("each.value") for name in own)
        picks = scope.key if not by_value and not _KEYS.isdisjoint(own) else None
        for name in own:
            head, _, rest = name.partition(".")
            if head == "var":
                yield from self._variable(scope.place, rest, depth)
            elif head == "each" and rest.startswith("value"):
                yield from self._each_value(scope, rest.removeprefix("value"), depth)
            elif head == "module":
                yield from self._output(scope.place, name, picks, depth)
            elif head == "data":
                yield from self._data(scope, name, picks, depth)
            elif head == "local":
                yield scope.place.prefix + name
            elif head not in _NO_RESOURCES:
                yield self._narrow(scope.place.prefix + name, picks)

    def _variable(self, place: Place, rest: str, depth: int) -> Iterator[str]:
        """What the module call passed; a variable of the root has a value, so it hides no reference."""
        if passed := _passed(place, rest):
            scope, names, inside = passed
            yield from self._picked(self._follow(scope, names, depth - 1), inside)

    def _output(self, place: Place, name: str, key: str | int | None, depth: int) -> Iterator[str]:
        if not (outputs := self._outputs(place, name, key)):
            yield place.prefix + name
        for scope, names, inside in outputs:
            yield from self._picked(self._follow(scope, names, depth - 1), inside)

    def _outputs(self, place: Place, name: str, key: str | int | None) -> list[Step]:
        """The outputs that `module.NAME[KEY].OUTPUT` means: all of them where it names none."""
        match = _HEAD.fullmatch(name)
        inner = self._at(f"{place.prefix}module.{match[2]}{match[3] or bracketed(key)}") if match else None
        if not match or not inner:
            return []
        rest = match[4].removeprefix(".")
        wanted = re.split(r"[.\[]", rest, maxsplit=1)[0]
        return [
            (Scope(inner), definition.expression.references, rest[len(wanted) :])
            for output, definition in inner.module.outputs.items()
            if wanted in {"", output}
        ]

    def _each_value(self, scope: Scope, rest: str, depth: int) -> Iterator[str]:
        """What for_each iterates over: resources, or what was made of them."""
        if scope.for_each is None or scope.for_each.constant_value is not msgspec.UNSET:
            return
        for address in self._follow(Scope(scope.place), scope.for_each.references, depth - 1):
            yield self._narrow(address, scope.key) + (rest if address in self._instances else "")

    def _data(self, scope: Scope, name: str, key: str | int | None, depth: int) -> Iterator[str]:
        """A data source is read at apply. A policy document is only written down: what it names is what it means."""
        yield self._narrow(scope.place.prefix + name, key)
        block = scope.place.blocks.get(re.sub(r"\[.*", "", ".".join(name.split(".")[:3])))
        if block and name.startswith(_DOCUMENT):
            repeated = block.for_each_expression or block.count_expression
            inner = Scope(scope.place, block.for_each_expression, scope.key if repeated else None)
            yield from self._follow(inner, names_in(block.expressions), depth - 1)

    def _picked(self, found: tuple[str, ...], rest: str) -> tuple[str, ...]:
        """`["data"]` of an output that is made of one repeated resource is that instance: the usual `{for k, v}`."""
        key = re.match(r'\["[^"]*"\]', rest)
        if key and len(found) == 1 and found[0] + key[0] in self._addresses:
            return (found[0] + key[0],)
        return found

    def _narrow(self, address: str, key: str | int | None) -> str:
        """`each.key` beside a whole repeated resource picks the instance of that key, if there is one."""
        if key is not None and address in self._instances and (instance := address + bracketed(key)) in self._addresses:
            return instance
        return address


def names_in(expression: Any) -> list[str]:
    """All names in an expression, in a block, or in a list of blocks, in order."""
    return list(_names(expression))


def _names(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for member in expression:
            yield from _names(member)
    elif isinstance(expression, dict):
        references = expression.get("references")
        if isinstance(references, list):
            yield from (name for name in references if isinstance(name, str))
            return
        if "constant_value" not in expression:
            for member in expression.values():
                yield from _names(member)


def _passed(place: Place, variable: str) -> Step | None:
    """What the module call passes for `NAME.rest`; None in the root, and for a variable left to its default."""
    name = re.split(r"[.\[]", variable, maxsplit=1)[0]
    if place.call is None or place.outer is None or name not in place.call.expressions:
        return None
    outer = Scope(place.outer, place.call.for_each_expression, place.key)
    return outer, names_in(place.call.expressions[name]), variable[len(name) :]


def _longest(names: Sequence[str]) -> list[str]:
    """Terraform lists `a.b.id` and then its shorter forms `a.b`; only the longest says what is meant."""
    kept: list[str] = []
    for name in names:
        if not (kept and kept[-1].startswith(name) and kept[-1][len(name) : len(name) + 1] in {".", "[", ""}):
            kept.append(name)
    return list(dict.fromkeys(kept))


def _place(
    prefix: str,
    module: ConfiguredModule,
    call: ModuleCall | None = None,
    key: str | int | None = None,
    outer: Place | None = None,
) -> Place:
    return Place(prefix, module, call, key, outer, {block.address: block for block in module.resources})


def _last_call(module: str) -> tuple[str, str, str | int | None]:
    """`module.a["x"].module.b[0]` -> (`module.a["x"]`, `b`, 0)."""
    match = re.fullmatch(r'(?:(.*)\.)?module\.([\w-]+)(?:\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\])?', module, re.DOTALL)
    if not match:
        return "", "", None
    outer, name, number, text = match.groups()
    key = (
        int(number)
        if number is not None
        else text.replace('\\"', '"').replace("\\\\", "\\")
        if text is not None
        else None
    )
    return outer or "", name, key
