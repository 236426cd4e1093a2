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


_LARGEST = 40_000  # steps; IAM's own patterns need a few thousand


@functools.lru_cache(maxsize=4096)
def common(one: str, other: str) -> str | None:
    """A pattern that stands for what both have in common, or for some of it; None if they have nothing in common."""
    if covers(one, other):
        return other
    if covers(other, one):
        return one
    if len(one) * len(other) > _LARGEST:
        return other
    return _shared(one, other)


def _shared(one: str, other: str) -> str | None:
    """A text that both patterns match, found by walking along both of them at once."""
    seen: dict[tuple[int, int], str] = {(0, 0): ""}
    queue = [(0, 0)]
    for at in queue:
        if at == (len(one), len(other)):
            return seen[at]
        for place, character in _steps(one, other, *at):
            if place not in seen:
                seen[place] = seen[at] + character
                queue.append(place)
    return None


def _steps(one: str, other: str, i: int, j: int) -> list[tuple[tuple[int, int], str]]:
    """Where one more character, or the end of a wildcard, leads from the places `i` and `j`."""
    left, right = one[i : i + 1], other[j : j + 1]
    steps = [((i + 1, j), "")] if left == "*" else []
    steps += [((i, j + 1), "")] if right == "*" else []
    if left and right and left != "*" and right != "*":
        steps += [((i + 1, j + 1), left if right == "?" else right)] if "?" in (left, right) or left == right else []
    elif left == "*" and right and right != "*":
        steps.append(((i, j + 1), right))
    elif right == "*" and left and left != "*":
        steps.append(((i + 1, j), left))
    return steps


def is_wild(pattern: str) -> bool:
    """Whether the pattern matches anything at all: nothing but wildcards and colons ("*", "*:*", "**")."""
    return "*" in pattern and not pattern.strip("*?:/")


def allows_action(pattern: str, action: str) -> bool:
    """Whether the action pattern of a statement matches `action`; letter case does not count."""
    return matches(pattern.lower(), action.lower())
