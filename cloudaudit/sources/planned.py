"""What a plan knows of one resource: planned values, and where `after_unknown` marks one, where it will come from.

A mark on what the author did not write, and AWS fills in, is left out: source shows it as unset, and so do we.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cloudaudit import schema
from cloudaudit.model import Unknown
from cloudaudit.schema import NestedSchema, TypeSchema
from cloudaudit.sources.configuration import References, Scope, names_in
from cloudaudit.sources.hcl.unknowns import NEVER_NULL
from cloudaudit.sources.resources import Recorded, bracketed

_LATER = "known after apply"
_RENDERED = frozenset({"id", "json", "minified_json"})


class Planned:
    """One planned resource beside the block that was written for it."""

    def __init__(
        self, row: Recorded, unknown: Any, references: References | None, documents: Callable[[str], Any] | None = None
    ) -> None:
        self.row = row
        self.unknown = unknown
        self.references = references
        self.documents = documents
        self.expressions: Any = None
        self.provider = ""
        self.scope: Scope | None = None
        if references:
            self._find_block(references)

    def _find_block(self, references: References) -> None:
        row = self.row
        tail = f"{row.type}.{row.name}" if row.mode == "managed" else f"data.{row.type}.{row.name}"
        module = row.address.removesuffix(bracketed(row.index)).removesuffix(tail).removesuffix(".")
        place, block = references.block(module, tail)
        if place and block:
            self.expressions = block.expressions
            self.provider = block.provider_config_key
            self.scope = Scope(place, block.for_each_expression, row.index)

    def later(self, expression: Any, *, computed: bool = False) -> Unknown:
        """The unknown that an expression will yield; a condition may have made it null where AWS then fills in another
        (`computed`)."""
        if not (self.references and self.scope and expression):
            return Unknown(because=_LATER)
        names = names_in(expression)
        refs = self.references.of(self.scope, names)
        if (policy := self._policy(names, refs)) is not None:
            return policy
        doubtful = computed or any("local." in ref for ref in refs) or self.references.chooses(self.scope, names)
        return _unknown(refs, sure=not doubtful or self.references.is_chain(self.scope, names))

    def _policy(self, names: list[str], refs: tuple[str, ...]) -> Unknown | None:
        """What is known of the policy document that the value is, if it is one."""
        found = [ref for ref in refs if ".aws_iam_policy_document." in f".{ref}"]
        if len(found) != 1 or not self.documents or not self.references or not self.scope:
            return None
        json = self.documents(found[0].removesuffix(".json").removesuffix(".minified_json"))
        if not isinstance(json, Unknown) or not self.references.is_chain(self.scope, names, documents=True):
            return None
        return msgspec.structs.replace(json, refs=tuple(dict.fromkeys((*json.refs, *refs))))

    def members(self, expression: Any, *, computed: bool) -> list[Unknown] | Unknown:
        """A list that is not known: its members where it is written as nothing but references, such as `[a.id, b.id]`
        or `a[*].id`. Else it has at least one if what makes it unknown is a single value: an empty one is known."""
        names = names_in(expression)
        refs = self.references.listed(self.scope, names) if self.references and self.scope else ()
        if refs:
            return [_unknown((ref,), sure=True) for ref in refs]
        whole = self.later(expression, computed=computed)
        single = bool(whole.refs) and all(ref.rpartition(".")[2] in NEVER_NULL for ref in whole.refs)
        return [whole] if single and not computed else whole


class _Block(NamedTuple):
    """A block as it was written: its dotted path, the expressions in it, its schema; the whole resource is one too."""

    type: str
    path: str
    expressions: Any
    schema: TypeSchema | NestedSchema | None
    is_data: bool = False

    def written(self, name: str) -> Any:
        """The expression of an argument, or the blocks of that name; None where there is neither."""
        if _is_expression(self.expressions):
            return self.expressions  # `ingress = [{...}]`: one expression for all that is inside
        return self.expressions.get(name) if isinstance(self.expressions, dict) else None

    def is_left_out(self, name: str) -> bool:
        """True for what was not written, so that AWS will fill it in."""
        if self.is_data:
            return name in _RENDERED
        if self.schema and name in self.schema.blocks:
            # `configuration` shows no dynamic blocks: a block that AWS does not fill in must come of one
            return self.schema.blocks[name].computed or self.path + name in _filled().get(self.type, ())
        if self.expressions is not None:
            return True
        attribute = self.schema.attributes.get(name) if self.schema else None
        return attribute is not None and attribute.computed and not attribute.optional


def attributes(planned: Planned) -> dict[str, Any]:
    """The attributes in the provider's shape, unknown ones among them."""
    return schema.normalise(planned.row.type, overlaid(planned))


