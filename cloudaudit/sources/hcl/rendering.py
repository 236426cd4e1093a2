"""Templates to strings. A JSON document with unknown parts keeps what is known of it."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import operators
from cloudaudit.sources.hcl.iteration import pairs, unordered
from cloudaudit.sources.hcl.scope import LONGEST_TEXT, Evaluate, Scope, plain
from cloudaudit.sources.hcl.syntax import Template, TemplateFor, TemplateIf
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine, light
from cloudaudit.sources.hcl.values import Value, to_bool, to_string

_JSON = re.compile(r"\s*[\[{]")
_MARK = re.compile("\ue000([0-9]+)\ue001")
_IN_JSON = re.compile('"(?:[^"\\\\]|\\\\.)*"?|\ue000[0-9]+\ue001', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])')  # AWS refuses it, but what is meant is plain
_DEEPEST = 500
_MOST_PIECES = 1_000  # of a text that is partly known; a longer one keeps its start


def render(node: Template, scope: Scope, evaluate: Evaluate) -> Any:
    """The value of a template: of any type when it is one lone `${...}`, else a string."""
    parts = node.parts
    if len(parts) == 1 and not isinstance(parts[0], str | TemplateIf | TemplateFor):
        return evaluate(parts[0], scope)
    return join(_pieces(parts, scope, evaluate))


def join(pieces: list[Value]) -> Value:
    """The pieces as one string; with unknown pieces, what is known of it: its start, and the document if it is JSON,
    else the pieces."""
    length = sum(len(piece) for piece in pieces if isinstance(piece, str))
    if length > LONGEST_TEXT:
        raise LimitError(f"a string of more than {LONGEST_TEXT:,} characters")
    value = operators.template(pieces)
    if not isinstance(value, Unknown):
        return value
    if isinstance(pieces[0], str) and _JSON.match(pieces[0]):
        return msgspec.structs.replace(value, partial=light(_document(pieces)))
    known = tuple(islice(_text(pieces), _MOST_PIECES + 1))
    return msgspec.structs.replace(value, partial=light(known)) if len(known) <= _MOST_PIECES else value


def _text(pieces: list[Value]) -> Iterator[str | Unknown]:
    """What is known of a text, in order, with an `Unknown` for each part that is not."""
    for piece in map(to_string, pieces):
        if isinstance(piece, Unknown) and isinstance(piece.partial, tuple):
            yield from piece.partial
        else:
            yield piece


def _pieces(parts: list[Any], scope: Scope, evaluate: Evaluate) -> list[Value]:
    pieces: list[Value] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif isinstance(part, TemplateIf):
            pieces += _if(part, scope, evaluate)
        elif isinstance(part, TemplateFor):
            pieces += _for(part, scope, evaluate)
        else:
            pieces.append(plain(evaluate(part, scope)))
    return pieces


def _if(part: TemplateIf, scope: Scope, evaluate: Evaluate) -> list[Value]:
    condition = plain(evaluate(part.condition, scope))
    if condition is None:
        raise EvaluationError("the condition of an 'if' directive must not be null")
    truth = to_bool(condition)
    if isinstance(truth, Unknown):
        arms = [join(_pieces(arm, scope, evaluate)) for arm in (part.then, part.otherwise)]
        return [operators.either(truth, *arms)]
    return _pieces(part.then if truth else part.otherwise, scope, evaluate)


def _for(part: TemplateFor, scope: Scope, evaluate: Evaluate) -> list[Value]:
    collection = evaluate(part.collection, scope)
    members = pairs(collection)
    if isinstance(members, Unknown) or unordered(collection):
        return [combine(collection)]
    pieces: list[Value] = []
    length = 0
    for key, member in members:
        scope.session.step()
        names = {part.value: member} if part.key is None else {part.key: key, part.value: member}
        made = _pieces(part.body, scope.inside(names), evaluate)
        length += sum(len(piece) for piece in made if isinstance(piece, str))
        if length > LONGEST_TEXT:
            raise LimitError(f"a string of more than {LONGEST_TEXT:,} characters")
        pieces += made
    return pieces


def _document(pieces: list[Value]) -> Any:
    """The JSON that the pieces make up, unknown pieces within it as `Unknown`s; None when that cannot be told."""
    unknown: list[Unknown] = []
    text: list[str] = []
    for piece in pieces:
        if isinstance(piece, Unknown):
            text.append(f"\ue000{len(unknown)}\ue001")
            unknown.append(piece)
        else:
            text.append(str(to_string(piece)))
    marked = _IN_JSON.sub(_quoted, "".join(text))
    for attempt in (marked, _TRAILING_COMMA.sub(r"\1", marked)):
        try:
            return _filled(json.loads(attempt), unknown, 0)
        except (ValueError, RecursionError):
            continue
    return None


def _quoted(found: re.Match[str]) -> str:
    """A mark outside of quotes stands for a whole value, not for a string."""
    return found[0] if found[0].startswith('"') else f'"\ue002{found[0][1:]}"'


def _filled(value: Any, unknown: list[Unknown], depth: int) -> Any:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        return {_plain_key(name): _filled(member, unknown, depth + 1) for name, member in value.items()}
    if isinstance(value, list):
        return [_filled(member, unknown, depth + 1) for member in value]
    if isinstance(value, str) and value.startswith("\ue002"):
        piece = unknown[int(value[1:-1])]
        return piece if piece.document is None else piece.document
    if not isinstance(value, str) or "\ue000" not in value:
        return value
    if whole := _MARK.fullmatch(value):
        return unknown[int(whole[1])]
    parts = enumerate(_MARK.split(value))
    return join([unknown[int(part)] if number % 2 else part for number, part in parts if part])


def _plain_key(name: str) -> str:
    if "\ue000" in name or "\ue002" in name:
        raise ValueError("an unknown key")
    return name
