"""Another tool beside us: where both agree, where not and why, and what only one of us says."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from cloudaudit.model import Gap, Location, Record, Verdict
from cloudaudit.outputs.escape import markdown, visible
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped
from cloudaudit.outputs.records import indented

AGREE, DISAGREE, THEIRS, OURS = "agree", "disagree", "only theirs", "only ours"
_NAMED = 3
_Key = tuple[str, str, str, str]
"""Rows that are shown together: their rule, check, verdicts and reason."""


class Row(Record, frozen=True):
    """One check and resource. `kind` is AGREE, DISAGREE, THEIRS or OURS; the rule of ours is empty where none says the
    same, and so are the check and the verdict of whoever says nothing. `reason` says why both differ."""

    kind: str
    tool: str
    resource: str
    rule: str = ""
    check: str = ""
    ours: Verdict | None = None
    theirs: Verdict | None = None
    location: Location | None = None
    reason: str = ""


class Comparison(Record, frozen=True):
    """All that a tool and we say of the targets. `others` counts what it says by checks that are the same as no rule
    of ours: by what becomes of them here, and by verdict."""

    tool: str
    version: str
    targets: tuple[str, ...]
    rows: tuple[Row, ...]
    others: dict[str, dict[Verdict, int]]
    gaps: tuple[Gap, ...]


def as_json(found: Comparison) -> str:
    """One document with every row."""
    counts = Counter(row.kind for row in found.rows)
    return indented({"counts": dict(counts), **msgspec.structs.asdict(found)})


def as_text(found: Comparison, width: int, *, colour: bool) -> str:
    """Counts, then each disagreement with its reason, then what only one says."""
    return "\n".join(_text(found, width, Paint(colour))) + "\n"


def _text(found: Comparison, width: int, paint: Paint) -> Iterator[str]:
    title = f"{found.tool} {found.version} beside cloudaudit: {', '.join(found.targets)}"
    yield from wrapped(visible(title), width, "", "  ")
    yield ""
    for name, count, note in _counts(found):
        if not note:
            yield f"  {name:<20}{count:>8,}"
            continue
        yield from wrapped(note, width, f"  {name:<20}{count:>8,}  ", " " * 32)
    for kind, lead in _leads(found).items():
        groups = _groups(found, kind)
        if groups:
            yield ""
            yield from heading(f"{lead}: {plural(sum(map(len, groups.values())), 'verdict')}", paint)
            for key, rows in groups.items():
                yield from _group(key, rows, width, paint)
    if found.gaps:
        yield ""
        yield from heading(f"Not looked at: {plural(len(found.gaps), 'gap')}", paint)
        for gap in found.gaps:
            text = f"{gap.what}: {gap.why}" + (f" -> {gap.remedy}" if gap.remedy else "")
            yield from wrapped(visible(text), width, "  ", "    ")


def _group(key: _Key, rows: Sequence[Row], width: int, paint: Paint) -> Iterator[str]:
    rule, check, said, reason = key
    names = f"{rule} ({check})" if rule and check else rule or check
    yield from (f"  {line}" for line in wrapped(f"{paint.bold(names)}  {said}", width - 2, "", "  "))
    if reason:
        yield from wrapped(visible(reason), width, "      ")
    for row in rows[:_NAMED]:
        place = f"  {row.location.file}:{row.location.line}" if row.location else ""
        yield from wrapped(visible(f"{row.resource}{place}"), width, "      - ", "        ")
    if len(rows) > _NAMED:
        yield f"      and {len(rows) - _NAMED:,} more"


def _groups(found: Comparison, kind: str) -> dict[_Key, list[Row]]:
    """The rows of a kind by rule, check, verdicts and reason. What only one says and passes is counted, not listed."""
    groups: dict[_Key, list[Row]] = defaultdict(list)
    for row in found.rows:
        quiet = kind != DISAGREE and Verdict.PASS in (row.ours, row.theirs)
        if row.kind == kind and not quiet:
            groups[row.rule, row.check, _said(row), row.reason].append(row)
    return dict(sorted(groups.items()))


def _said(row: Row) -> str:
    parts = [f"we say {row.ours}"] if row.ours else []
    parts += [f"{row.tool} says {row.theirs}"] if row.theirs else []
    return ", ".join(parts)


def _leads(found: Comparison) -> dict[str, str]:
    return {
        DISAGREE: "Disagree",
        THEIRS: f"Only {found.tool}, and it does not pass",
        OURS: "Only cloudaudit, and it does not pass",
    }


def _counts(found: Comparison) -> Iterator[tuple[str, int, str]]:
    """Each line of the table: what, how many, and how they divide."""
    names = {AGREE: "agree", DISAGREE: "disagree", THEIRS: f"only {found.tool}", OURS: "only cloudaudit"}
    for kind, name in names.items():
        rows = [row for row in found.rows if row.kind == kind]
        yield name, len(rows), _divided(rows)
    for what, verdicts in sorted(found.others.items()):
        yield "no rule the same", sum(verdicts.values()), f"{_verdicts(verdicts)}: {what}"


def _divided(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    if rows[0].kind != DISAGREE:
        return _verdicts(Counter(row.ours or row.theirs for row in rows))
    return ", ".join(
        f"{count:,} {ours} here and {theirs} there"
        for (ours, theirs), count in sorted(Counter((row.ours, row.theirs) for row in rows).items(), key=str)
    )


def _verdicts(counts: "Counter[Verdict | None] | dict[Verdict, int]") -> str:
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts.get(verdict))


def as_markdown(found: Comparison) -> str:
    """The same as tables."""
    lines = [f"### {markdown(found.tool)} {markdown(found.version)} beside cloudaudit", ""]
    lines += ["| | verdicts | |", "| --- | ---: | --- |"]
    lines += [f"| {markdown(name)} | {count:,} | {markdown(note)} |" for name, count, note in _counts(found)]
    for kind, lead in _leads(found).items():
        groups = _groups(found, kind)
        if groups:
            lines += ["", f"**{markdown(lead)}**", "", "| rule | check | said | why | resources |"]
            lines += ["| --- | --- | --- | --- | --- |"]
            lines += [_cells(key, rows) for key, rows in groups.items()]
    lines += ["", *(f"- {markdown(f'{gap.what}: {gap.why} {gap.remedy}')}" for gap in found.gaps)]
    return "\n".join(lines).rstrip() + "\n"


def _cells(key: _Key, rows: Sequence[Row]) -> str:
    named = "<br>".join(markdown(row.resource) for row in rows[:_NAMED])
    more = f"<br>and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
    return f"| {' | '.join(markdown(text) for text in key)} | {named}{more} |"
