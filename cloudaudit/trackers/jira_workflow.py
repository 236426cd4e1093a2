"""How an issue of Jira comes to another status: by transitions of its workflow, which each project draws for itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cloudaudit.model import Record
from cloudaudit.outputs.escape import visible
from cloudaudit.settings import Export
from cloudaudit.trackers.jira_fields import Field, described, valued
from cloudaudit.transport import Api, RefusedError, UnsettledError

_MOST_STEPS = 8
_CONFLICT = 409
_USUAL = {
    "open": ("reopened", "to do", "open", "backlog"),
    "fixed": ("done", "fixed", "resolved", "closed"),
    "accepted": ("won't do", "won't fix", "declined", "accepted", "rejected"),
    "duplicate": ("duplicate", "won't do", "won't fix", "declined"),
}
"""Names of statuses and resolutions, the likeliest first: those of Jira's own templates lead."""

_SAME = {"removed": "fixed", "held": "open", "declined": "open"}


class _Category(msgspec.Struct):
    key: str = ""


class Status(msgspec.Struct, rename="camel"):
    """A status. There are three categories: `new`, `indeterminate`, which is in progress, and `done`."""

    name: str = ""
    status_category: _Category = msgspec.field(default_factory=_Category)

    @property
    def category(self) -> str:
        """The key of its category."""
        return self.status_category.key


class Transition(msgspec.Struct):
    """A way out of the status that an issue has, with the fields of its screen."""

    id: str
    name: str = ""
    to: Status = msgspec.field(default_factory=Status)
    fields: dict[str, Field] = {}

    def leads_to(self, name: str) -> bool:
        """Whether it, or the status behind it, is called so."""
        return name.casefold() in (self.to.name.casefold(), self.name.casefold())


class _Transitions(msgspec.Struct):
    transitions: list[Transition] = []


class _Fields(msgspec.Struct):
    status: Status


class _Moved(msgspec.Struct):
    fields: _Fields


class Workflow(Record, frozen=True):
    """The workflow of a project as the settings name it: [export.states] may say a status, or the way to it:
    "In Progress > Done"."""

    settings: Export

    def is_open(self, status: Status) -> bool:
        """Whether work is left: neither Jira nor the settings call the status an end."""
        ends = {self._way(said)[-1].casefold() for said in ("fixed", "accepted", "removed") if self._way(said)}
        return status.category != "done" and status.name.casefold() not in ends

    def move(self, api: Api, path: str, said: str, status: Status) -> Status:
        """Bring the issue at `path` from its status to one that `said` stands for: open, fixed, accepted, removed or
        duplicate. RefusedError where no transition leads there, or one wants a field that nobody filled."""
        for _ in range(_MOST_STEPS):
            if self.is_open(status) == (said == "open"):
                return status
            ways = described(api.get(f"{path}/transitions", expand="transitions.fields"), _Transitions).transitions
            chosen = next(self._ways(ways, said), None)
            if chosen is None:
                raise RefusedError(self._stuck(status, ways, said), _CONFLICT)
            self._take(api, path, chosen, said)
            status = described(api.get(path, fields="status"), _Moved).fields.status
        raise RefusedError(
            f"the workflow does not come to an end: the issue is {visible(status.name)!r} now", _CONFLICT
        )

    def _ways(self, ways: list[Transition], said: str) -> Iterator[Transition]:
        """Transitions that lead where it should go, the best first."""
        if named := self._way(said):
            yield from (way for name in reversed(named) for way in ways if way.leads_to(name))
            return
        right = [way for way in ways if self.is_open(way.to) == (said == "open")]
        for name in _USUAL[_SAME.get(said, said)]:
            yield from (way for way in right if way.leads_to(name))
        yield from sorted(right, key=lambda way: way.to.category == "indeterminate")

    def _way(self, said: str) -> list[str]:
        """The names of statuses on the way that the settings name; what was removed goes where the fixed goes."""
        states = self.settings.states
        value = states.get(said, "") or (states.get("fixed", "") if said in ("removed", "duplicate") else "")
        return [name.strip() for name in value.split(">") if name.strip()]

    def _take(self, api: Api, path: str, way: Transition, said: str) -> None:
        body: dict[str, Any] = {"transition": {"id": way.id}}
        if fields := self._fields(way, said):
            body["fields"] = fields
        try:
            api.send("POST", f"{path}/transitions", body, once=True)
        except UnsettledError:
            return  # the status tells what became of it

    def _fields(self, way: Transition, said: str) -> Mapping[str, Any]:
        """What the screen of a transition wants: a resolution that fits, and what the settings say."""
        made: dict[str, Any] = {}
        for name, field in way.fields.items():
            if name in self.settings.fields and field.required:
                made[name] = valued(field, self.settings.fields[name])
            elif name == "resolution" and said != "open" and field.allowed_values:
                made[name] = _resolution(field, said)
            elif field.needs():
                raise RefusedError(
                    f"the transition {visible(way.name)!r} wants {field.described(name)}; "
                    "set it under [export.fields], by its id",
                    _CONFLICT,
                )
        return made

    def _stuck(self, status: Status, ways: list[Transition], said: str) -> str:
        there = "; ".join(f"{way.name!r} to {way.to.name!r}" for way in ways) or "none for this account"
        key = said if said in ("open", "accepted") else "fixed"
        return visible(
            f"no transition leads from {status.name!r} to a status that is {'open' if said == 'open' else 'done'}; "
            f'there are: {there}; [export.states] {key} = "A > B" names the way'
        )


def _resolution(field: Field, said: str) -> dict[str, str]:
    """The resolution that says why, else the first that there is."""
    names = [one["name"] for one in field.allowed_values]
    usual = _USUAL[_SAME.get(said, said)]
    found = (name for wanted in usual for name in names if name.casefold() == wanted)
    return {"name": next(found, names[0])}
