"""Labels of ours beside those of people, where a tracker has labels."""

from collections.abc import Mapping

from cloudaudit.trackers.text import severity_label
from cloudaudit.trackers.tracker import LABEL, Change, Ticket

COLOURS = {
    LABEL: "0052cc",
    **{
        severity_label(name): colour
        for name, colour in {"critical": "b60205", "high": "d93f0b", "medium": "fbca04", "low": "c2e0c6"}.items()
    },
}
"""The labels that are made where they are missing, and their colours."""


def after(ticket: Ticket, change: Change, states: Mapping[str, str]) -> tuple[str, ...]:
    """The labels of a ticket after the change; `states` are the labels that settings have for states, one at a time.
    They are only touched by what opens or closes: what people say of an open ticket stays."""
    state = states.get(change.memory.said, "") if change.state else ""
    drop = {*change.drop, *(states.values() if state else ())}
    return tuple(
        dict.fromkeys([*(name for name in ticket.labels if name not in drop), *change.add, *([state] if state else [])])
    )


def of_new(labels: tuple[str, ...], states: Mapping[str, str]) -> list[str]:
    """The labels of a new ticket."""
    return [*dict.fromkeys([*labels, *([states["open"]] if states.get("open") else [])])]
