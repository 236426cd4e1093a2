"""Patterns of addresses: `*` is any text, `?` any character. Brackets, as instance keys have, mean themselves."""

import functools
import re


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in re.sub(r"\*+", "*", pattern))
    return re.compile("".join(parts), re.DOTALL)


def matches(pattern: str, *names: str) -> bool:
    """Whether one of the names is what the pattern describes."""
    found = _compiled(pattern)
    return any(found.fullmatch(name) for name in names)
