"""Policy documents as values: JSON text, or a structure that is known in part, becomes statements of one form."""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from cloudaudit.model import Record, Unknown

Text = str | Unknown
_TRAILING_COMMA = re.compile(r"(\"(?:[^\"\\]|\\.)*\")|,(?=\s*[\]}])")  # AWS refuses it, but what is meant is plain
_STEPS = 100_000
_LARGEST = 1_000_000  # IAM's own limits are far below; a longer text is not a policy


class Condition(Record, frozen=True):
    """One key of a condition block. Names are in lower case; the values are alternatives."""

    operator: str
    key: str
    values: tuple[Text, ...]
    quantifier: str = ""
    if_exists: bool = False


class Statement(Record, frozen=True):
    """One statement. A member that is not known stands as `Unknown` where it belongs.

    `principals` holds pairs of kind ("AWS", "Service", "Federated", "CanonicalUser") and name; it is None where the
    statement names no principal at all, as in identity policies. `doubt` says why there may be more conditions.
    """

    effect: Text
    sid: str = ""
    principals: tuple[tuple[str, Text], ...] | None = None
    not_principals: tuple[tuple[str, Text], ...] | None = None
    actions: tuple[Text, ...] = ()
    not_actions: tuple[Text, ...] | None = None
    resources: tuple[Text, ...] = ()
    not_resources: tuple[Text, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    doubt: tuple[str, ...] = ()


class Document(Record, frozen=True, dict=True):
    """The statements of one or more policies that act together, and why there may be others."""

    statements: tuple[Statement, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is certainly no policy."""
        return not self.statements and not self.because

    @functools.cached_property
    def allows(self) -> tuple[Statement, ...]:
        """The statements that certainly allow."""
        return tuple(statement for statement in self.statements if statement.effect == "Allow")

    @functools.cached_property
    def denies(self) -> tuple[Statement, ...]:
        """The statements that certainly deny."""
        found = tuple(statement for statement in self.statements if statement.effect == "Deny")
        return () if self._is_too_large(found) else found

    def _is_too_large(self, denies: tuple[Statement, ...]) -> bool:
        """Whether to follow all denials through all exceptions would take minutes; IAM's limits rule out such texts."""
        allows = sum((len(part.actions) + 1) * (len(part.resources) + 1) for part in self.allows)
        actions = sum(len(part.not_actions or ()) for part in denies)
        resources = sum(len(part.not_resources or ()) for part in denies)
        return allows * (actions + 1) * (resources + 1) * len(denies) > _STEPS

    @functools.cached_property
    def excepted_actions(self) -> tuple[Text, ...]:
        """The actions that denials except."""
        return tuple(dict.fromkeys(each for part in self.denies for each in part.not_actions or ()))

    @functools.cached_property
    def excepted_resources(self) -> tuple[Text, ...]:
        """The resources that denials except."""
        return tuple(dict.fromkeys(each for part in self.denies for each in part.not_resources or ()))

    @functools.cached_property
    def doubts(self) -> tuple[str, ...]:
        """Why there may be statements, or effects of statements, that we do not see."""
        effects = tuple(part.effect.because for part in self.statements if isinstance(part.effect, Unknown))
        denies = any(part.effect == "Deny" for part in self.statements)
        large = ("the policy has too many denials to follow",) if denies and not self.denies else ()
        return self.because + effects + large


def merge(documents: list[Document]) -> Document:
    """Policies that act together on one resource or identity."""
    if len(documents) == 1:
        return documents[0]
    return Document(
        statements=tuple(statement for document in documents for statement in document.statements),
        because=tuple(cause for document in documents for cause in document.because),
    )


def read(value: object) -> Document:
    """The policy that an attribute holds: JSON text, a structure, or an `Unknown` that may know a part of it."""
    if isinstance(value, Unknown):
        return _structure(value.partial) if isinstance(value.partial, dict) else Document(because=(value.because,))
    if isinstance(value, str):
        return _text(value)
    return Document() if value is None else _structure(value)


@functools.lru_cache(maxsize=4096)
def _text(text: str) -> Document:
    if not text.strip():
        return Document()
    if len(text) > _LARGEST:
        return Document(because=("the policy is too long to be one",))
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return _structure(json.loads(attempt))
        except (ValueError, RecursionError):
            continue
    return Document(because=("the policy is not JSON",))


def _structure(value: object) -> Document:
    if isinstance(value, Unknown):
        return Document(because=(value.because,))
    if not isinstance(value, Mapping):
        return Document(because=("the policy is not a JSON object",))
    members = _members(_folded(value).get("statement"))
    return Document(
        statements=tuple(_statement(_folded(member)) for member in members if isinstance(member, Mapping)),
        because=tuple(member.because for member in members if isinstance(member, Unknown)),
    )


def _folded(value: Mapping[Any, Any]) -> dict[str, Any]:
    """The same object with its element names in lower case, as AWS reads them."""
    return {str(name).lower(): member for name, member in value.items()}


def _members(value: object) -> list[Any]:
    """A list of what may be written as one value or as a list of values."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _texts(value: object) -> tuple[Text, ...]:
    return tuple(_scalar(member) for member in _members(value) if member is not None)


def _scalar(value: object) -> Text:
    if isinstance(value, str | Unknown):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _statement(parts: dict[str, Any]) -> Statement:
    effect = parts.get("effect", "Allow")  # AWS refuses a statement without one; what it says is taken as meant
    conditions, doubt = _conditions(parts.get("condition"))
    return Statement(
        effect=effect.capitalize() if isinstance(effect, str) else effect if isinstance(effect, Unknown) else "",
        sid=sid if isinstance(sid := parts.get("sid"), str) else "",
        principals=_principals(parts["principal"]) if "principal" in parts else None,
        not_principals=_principals(parts["notprincipal"]) if "notprincipal" in parts else None,
        actions=_texts(parts.get("action")),
        not_actions=_texts(parts["notaction"]) if "notaction" in parts else None,
        resources=_texts(parts.get("resource")),
        not_resources=_texts(parts["notresource"]) if "notresource" in parts else None,
        conditions=conditions,
        doubt=doubt,
    )


UNKNOWN = "\u2026"


def sketch(value: Text) -> str:
    """A text as far as it is known, with `UNKNOWN` for each part that is not: "arn:aws:iam::…:root"."""
    if isinstance(value, str):
        return value
    if isinstance(value.partial, tuple):
        return "".join(piece if isinstance(piece, str) else UNKNOWN for piece in value.partial)
    return value.prefix + UNKNOWN


def is_settled(value: Unknown) -> bool:
    """Whether the unknown parts of a text are taken from resources, so that they are names and ids and no wildcards."""
    pieces = value.partial if isinstance(value.partial, tuple) else ()
    parts = [piece for piece in pieces if isinstance(piece, Unknown)]
    return bool(parts) and all(part.refs and not part.refs[0].startswith("var.") for part in parts)


_KINDS = {"aws": "AWS", "service": "Service", "federated": "Federated", "canonicaluser": "CanonicalUser", "*": "AWS"}


def _principals(value: object) -> tuple[tuple[str, Text], ...]:
    """Pairs of kind and name. A bare "*" means any AWS principal, and also nobody in particular; of what is not known
    at all, the kind is empty."""
    if isinstance(value, Unknown):
        return (("", value),)
    if not isinstance(value, Mapping):
        return tuple(("AWS", name) for name in _texts(value))
    pairs: list[tuple[str, Text]] = []
    for kind, names in value.items():
        pairs += [(_KINDS.get(str(kind).lower(), str(kind)), name) for name in _texts(names)]
    return tuple(pairs)


_QUANTIFIERS = ("foranyvalue", "forallvalues")


def _conditions(value: object) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    if isinstance(value, Unknown):
        return (), (value.because,)
    found: list[Condition] = []
    doubt: list[str] = []
    for operator, keys in value.items() if isinstance(value, Mapping) else ():
        if isinstance(keys, Unknown):
            doubt.append(keys.because)
        elif isinstance(keys, Mapping):
            found += [_condition(str(operator).lower(), str(key).lower(), values) for key, values in keys.items()]
    return tuple(found), tuple(doubt)


def _condition(operator: str, key: str, values: object) -> Condition:
    quantifier, _, rest = operator.rpartition(":")
    return Condition(
        operator=rest.removesuffix("ifexists"),
        key=key,
        values=_texts(values),
        quantifier=quantifier if quantifier in _QUANTIFIERS else "",
        if_exists=rest.endswith("ifexists"),
    )
