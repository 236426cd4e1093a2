"""`.trivyignore`: an id a line with an optional `exp:YYYY-MM-DD`; and its YAML, with paths and statements."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.decisions import dates
from cloudaudit.decisions.elsewhere.accepted import EVERYTHING, Accepted
from cloudaudit.decisions.yamlnodes import items, line, members, text, texts


def lines(file: str, content: str) -> Iterator[Accepted]:
    """What the file accepts, everywhere; the comment above an id, or behind it, is its reason."""
    above: list[str] = []
    taken = False
    for number, written in enumerate(content.splitlines(), start=1):
        said = written.strip()
        if said.startswith("#") or not said:
            if taken or not said:
                above, taken = [], False
            above += [said.lstrip("# ")] if said else []
            continue
        taken = True
        id_, _, rest = said.partition(" ")
        options, _, behind = rest.partition("#")
        until = next((word[4:] for word in options.split() if word.startswith("exp:")), "")
        yield Accepted(
            tool="trivy",
            form=".trivyignore",
            file=file,
            line=number,
            check=id_,
            reason=" ".join(behind.split()) or " ".join(" ".join(above).split()),
            until=until,
            resources=EVERYTHING,
            lost=_undated(until),
        )


def entries(file: str, top: Any) -> Iterator[Accepted]:
    """What the YAML file accepts: in the files that it names, or everywhere."""
    for section, listed, _ in members(top):
        for entry in items(listed):
            said = {key: value for key, value, _ in members(entry)}
            # a date may be followed by a time, which trivy reads as well
            until = text(said.get("expired_at"))[:10]
            paths = texts(said.get("paths"))
            yield Accepted(
                tool="trivy",
                form=section,
                file=file,
                line=line(entry),
                check=text(said.get("id")),
                reason=text(said.get("statement")),
                until=until,
                resources=() if paths else EVERYTHING,
                paths=paths,
                lost=_undated(until) or ("the entry has no id" if not text(said.get("id")) else ""),
            )


def _undated(until: str) -> str:
    return f"its last day {until} is no date" if until and dates.parse(until) is None else ""
