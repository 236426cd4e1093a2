"""Values as Terraform writes them."""

import re
from typing import Any

from cloudaudit.model import Fix

_REFERENCE = re.compile(r"(?:aws|github|gitlab)_\w+\.NAME\.\w+")
"""How a fix names an attribute of a resource to add."""


def literal(value: Any) -> str:
    """A value in the syntax of Terraform; a reference stands without quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {literal(member)}" for name, member in value.items()) + " }"
    return "null" if value is None else str(value)


def assignments(fix: Fix) -> list[str]:
    """What the fix sets, one assignment a line."""
    return [f"{path} = {literal(value)}" for path, value in fix.set.items()]
