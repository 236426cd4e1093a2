"""Our part of a description of Linear, which keeps no hidden marks: two lines that people see, with some of the key."""

import re

_NOTICE = "Kept up to date from here to the last line of this kind: write above or below."
_SHOWN = 8


def replaced(body: str, text: str, key: str) -> str:
    """The description with our part changed and all else as it is. Where our part is gone it comes last. Linear writes
    Markdown in a way of its own: what stands beside the marks in their lines does not count."""
    mark = f"cloudaudit {key[:_SHOWN]}"
    harmless = text.replace(mark, "cloudaudit")
    mine = f"`{mark}` {_NOTICE}\n\n{harmless}\n\n`{mark} end`"
    found = re.search(rf"^[^\n]*`{mark}`.*?`{mark} end`[^\n]*$", body, re.DOTALL | re.MULTILINE)
    if found is None:
        return f"{body.rstrip()}\n\n{mine}".lstrip()
    return body[: found.start()] + mine + body[found.end() :]
