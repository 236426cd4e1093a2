"""Compiles and evaluates conditions. The only user of the CEL library, and of what its errors look like.

An unknown value is an absent key: CEL's `&&`, `||`, `exists` and `all` absorb the error that it raises as three-valued
logic does, and what is left of it here becomes the verdict unknown.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from cloudaudit.engine.reads import FILLED, ROOTS, SET, Reading
from cloudaudit.engine.syntaxtree import decode
from cloudaudit.errors import RuleError
from cloudaudit.model import Record, Verdict

Activation: TypeAlias = Any
"""The variables of one resource, converted by the library when first used and then kept."""

LIBRARY: str = cel.__file__
"""The file of the library: its compiled form may change with it."""

MAX_LENGTH = 2000
"""Longest condition, in characters. Together with the limits of `reads` it bounds what a stranger's rule can cost."""

_ATTRIBUTED = frozenset({"resource", "before", "after"})
_EXHAUSTED = "Iteration budget exceeded"  # 10,000 in one evaluation; the library does not let us choose
_NULL_TEST = re.compile(r"(?<![\w.\]])([A-Za-z_]\w*)((?:\.\w+)*\.\w+)\s*([!=]=)\s*(null\b|\[\s*\])")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_MISSING = re.compile(r"""NOT_FOUND: Key not found in map : (["']?)(.*)\1""", re.DOTALL)
_POSITION = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


class Judgement(Record, frozen=True):
    """What a condition says. When it is unknown, `missing` is the key that was absent."""

    verdict: Verdict
    missing: str = ""


PASS, FAIL = Judgement(verdict=Verdict.PASS), Judgement(verdict=Verdict.FAIL)
EXHAUSTED = Judgement(verdict=Verdict.UNKNOWN)
"""There was more to look at than one evaluation may."""


class Program:
    """A compiled condition: its text and the paths it reads. The library's own form is loaded when first evaluated.

    `compared` says with which kinds of literals paths are compared; a program that comes from the cache has none.
    """

    __slots__ = ("compared", "loaded", "reads", "serialized", "text")

    def __init__(
        self, text: str, serialized: bytes, reads: tuple[str, ...], compared: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.compared = compared
        self.text = text
        self.serialized = serialized
        self.reads = reads
        self.loaded: cel.Expression | None = None

    def load(self) -> cel.Expression:
        """The library's own form, kept as `loaded`."""
        self.loaded = _environment().deserialize(self.serialized)
        return self.loaded


@functools.cache
def _environment() -> cel.Env:
    return cel.NewEnv(variables=dict.fromkeys(ROOTS, cel.Type.DYN), extensions=[ext_strings.ExtStrings()])


def compile(text: str) -> Program:  # noqa: A001 - read as cel.compile
    """The program for a condition. RuleError, with a line for each fault, if it is no condition that a rule may use."""
    if len(text) > MAX_LENGTH:
        message = f"longer than {MAX_LENGTH} characters: this wants a fact"
        raise RuleError(message)
    expression, reading = _read(text)
    if (asking := _ask_whether_set(text, reading)) != text:
        expression, reading = _read(asking)
    if expression.return_type() != cel.Type.BOOL:
        reading.faults.append("must be true or false: compare the value, as in `resource.NAME == true`")
    reading.faults += [fault for pattern in reading.patterns if (fault := _pattern_fault(pattern))]
    if reading.faults:
        raise RuleError("\n".join(reading.faults))
    return Program(text, expression.serialize(), reading.paths, tuple(sorted(reading.compared)))


def _pattern_fault(pattern: str) -> str | None:
    """Why the library cannot use a regular expression, or None when it can."""
    trial = _environment().compile("'x'.matches(parameters)")
    try:
        value = trial.eval(_environment().Activation({"parameters": pattern})).value()
    except RuntimeError as error:
        value = str(error)
    return None if isinstance(value, bool) else f"matches({pattern}): {value}"


def _read(text: str) -> tuple[cel.Expression, Reading]:
    try:
        expression = _environment().compile(text)
    except RuntimeError as error:
        raise RuleError(_explain(str(error))) from None
    return expression, Reading(decode(expression.serialize()))


def _ask_whether_set(text: str, reading: Reading) -> str:
    """Comparisons of attributes with null become questions for the `SET` key beside them, those with [] for `FILLED`.

    The ARN of a key that is yet to be created is unknown, but it is certain that there will be one:
    `kms_key_id != null` is true, although the value cannot be shown.
    """

    def ask(match: re.Match[str]) -> str:
        root, path, operator, nothing = match.groups()
        stems = {f"{root}."} if root in _ATTRIBUTED else reading.loops.get(root, frozenset())
        if not stems or not all(_is_attribute(stem) for stem in stems) or ".facts." in path:
            return match[0]
        return f"{root}{path}{SET if nothing == 'null' else FILLED} == {'true' if operator == '!=' else 'false'}"

    quoted = [match.span() for match in _TEXT.finditer(text)]
    return _NULL_TEST.sub(
        lambda match: match[0] if any(start <= match.start() < end for start, end in quoted) else ask(match), text
    )


def _is_attribute(path: str) -> bool:
    return path.startswith(("resource.", "related.", "before.", "after.")) and ".facts." not in f"{path}."


def activate(variables: Mapping[str, Any]) -> Activation:
    """What one resource looks like to all of its rules: values for `resource`, `related`, `facts`, `parameters`."""
    return _environment().Activation(dict(variables))


def judge(program: Program, activation: Activation) -> Judgement:
    """True is pass, false is fail, an absent key is unknown. RuleError for any other error: the rule is defective."""
    try:
        value = (program.loaded or program.load()).eval(activation).value()
    except RuntimeError as error:
        value = str(error)
    if value is True:
        return PASS
    if value is False:
        return FAIL
    if _EXHAUSTED in str(value):
        return EXHAUSTED
    if missing := _MISSING.fullmatch(str(value)):
        return Judgement(verdict=Verdict.UNKNOWN, missing=missing[2])
    message = f"{value} in: {' '.join(program.text.split())}"
    raise RuleError(message)


def _explain(error: str) -> str:
    """The library's message without its drawing of the place."""
    found = [
        f"{text} (line {line}, column {column} of the expression)" for line, column, text in _POSITION.findall(error)
    ]
    return "\n".join(found) or error.partition(": ")[2].partition("[")[0].strip() or error
