"""One instance of a resource or data source, as references see it."""

import functools
from typing import Any, Protocol

import msgspec

from cloudaudit.model import Location, Unknown
from cloudaudit.schema import AttributeSchema, NestedSchema, TypeSchema, resource_schema
from cloudaudit.sources.hcl import types
from cloudaudit.sources.hcl.blocks import Writing, by_kind
from cloudaudit.sources.hcl.declarations import Declared
from cloudaudit.sources.hcl.providers import Provider
from cloudaudit.sources.hcl.scope import Lazy, Scope
from cloudaudit.sources.hcl.traverse import Open
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, later
from cloudaudit.sources.hcl.values import TfMap, Value, convert

META_ARGUMENTS = frozenset({"count", "for_each", "provider", "depends_on"})
META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection", "timeouts"})
_RUNNING = object()


class Surroundings(Protocol):
    """The module of an instance, as far as instances know it."""

    def provider_of(self, declared: Declared) -> Provider | None:
        """The provider configuration that manages a block."""


class Instance(Lazy):
    """One instance: `address` is the full one. What was configured is worked out once, argument by argument."""

    def __init__(self, declared: Declared, scope: Scope, address: str, key: Any, module: Surroundings) -> None:
        self.module = module
        self.declared = declared
        self.scope = scope
        self.address = address
        self.key = key
        self.type, self.name = declared.block.labels
        self.writing = Writing(declared, address)
        self._kinds = by_kind(declared.block.body)
        self._memo: dict[str, Any] = {}

    @property
    def location(self) -> Location:
        """Where the block stands."""
        return self.declared.location()

    def arguments(self) -> list[str]:
        """The names of the arguments that were written."""
        return [name for name in self.declared.block.body.attributes if name not in META_ARGUMENTS]

    def kinds(self) -> list[str]:
        """The kinds of the nested blocks that were written."""
        return [kind for kind in self._kinds if kind not in META_BLOCKS]

    def written(self, name: str) -> Value:
        """The value of an argument or of the blocks of one kind as it was written; null when it was not."""
        entry = self._memo.get(name)
        session = self.scope.session
        if entry is None:
            entry = self._work_out(name)
        elif entry is _RUNNING:
            because = f"{self.address}.{name} refers to itself"
            session.gap(f"{self.address}.{name}", "it refers to itself", location=self.location)
            return Unknown(because=because)
        value, tainted = entry
        if tainted:
            session.tainted = True
        return value

    def _work_out(self, name: str) -> tuple[Value, bool]:
        session = self.scope.session
        before = session.tainted, session.assumed
        session.tainted, session.assumed = False, None
        self._memo[name] = _RUNNING
        try:
            value = self._evaluate(name)
        except RecursionError:
            del self._memo[name]
            raise
        self._memo[name] = entry = (value, session.tainted)
        session.tainted, session.assumed = before
        return entry

    def _evaluate(self, name: str) -> Value:
        attribute = self.declared.block.body.attributes.get(name)
        if attribute is not None and name not in META_ARGUMENTS:
            return self.writing.argument(attribute, self.scope, name)
        if name in self._kinds and name not in META_BLOCKS:
            return self.writing.blocks(name, self._kinds[name], self.scope)
        return None

    @property
    def provider(self) -> Provider | None:
        """The provider configuration that manages it."""
        return self.module.provider_of(self.declared)

    def is_written(self, name: str) -> bool:
        """Whether there is an argument or a block of that name."""
        return name in self.declared.block.body.attributes or name in self._kinds

    def attribute(self, name: str) -> Any:
        """What a reference to an attribute gets."""
        raise NotImplementedError

    def after_apply(self, name: str, why: str = "is known after apply") -> Unknown:
        """An attribute whose value only the provider knows."""
        return later(self.address, name, why)


