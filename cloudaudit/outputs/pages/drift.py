"""What is declared and live disagree about, for people."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cloudaudit.graph import Drift, Drifted, Kind
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped

_TITLES = {
    Kind.UNMANAGED: "Not managed: in no state",
    Kind.MISSING: "Missing: declared, and not there",
    Kind.CHANGED: "Changed",
}
_LONG = 60


def as_text(found: Drift, width: int, *, colour: bool) -> str:
    """The disagreements by kind, each with the rules and criteria that it touches."""
    paint = Paint(colour)
    drifted, gaps = found.drifted, found.gaps
    title = f"{found.target}: {plural(found.declared, 'declared resource')}, {found.joined:,} found live"
    lines = [*wrapped(visible(title), width)]
    for kind, text in _TITLES.items():
        some = [one for one in drifted if one.kind is kind]
        if some:
            lines += ["", *heading(f"{text} ({len(some):,})", paint)]
            lines += [line for one in some for line in _lines(one, paint, width)]
    if gaps:
        lines += ["", *heading("Not looked at", paint)]
        lines += [line for gap in gaps for line in wrapped(visible(f"{gap.what}: {gap.why}"), width, "  ", "    ")]
    counts = ", ".join(f"{sum(one.kind is kind for one in drifted):,} {kind}" for kind in Kind)
    lines += ["", f"{counts}, {plural(len(gaps), 'gap')}."]
    return "\n".join(lines) + "\n"


def _lines(one: Drifted, paint: Paint, width: int) -> Iterator[str]:
    name = one.address if one.address == one.arn or not one.arn else f"{one.address} ({one.arn})"
    yield from wrapped(visible(f"{one.type} {name}"), width, "  ", "    ")
    if one.attribute:
        change = f"{one.attribute}: {_short(one.declared)} declared, {_short(one.live)} live"
        yield from wrapped(visible(change), width, "    ", "      ")
    for text in (f"criteria {' '.join(one.criteria)}", f"rules {' '.join(one.rules)}" if one.rules else ""):
        yield from (paint.dim(line) for line in wrapped(text, width, "    ", "      ") if text)


def _short(value: Any) -> str:
    text = "unset" if value in (None, [], "") else msgspec.json.encode(value).decode()
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."
