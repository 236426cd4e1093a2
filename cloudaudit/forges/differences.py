"""What a pull request shows of its files: lines that are there after the change."""

import re

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def lines(patch: str) -> dict[int, str]:
    """The lines of a patch that are there after the change, by number: the only ones that can be commented."""
    found: dict[int, str] = {}
    number = 0
    for line in patch.splitlines():
        if hunk := _HUNK.match(line):
            number = int(hunk[1])
        elif number and line[:1] in ("+", " "):
            found[number] = line[1:]
            number += 1
    return found