class Managed(Instance):
    """One instance of a resource."""

    _whole: Any = None

    def attribute(self, name: str) -> Any:
        """What was written, else the default, else what is known after apply."""
        value = self.written(name)
        schema = resource_schema(self.type)
        if schema is None:
            return self.after_apply(name) if value is None else self._open(value, name)
        if name == "tags_all":
            return self.tags_all(schema)
        if attribute := schema.attributes.get(name):
            return self._attribute(name, attribute, value)
        if nested := schema.blocks.get(name):
            return self._nested(name, nested, value)
        return self.after_apply(name) if value is None else value

    def whole(self) -> Value:
        """All attributes of the schema."""
        if self._whole is None:
            schema = resource_schema(self.type)
            if schema is None:
                names = {*self.arguments(), *self.kinds()}
                self._whole = Open({name: self.attribute(name) for name in sorted(names)}, self.address)
            else:
                self._whole = {name: self.attribute(name) for name in (*schema.attributes, *schema.blocks)}
        return self._whole

    def tags_all(self, schema: TypeSchema) -> Value:
        """The tags with those that the provider adds."""
        if "tags_all" not in schema.attributes:
            return self.after_apply("tags_all")
        provider = self.provider
        tags, added = self.written("tags"), provider.default_tags if provider else None
        if isinstance(tags, Unknown) or isinstance(added, Unknown):
            return combine(tags, added)
        given = [each for each in (added, tags) if isinstance(each, dict)]
        return TfMap({name: value for each in given for name, value in each.items()}, types.STRING)

    def lifecycle(self) -> dict[str, Value]:
        """What the block says of its own life, so far as it is written: prevent_destroy and create_before_destroy."""
        found: dict[str, Value] = {}
        for block in self._kinds.get("lifecycle", ()):
            for name in ("prevent_destroy", "create_before_destroy"):
                if attribute := block.body.attributes.get(name):
                    found[name] = self.writing.argument(attribute, self.scope, f"lifecycle.0.{name}")
        return found

    def _attribute(self, name: str, schema: AttributeSchema, value: Value) -> Value:
        if schema.sensitive:
            self.scope.session.tainted = True
        if value is None:
            if schema.required:
                return self.after_apply(name, "is required and not written")
            return self.after_apply(name) if schema.computed or self._may_fill_in(schema) else schema.default
        try:
            value = convert(value, schema_type(schema.type))
        except (EvaluationError, TypeError):
            return value
        return self._referred(name, value) if isinstance(value, Unknown) else value

    def _may_fill_in(self, schema: AttributeSchema) -> bool:
        """Whether a provider other than that of AWS may do so: of their optional arguments, ids among them, no schema
        here says it."""
        return not self.type.startswith("aws_") and schema.optional and schema.default is None

    def _referred(self, name: str, value: Unknown) -> Unknown:
        """An argument that is not known, for who refers to it: the cause stays, and the reference to us is kept."""
        own = f"{self.address}.{name}"
        return msgspec.structs.replace(value, refs=(own, *(ref for ref in value.refs if ref != own)))

    def _nested(self, name: str, schema: NestedSchema, value: Value) -> Value:
        if value is None:
            return self.after_apply(name) if schema.computed else schema.unset
        return _completed(value, schema, f"{self.address}.{name}")

    def _open(self, value: Value, name: str) -> Value:
        """Without a schema nobody knows what else a nested block has."""
        if name in self._kinds and isinstance(value, list):
            return [Open(v, f"{self.address}.{name}") if isinstance(v, dict) else v for v in value]
        return value


def _completed(value: Value, schema: NestedSchema, address: str) -> Value:
    """Nested blocks with the attributes that were not written."""
    if isinstance(value, list):
        return [_completed(block, schema, f"{address}[{number}]") for number, block in enumerate(value)]
    if not isinstance(value, dict) or schema.nesting == "map":
        return value
    whole = dict(value)
    for name, attribute in schema.attributes.items():
        if whole.get(name) is not None:
            continue
        known = later(address, name)
        whole[name] = known if attribute.computed else attribute.default
    for name, nested in schema.blocks.items():
        whole[name] = _completed(whole[name], nested, f"{address}.{name}") if name in whole else nested.unset
    return whole


@functools.cache
def _schema_type(notation: str) -> types.Type:
    return {"string": types.STRING, "number": types.NUMBER, "bool": types.BOOL}.get(notation, types.ANY)


def schema_type(notation: Any) -> types.Type:
    """The type that a provider's schema writes as "string" or ["list", "string"]."""
    if isinstance(notation, str):
        return _schema_type(notation)
    kind, inner = notation[0], notation[1]
    if kind == "object":
        members = {name: schema_type(member) for name, member in inner.items()}
        return types.Type("object", attributes=members, optional=frozenset(members))
    if kind == "tuple":
        return types.ANY
    return types.Type(kind, schema_type(inner))
