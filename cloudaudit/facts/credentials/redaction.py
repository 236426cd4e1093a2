"""What may be shown of a value: nothing of a secret but its length and a digest that shows whether it changed."""

import hashlib
import json
import re
from typing import Any

from cloudaudit.facts.credentials.assignments import assignments, is_too_long, may_speak
from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.shapes import may_hold, shapes

_SHOWN = 8
_ENVIRONMENT = re.compile(r"(?:^|\.)(?:environment|environment_variables?|variables|runtime_environment_variables)\.")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{24,}={0,2}")
_OPAQUE = ("user_data_base64", "user_data", "secret_binary", "ciphertext_blob", "binary_value")


def digest(value: object, salt: str = "") -> str:
    """Eight hex digits that tell two values at one place apart and nothing else. `salt` should name the place."""
    text = value if isinstance(value, str) else repr(value)
    return hashlib.pbkdf2_hmac("sha256", text.encode("utf-8", "replace"), salt.encode(), 1000).hex()[:_SHOWN]


def conceal(value: object, salt: str = "") -> str:
    """What stands in reports for a secret."""
    text = value if isinstance(value, str) else repr(value)
    return f"(secret of {len(text)} characters, digest {digest(text, salt)})"


def redact(path: str, value: Any) -> Any:
    """The value at a dotted path as it may be shown: whole, in parts, or concealed, at every depth.

    Rather too much is concealed than too little: every text under a name that speaks of a secret or in an environment.
    """
    if isinstance(value, dict):
        return {key: redact(f"{path}.{key}", member) for key, member in _with_names(value).items()}
    if isinstance(value, list | tuple):
        return [redact(f"{path}.{index}", member) for index, member in enumerate(value)]
    return _text(path, value) if isinstance(value, str) and value else value


def _text(path: str, value: str) -> str:
    name = path.rpartition(".")[2]
    if path.startswith("facts."):
        return _masked(value, path)
    if speaks_of_secret(name) or (_ENVIRONMENT.search(path) and name not in ("name", "type")):
        return conceal(value, path)
    if name in _OPAQUE or is_too_long(value):
        return conceal(value, path) if _is_encoded(value) else _masked(value, path)
    return _document(value, path)


def _with_names(value: dict[str, Any]) -> dict[str, Any]:
    """Pairs such as {name: DB_PASSWORD, value: ...}, with the value concealed by its name."""
    name = next(
        (member for key, member in value.items() if key.lower() in ("name", "key") and isinstance(member, str)), ""
    )
    if not name or not speaks_of_secret(name):
        return value
    return {
        key: conceal(member, name) if key.lower() == "value" and isinstance(member, str) else member
        for key, member in value.items()
    }


def _is_encoded(text: str) -> bool:
    return is_too_long(text) or _BASE64.fullmatch(text) is not None


def _document(text: str, path: str) -> str:
    """JSON with its members redacted, any other text with its secrets masked."""
    if text[:1] in "{[" and not is_too_long(text):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return _masked(text, path)
        shown = redact(path, found)
        return text if shown == found else json.dumps(shown, ensure_ascii=False)
    return _masked(text, path)


def _masked(text: str, path: str) -> str:
    """The text with each credential in it replaced."""
    if is_too_long(text):
        return conceal(text, path)
    if not may_hold(text) and not may_speak(text):
        return text
    spans = sorted(
        [(start, end) for _, start, end in shapes(text)] + [(start, end) for _, _, start, end in assignments(text)]
    )
    parts: list[str] = []
    position = 0
    for start, end in spans:
        if end > position:
            parts += [text[position : max(start, position)], conceal(text[start:end], path)]
            position = end
    if any("PRIVATE KEY" in text[start:end] for start, end in spans):
        return conceal(text, path)
    return "".join([*parts, text[position:]]) if spans else text
