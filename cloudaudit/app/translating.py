"""Checks of other scanners in our words: the rules of ours that say the same, else a rule made of what is known."""

import hashlib
import re
from typing import NamedTuple

import msgspec

from cloudaudit.app.book import find_rule, foreign_book, rule_set
from cloudaudit.app.request import Request
from cloudaudit.engine.foreign import OUT, Meaning
from cloudaudit.engine.profiles import WHOLE, members
from cloudaudit.facts.credentials import redact
from cloudaudit.model import Fix, Rule, Severity, Theme
from cloudaudit.outputs.escape import visible
from cloudaudit.sources.imported.result import Foreign

UNMAPPED = "no theme and no criteria are known for these checks"
NOT_ASKED = "not asked for by the profile"
_ODD = re.compile(r"[^\w./:@+*-]", re.ASCII)
_LONGEST_ID, _LONGEST_TITLE = 120, 300
_OURS = "cloudaudit"
# Words of the tools of which we read results; what is none of these weighs as much as a medium one.
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "error": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "note": Severity.LOW,
    "info": Severity.LOW,
    "informational": Severity.LOW,
    "negligible": Severity.LOW,
}


class Translation(NamedTuple):
    """What a check is here: `rules` of which each is said to pass or fail by it. Where it is the same as several of
    ours, those for the type in question count, and `otherwise` where none is. Without any, `left_out` says why it is
    none of our business, or of none that was asked for."""

    rules: tuple[Rule, ...] = ()
    otherwise: Rule | None = None
    mapped: bool = True
    left_out: str = ""

    def for_type(self, type_: str) -> tuple[Rule, ...]:
        """The rules that count for a resource of the type, empty where that is not known."""
        if self.otherwise is None:
            return self.rules
        return tuple(rule for rule in self.rules if type_ in rule.types) or (self.otherwise,)


class Translator:
    """Knows our rules as the request narrows them, and what other scanners' checks mean."""

    def __init__(self, request: Request) -> None:
        self.profile = "" if request.only else request.profile or request.settings.profile
        self.request = request
        self.rules = rule_set(Request(rule_paths=request.rule_paths))
        self._book = foreign_book(request)
        self._profiles = None if self.profile in ("", WHOLE) else members(self.profile)
        self._only = {name if ":" in name else find_rule(self.rules, name) for name in request.only}
        self._known: dict[tuple[str, str, tuple[str, ...]], Translation] = {}

    def of(self, result: Foreign) -> Translation:
        """What the check of a result is here; the same for all results of a check."""
        key = (result.tool, result.rule, result.also)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._translated(result)
        return known

    def same(self, tool: str, id_: str) -> tuple[str, ...]:
        """Our rules that ask the same as a check."""
        return self._book.meaning(tool, (id_,)).rules

    def digest(self, rule: Rule) -> str:
        """SHA-256 of what the rule says, in hex."""
        compiled = self.rules.compiled.get(rule.id)
        return compiled.digest if compiled else hashlib.sha256(msgspec.json.encode(rule, order="sorted")).hexdigest()

    def _translated(self, result: Foreign) -> Translation:
        meaning = self._meaning(result)
        if meaning.out:
            return Translation(left_out=f"outside of our themes: {OUT[meaning.out]}")
        same = [self.rules.rules[id_] for id_ in meaning.rules if id_ in self.rules.rules]
        near = [self.rules.rules[id_] for id_ in meaning.near if id_ in self.rules.rules]
        if (same or near) and not any(self._asked(rule) for rule in same or near):
            return Translation(left_out=f"{NOT_ASKED} {self.profile}")
        found = [rule for rule in same if self._asked(rule)] or [made(result, meaning)]
        picked = tuple(rule for rule in found if self._picked(rule))
        otherwise = made(result, meaning) if len(picked) > 1 else None
        left_out = "" if picked else "not among the rules asked for"
        return Translation(picked, otherwise, meaning.mapped, left_out)

    def _meaning(self, result: Foreign) -> Meaning:
        if result.tool == _OURS and (rule := self.rules.rules.get(self.rules.former.get(result.rule, result.rule))):
            return Meaning(id=rule.id, rules=(rule.id,), theme=rule.theme, severity=rule.severity)
        return self._book.meaning(result.tool, result.ids)

    def _asked(self, rule: Rule) -> bool:
        return self._profiles is None or rule.profile in self._profiles

    def _picked(self, rule: Rule) -> bool:
        themes = self.request.themes
        return (not self._only or rule.id in self._only) and (not themes or rule.theme in themes)


def made(result: Foreign, meaning: Meaning) -> Rule:
    """A rule for a check that none of ours is the same as, with what is known of it. Its id starts with the tool's;
    the check's is in its first writing, so that it outlives the versions of the tool."""
    theme = meaning.theme or Theme.UNMAPPED
    said = str(redact("title", clipped(result.title or result.rule, _LONGEST_TITLE)))
    link = result.url if re.fullmatch(r"https?://[\w./#?=&%~+:@-]{1,300}", result.url, re.ASCII) else ""
    return Rule(
        id=f"{result.tool}:{_id(meaning.id or result.rule)}",
        title=visible(said),
        theme=theme,
        severity=meaning.severity or _SEVERITIES.get(result.severity.lower(), Severity.MEDIUM),
        criteria=meaning.criteria,
        resource="",
        require="",
        message="",
        why=f"A check of {result.tool}; none of our rules says the same.",
        fix=Fix(effect="manual", steps=f"See {link}" if link else ""),
    )


def clipped(text: str, length: int) -> str:
    """A text of others on one line, without what cannot be written, and no longer than that."""
    plain = " ".join(text[: length * 2].split())
    if not plain.isascii():
        plain = plain.encode("utf-8", "replace").decode()
    return plain if len(plain) <= length else f"{plain[: length - 3]}..."


def _id(text: str) -> str:
    """An id of others as ours may be: plain characters. One that is not gets a digest, so that no two become one."""
    plain = _ODD.sub("_", text)
    if plain == text and 0 < len(text) <= _LONGEST_ID:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[:_LONGEST_ID]}-{mark}"
