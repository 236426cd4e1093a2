"""Patterns in which an asterisk stands for any text, and nothing else is special."""


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text; the time is bounded by the product of their lengths."""
    first, *others = pattern.split("*")
    if not others:
        return pattern == text
    last = others.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in others:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
