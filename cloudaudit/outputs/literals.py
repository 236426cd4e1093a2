"""Values as Terraform writes them."""

from typing import Any

from cloudaudit.model import Fix


def literal(value: Any) -> str:
    """A value in the syntax of Terraform."""
    if isinstance(value, bool):
        return str(value).lower()
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
