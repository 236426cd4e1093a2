r"""Regular expressions of Go (RE2), translated for Python.

Translated piece by piece by a parser that knows RE2's whole syntax: what RE2 refuses (lookahead, back references,
`a++`) is refused here, and what means something else in Python (`$`, `\d`, `\s`, `\z`) keeps its meaning. RE2 takes
linear time and Python does not; hence the `regex` module, which can give up after a while, where `re` cannot.
"""

import functools
import re
import time
from collections.abc import Iterator
from typing import Any

import regex  # type: ignore[import-untyped]

from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

PATIENCE = 1.0  # seconds for all matches in a text; only patterns that backtrack without end ever reach it
LONGEST_PATTERN = 10_000
MOST_REPEATS = 1000
DEEPEST = 100

_WORD = "0-9A-Za-z_"
_PERL = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": _WORD}
_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_ASCII = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": _WORD,
    "xdigit": "0-9A-Fa-f",
}
_CATEGORY = re.compile("C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?")
_BOUNDARY = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_INSIDE = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}", re.ASCII)
_GROUP = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_PROPERTY = re.compile(r"([pP])(?:([A-Za-z])|\{(\^?)([A-Za-z_]+)\})")


class Pattern:
    """A translated expression: how many groups it captures, and the names of those that have one."""

    def __init__(self, compiled: Any, groups: int, names: dict[int, str]) -> None:
        self.compiled = compiled
        self.groups = groups
        self.names = names
        self.hopeless = False

    def search(self, text: str) -> Any:
        """The first match, or None."""
        return next(self.matches(text), None)

    def matches(self, text: str) -> Iterator[Any]:
        """All matches that do not overlap. As in Go, an empty match right behind another match does not count."""
        position, last = 0, -1
        end = time.monotonic() + (0 if self.hopeless else PATIENCE)
        try:
            while position <= len(text):
                found = self.compiled.search(text, position, timeout=end - time.monotonic())
                if found is None:
                    return
                if found.end() > found.start():
                    yield found
                    position = last = found.end()
                    continue
                if found.start() != last:
                    yield found
                position = found.end() + 1
        except (TimeoutError, ValueError):
            # The next use of the same pattern need not take as long to fail.
            self.hopeless = True
            raise LimitError("a regular expression that takes too long to match") from None


@functools.lru_cache(maxsize=1000)
def compile_pattern(pattern: str) -> Pattern:
    """Translates an RE2 expression; raises `EvaluationError` when RE2 would refuse it."""
    if len(pattern) > LONGEST_PATTERN:
        raise LimitError("a regular expression that is too long")
    parser = _Parser(pattern)
    translated = parser.parse()
    try:
        compiled = regex.compile(translated, regex.VERSION0)
    except (regex.error, OverflowError) as error:
        raise LimitError(f"a regular expression that could not be translated: {error}") from None
    return Pattern(compiled, parser.groups, parser.names)


