"""Wildcard patterns of IAM: `*` is any run of characters, `?` is one. Linear in practice, whatever the pattern."""

import functools


@functools.lru_cache(maxsize=16384)
def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` matches the whole of `text`; letter case counts."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    at = position = 0
    star, retry = -1, 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, retry = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at += 1
            position += 1
        elif star >= 0:
            retry += 1
            at, position = star + 1, retry
        else:
            return False
    return all(character == "*" for character in pattern[at:])


def covers(outer: str, inner: str) -> bool:
    """Whether everything that the pattern `inner` matches is matched by `outer` too.

    Never wrongly true. `?` in `outer` must meet one character, so an `inner` with `*` at that place is not covered.
    """
    if outer in ("*", inner):
        return True
    if "?" not in outer:
        return matches(outer, inner)
    return matches(outer, inner) and "*" not in inner


def is_wild(pattern: str) -> bool:
    """Whether the pattern matches anything at all: nothing but wildcards and colons ("*", "*:*", "**")."""
    return "*" in pattern and not pattern.strip("*?:/")


def allows_action(pattern: str, action: str) -> bool:
    """Whether the action pattern of a statement matches `action`; letter case does not count."""
    return matches(pattern.lower(), action.lower())
