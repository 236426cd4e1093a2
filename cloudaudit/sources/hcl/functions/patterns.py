"""Regular expressions as Go understands them, matched by RE2 itself: the same syntax, the same answers, linear time."""

import functools
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

LONGEST = 10_000
MOST_WORK = 4_000_000_000  # characters looked at; a second or a few
_MEMORY = 64 * 1024 * 1024
_NAME = re.compile(r"\(\?P?<(\w+)>")
# RE2 can match a single byte; Go, which takes all else from RE2, cannot.
_SINGLE_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")


class Pattern:
    """A compiled expression: how many groups it captures, and the names of those that have one."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self.groups: int = compiled.groups
        self.names: dict[int, str] = dict(sorted((number, name) for name, number in compiled.groupindex.items()))

    def search(self, text: str) -> Any:
        """The first match, or None."""
        return self._compiled.search(text)

    def matches(self, text: str) -> Iterator[Any]:
        """All matches that do not overlap. As in Go, an empty match right behind another match does not count."""
        work, end = 0, -1
        for found in self._compiled.finditer(text):
            work += len(text)
            if work > MOST_WORK:
                raise LimitError("too many matches of a regular expression in a long text")
            if found.start() < found.end() or found.start() != end:
                yield found
            end = found.end()


@functools.lru_cache(maxsize=1000)
def compile_pattern(pattern: str) -> Pattern:
    """The compiled expression; raises `EvaluationError` when Go would refuse it."""
    if len(pattern) > LONGEST:
        raise LimitError("a regular expression that is too long")
    if _SINGLE_BYTE.search(pattern):
        raise EvaluationError("invalid regexp pattern: invalid escape sequence \\C")
    names = _NAME.findall(pattern)
    if len(set(names)) < len(names):
        raise LimitError("a regular expression with two groups of one name")
    # A library of its own, so it is imported when the first expression is used.
    re2 = import_module("re2")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return Pattern(re2.compile(pattern, options))
    except re2.error as error:
        message = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        if "too large" in message:
            raise LimitError("a regular expression that is too large") from None
        raise EvaluationError(f"invalid regexp pattern: {message}") from None