class _Parser:
    """Reads RE2 and writes the same for the `regex` module. Every piece it writes is complete in itself."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.names: dict[int, str] = {}
        self.flags = frozenset[str]()

    def parse(self) -> str:
        translated, _ = self._alternatives()
        if self.at < len(self.pattern):
            raise _invalid("unexpected )")
        return translated

    def _alternatives(self) -> tuple[str, int]:
        """(pattern, how often its most repeated piece repeats), up to the end or a closing parenthesis."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise LimitError("a regular expression that nests too deep")
        pieces: list[str] = []
        repeats = 1
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self._take("|"):
                pieces.append("|")
                continue
            piece, count = self._piece()
            pieces.append(piece)
            repeats = max(repeats, count)
        self.depth -= 1
        return "".join(pieces), repeats

    def _piece(self) -> tuple[str, int]:
        atom, repeats = self._atom()
        if not atom:
            return "", 1
        quantifier, count = self._quantifier()
        if not quantifier:
            return atom, repeats
        if repeats * count > MOST_REPEATS:
            raise _invalid("invalid repeat count")
        lazy = self._take("?")
        if self._quantifier()[0]:
            raise _invalid("invalid nested repetition operator")
        greedy = lazy == ("U" in self.flags)
        return f"(?:{atom}){quantifier}{'' if greedy else '?'}", repeats * count

    def _quantifier(self) -> tuple[str, int]:
        rest = self.pattern[self.at : self.at + 1]
        if rest and rest in "*+?":
            self.at += 1
            return rest, 1
        found = _REPEAT.match(self.pattern, self.at)
        if not found:
            return "", 1
        low, comma, high = found.groups()
        most = int(high or low)
        if most > MOST_REPEATS or int(low) > most:
            raise _invalid(f"invalid repeat count {found[0]}")
        self.at = found.end()
        return f"{{{int(low)}{comma}{high}}}", max(most, 1)

    def _atom(self) -> tuple[str, int]:  # noqa: PLR0911 one answer for each kind
        char = self.pattern[self.at]
        if char == "(":
            return self._group()
        if char in "*+?":
            raise _invalid(f"missing argument to repetition operator {char}")
        if char == "[":
            return self._scoped(self._class()), 1
        self.at += 1
        match char:
            case ".":
                return ("(?s:.)" if "s" in self.flags else "[^\\n]"), 1
            case "^":
                return ("(?m:^)" if "m" in self.flags else "\\A"), 1
            case "$":
                return ("(?m:$)" if "m" in self.flags else "\\Z"), 1
            case "\\":
                return self._escape(), 1
        return self._literal(char), 1

    def _group(self) -> tuple[str, int]:
        if named := _GROUP.match(self.pattern, self.at):
            return self._named(named)
        if self.pattern.startswith("(?", self.at):
            return self._flagged()
        self.at += 1
        self.groups += 1
        return self._closed("(")

    def _named(self, found: re.Match[str]) -> tuple[str, int]:
        self.at = found.end()
        self.groups += 1
        self.names[self.groups] = found[1]
        return self._closed("(")

    def _flagged(self) -> tuple[str, int]:
        found = _FLAGS.match(self.pattern, self.at)
        if not found:
            raise _invalid("invalid or unsupported Perl syntax")
        self.at = found.end()
        flags = (self.flags | frozenset(found[1])) - frozenset(found[2] or "")
        if found[3] == ")":
            self.flags = flags
            return "", 1
        return self._closed("(?:", flags)

    def _closed(self, opening: str, flags: frozenset[str] | None = None) -> tuple[str, int]:
        outer = self.flags
        self.flags = outer if flags is None else flags
        inner, repeats = self._alternatives()
        self.flags = outer
        if not self._take(")"):
            raise _invalid("missing closing )")
        return f"{opening}{inner})", repeats

    def _escape(self) -> str:
        rest = self.pattern[self.at : self.at + 1]
        if rest == "Q":
            self._unquote()
            return ""
        places = {"A": "\\A", "z": "\\Z", "b": _BOUNDARY, "B": _INSIDE}
        if rest in places and rest:
            self.at += 1
            return places[rest]
        members = self._class_escape()
        if members is not None:
            return self._scoped(members)
        return self._literal(chr(self._code()))

    def _unquote(self) -> None:
        r"""Rewrites \Q...\E as single characters, since + binds to the last one; two are read already."""
        quoted, _, rest = self.pattern[self.at + 1 :].partition("\\E")
        single = "".join(char if char.isalnum() or not char.isascii() else "\\" + char for char in quoted)
        self.pattern, self.at = single + rest, 0

    def _class_escape(self) -> str | None:
        r"""What \d, \S or \pL stands for, as a class."""
        rest = self.pattern[self.at : self.at + 1]
        if rest.lower() in _PERL and rest:
            self.at += 1
            return f"[{'^' if rest.isupper() else ''}{_PERL[rest.lower()]}]"
        found = _PROPERTY.match(self.pattern, self.at)
        if not found:
            return None
        self.at = found.end()
        name = found[2] or found[4]
        if name == "Any":
            return "[\\s\\S]" if (found[1] == "p") != bool(found[3]) else "[^\\s\\S]"
        negated = (found[1] == "P") != bool(found[3])
        return f"[\\{'P' if negated else 'p'}{{{_property(name)}}}]"

    def _code(self) -> int:
        """The code point that an escape stands for; the backslash is already read."""
        rest = self.pattern[self.at : self.at + 1]
        if rest in _CONTROLS and rest:
            self.at += 1
            return _CONTROLS[rest]
        found = _HEX.match(self.pattern, self.at) or _OCTAL.match(self.pattern, self.at)
        if found:
            self.at = found.end()
            code = int(found[1] or found[2], 16) if found[0][0] == "x" else int(found[0], 8)
            if code > 0x10FFFF:
                raise _invalid("invalid escape sequence")
            return code
        if rest and rest.isascii() and not rest.isalnum():
            self.at += 1
            return ord(rest)
        raise _invalid(f"invalid escape sequence \\{rest}")

    def _class(self) -> str:
        self.at += 1
        negated = self._take("^")
        members: list[str] = []
        while not self._take("]") or not members:
            if self.pattern[self.at - 1 : self.at] == "]" and not members:
                self.at -= 1
            if self.at >= len(self.pattern):
                raise _invalid("missing closing ]")
            members.append(self._member())
        return f"[^{''.join(members)}]" if negated else f"[{''.join(members)}]"

    def _member(self) -> str:
        named = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.pattern, self.at)
        if named:
            if named[2] not in _ASCII:
                raise _invalid("invalid character class range")
            self.at = named.end()
            return _complement(_ASCII[named[2]]) if named[1] else _ASCII[named[2]]
        if self.pattern[self.at] == "\\":
            self.at += 1
            if (members := self._class_escape()) is not None:
                inside = members[1:-1]
                return _complement(inside[1:]) if inside.startswith("^") else inside
            self.at -= 1
        low = self._class_code()
        if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
            self.at += 1
            high = self._class_code()
            if high < low:
                raise _invalid("invalid character class range")
            return f"{_in_class(low)}-{_in_class(high)}"
        return _in_class(low)

    def _class_code(self) -> int:
        if self.at >= len(self.pattern):
            raise _invalid("missing closing ]")
        char = self.pattern[self.at]
        self.at += 1
        return self._code() if char == "\\" else ord(char)

    def _literal(self, char: str) -> str:
        return self._scoped(regex.escape(char, literal_spaces=True))

    def _scoped(self, atom: str) -> str:
        return f"(?i:{atom})" if "i" in self.flags else atom

    def _take(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True


def _in_class(code: int) -> str:
    return chr(code) if chr(code).isalnum() else f"\\U{code:08x}"


def _complement(members: str) -> str:
    """The ranges that a class leaves out, since a class within a class means something else to Python."""
    inside = regex.compile(f"[{members}]")
    codes = [code for code in range(128) if not inside.fullmatch(chr(code))]
    return "".join(_in_class(code) for code in codes) + "\\x80-\\U0010ffff"


def _property(name: str) -> str:
    """A general category or a script, in Unicode's own spelling: Go knows nothing else, and no other spelling."""
    if _CATEGORY.fullmatch(name):
        return name
    try:
        if not re.fullmatch(r"[A-Z][a-z]+(_[A-Z][a-z]+)*", name):
            raise _invalid(f"invalid character class range \\p{{{name}}}")
        regex.compile(f"\\p{{Script={name}}}")
    except regex.error:
        raise _invalid(f"invalid character class range \\p{{{name}}}") from None
    return f"Script={name}"


def _invalid(message: str) -> EvaluationError:
    return EvaluationError(f"invalid regexp pattern: {message}")
