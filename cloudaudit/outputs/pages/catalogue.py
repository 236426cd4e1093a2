"""The Trust Services Criteria: which rules cover them, and what people must still bring."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from cloudaudit.model import CriterionState
from cloudaudit.outputs.layout import Paint, plural, wrapped
from cloudaudit.outputs.records import indented

_ID = 7
_COVER = 18


class CriterionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion, whatever a run says of it."""

    id: str
    category: str
    series: str
    title: str
    in_scope: bool
    coverage: str
    focus: tuple[dict[str, str], ...]
    manual: str
    rules: tuple[str, ...]


def as_json(states: Iterable[CriterionState]) -> str:
    """A list of all criteria, each with its rules and points of focus."""
    return indented([_page(state) for state in states])


def _page(state: CriterionState) -> CriterionPage:
    about = state.criterion
    return CriterionPage(
        id=about.id,
        category=about.category,
        series=about.series,
        title=about.title,
        in_scope=state.in_scope,
        coverage=about.coverage,
        focus=tuple({"focus": focus.focus, "evidence": focus.evidence} for focus in about.focus),
        manual=about.manual,
        rules=state.rules,
    )


def as_text(states: Sequence[CriterionState], width: int, *, colour: bool, detailed: bool) -> str:
    """A table by category, or with `detailed` a page for each criterion."""
    paint = Paint(colour)
    lines = _pages(states, paint, width) if detailed else _table(states, paint, width)
    return "\n".join(lines) + "\n"


def _table(states: Sequence[CriterionState], paint: Paint, width: int) -> Iterator[str]:
    title = width - 2 - _ID - _COVER
    for category, group in groupby(states, key=lambda state: state.criterion.category):
        members = list(group)
        scope = "" if members[0].in_scope else ", not in scope"
        yield paint.bold(f"{category}{scope}")
        for state in members:
            first, *others = wrapped(state.criterion.title.rstrip("."), title - 2)
            manual = state.criterion.coverage == "manual"
            cover = "by people only" if manual else plural(len(state.rules), "rule") if state.rules else "no rule yet"
            yield f"  {state.criterion.id:{_ID}}{first:{title}}{cover:>{_COVER}}"
            yield from (f"  {'':{_ID}}{line}" for line in others)
        yield ""
    covered = sum(bool(state.rules) for state in states)
    text = f"{covered} of {len(states)} criteria have rules; each asks people for evidence, too."
    yield from wrapped(f'{text} "cloudaudit criteria ID" says which.', width)


def _pages(states: Sequence[CriterionState], paint: Paint, width: int) -> Iterator[str]:
    for number, state in enumerate(states):
        about = state.criterion
        if number:
            yield ""
        yield paint.bold(about.id) + f"  {about.category}, coverage: {about.coverage}"
        yield from wrapped(about.title, width, "  ")
        if about.focus:
            yield ""
            yield "  Points of focus, and what shows them"
            for focus in about.focus:
                yield from wrapped(f"{focus.focus} ({focus.evidence})", width, "    - ", "      ")
        if about.manual:
            yield ""
            yield from wrapped(f"People bring: {about.manual}", width, "  ", "    ")
        yield ""
        yield f"  {plural(len(state.rules), 'rule')}" if state.rules else "  No rule."
        yield from (f"    {rule}" for rule in state.rules)