def overlaid(planned: Planned) -> dict[str, Any]:
    """The planned values with an Unknown at each mark."""
    row = planned.row
    values = row.values or {}
    if isinstance(planned.unknown, dict):
        is_data = row.mode == "data"
        known = None if is_data else schema.resource_schema(row.type)
        _overlay(planned, values, planned.unknown, _Block(row.type, "", planned.expressions, known, is_data))
    return values


def _overlay(planned: Planned, values: dict[str, Any], marks: Mapping[str, Any], block: _Block) -> None:
    """Put an Unknown wherever a mark says so. The values were decoded for us alone, so they are changed in place."""
    for name, mark in marks.items():
        if not mark:
            continue
        expression = block.written(name)
        if mark is True:
            if expression is not None or not block.is_left_out(name):
                values[name] = _unknown_argument(planned, name, expression, block)
        elif name in values:
            nested = block.schema.blocks.get(name) if block.schema else None
            inner = _Block(block.type, f"{block.path}{name}.", expression, nested, block.is_data)
            values[name] = _within(planned, values[name], mark, inner)


def _unknown_argument(planned: Planned, name: str, expression: Any, block: _Block) -> list[Unknown] | Unknown:
    attribute = block.schema.attributes.get(name) if block.schema else None
    computed = attribute is None or attribute.computed
    if attribute and isinstance(attribute.type, list) and attribute.type[0] in {"list", "set"}:
        return planned.members(expression, computed=computed)
    unknown = planned.later(expression, computed=computed)
    required = attribute is not None and attribute.required
    return msgspec.structs.replace(unknown, is_set=True) if required else unknown


def _within(planned: Planned, value: Any, mark: Any, block: _Block) -> Any:
    """The value with an Unknown at each mark inside it."""
    if mark is True:
        return planned.later(block.expressions)
    if isinstance(mark, list) and isinstance(value, list):
        for index, (member, inner) in enumerate(zip(value, mark, strict=False)):
            if inner:
                expression = _nth(block, index, len(value))
                value[index] = _within(planned, member, inner, block._replace(expressions=expression))
    elif isinstance(mark, dict) and isinstance(value, dict):
        if block.schema:
            _overlay(planned, value, mark, block)
        else:
            for name, inner in mark.items():
                if inner:
                    within = block._replace(expressions=block.written(name))
                    value[name] = _within(planned, value.get(name), inner, within)
    return value


def _unknown(refs: tuple[str, ...], *, sure: bool) -> Unknown:
    """The cause that a reader looks for is a resource; a second cause says that it may be another."""
    cause = next((ref for ref in refs if "local." not in ref), "")
    because = f"{cause} is {_LATER}" if sure else f"{cause} is {_LATER}; a condition may choose another value"
    return Unknown(because=because if cause else _LATER, refs=refs, is_set=sure and bool(cause))


def _is_expression(expressions: Any) -> bool:
    """True for an argument, false for the arguments inside a block."""
    return isinstance(expressions, dict) and (
        "constant_value" in expressions or isinstance(expressions.get("references"), list)
    )


def _nth(block: _Block, index: int, count: int) -> Any:
    """What was written for the block at a position. Sets have no order, so all blocks of the name count as one."""
    expression = block.expressions
    if not isinstance(expression, list) or not expression:
        return expression
    if len(expression) == 1:
        return expression[0]
    ordered = block.schema is None or (isinstance(block.schema, NestedSchema) and block.schema.nesting == "list")
    if len(expression) == count and ordered:
        return expression[index]
    merged: dict[str, Any] = {}
    for each in expression:
        for name, inner in each.items() if isinstance(each, dict) else ():
            merged.setdefault(name, []).append(inner)
    return merged


@cache
def _filled() -> dict[str, tuple[str, ...]]:
    """Blocks that AWS fills in where they are not written, by type: what provider 3.39 plans as unknown when nothing is
    set, and what the documentation of newer ones says. No schema tells."""
    data = Path(__file__).with_name("filled_blocks.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, tuple[str, ...]])
