"""Comments of other scanners in Terraform source: checkov:skip, trivy:ignore, tfsec:ignore, kics-scan."""

import re
from collections.abc import Iterator

from cloudaudit.decisions.comments import OURS, Comment, read
from cloudaudit.decisions.elsewhere.accepted import Accepted

_KICS = re.compile(r"^\s*(?:#|//|/\*)\s*kics-scan\s+([\w-]+)\s*(?:=\s*(.*))?$", re.MULTILINE)
_NARROWED = re.compile(r"\[|:ws:|^ws:|\*")


def remarks(file: str, text: str) -> Iterator[Accepted]:
    """What the comments in a file accept: at a line of code, or, of KICS, in the whole file."""
    for comment in read(text):
        if comment.form != OURS:
            tool = comment.form.partition(":")[0]
            for check in comment.ids or ("",):
                yield Accepted(
                    tool=tool,
                    form=comment.form,
                    file=file,
                    line=comment.line,
                    check=check,
                    reason=comment.reason,
                    until=comment.until,
                    target=comment.target,
                    lost=_lost(comment, check),
                )
    for match in _KICS.finditer(text) if "kics-scan" in text else ():
        yield from _kics(file, text.count("\n", 0, match.start()) + 1, match[1], (match[2] or "").strip())


def _lost(comment: Comment, check: str) -> str:
    if not check:
        return "it names no check"
    if "*" in check:
        return "it names many checks at once"
    return "it is narrowed by a parameter or a workspace" if comment.narrowed else ""


def _kics(file: str, line: int, command: str, listed: str) -> Iterator[Accepted]:
    checks = tuple(each.strip() for each in listed.split(",") if each.strip()) if command == "disable" else ()
    lost = "" if checks else f"{command} silences all checks there but those it names" if listed else ""
    for check in checks or (command,):
        yield Accepted(
            tool="kics",
            form="kics-scan",
            file=file,
            line=line,
            check=check,
            paths=(file.rpartition("/")[2],),
            lost=lost or ("" if checks else "it silences all checks at once"),
        )
