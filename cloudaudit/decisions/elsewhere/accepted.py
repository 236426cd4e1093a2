"""One failure, or one kind of failure, that people accepted in the way of another scanner."""

from cloudaudit.model import Record

EVERYTHING = ("*",)
"""The pattern of what is accepted wherever it is."""


class Accepted(Record, frozen=True):
    """A check of `tool` that is silenced, and where.

    `form` is what it is written in (".trivyignore", "checkov:skip"), `file` and `line` where, 0 for a file without
    lines. What it covers: `resources` are patterns as waivers have them; `paths` are patterns of files, as seen from
    the folder of `file`, that hold these resources, or all that count; `target` is the line of code that a comment
    speaks of. `until` is its own last day. `lost` says why no waiver can say the same.
    """

    tool: str
    form: str
    file: str
    line: int
    check: str
    reason: str = ""
    until: str = ""
    resources: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    target: int = 0
    lost: str = ""
