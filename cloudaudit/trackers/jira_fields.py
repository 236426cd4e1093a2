"""What a Jira project asks of a new issue: which fields its create screen has, and what may stand in them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.model import Record
from cloudaudit.outputs.escape import visible
from cloudaudit.settings import Export
from cloudaudit.trackers import adf
from cloudaudit.trackers.document import paragraph
from cloudaudit.trackers.tracker import Draft
from cloudaudit.transport import MOST_PAGES, Api, escaped

_PAGE = 200
_GIVEN = ("project", "issuetype", "reporter")
"""Fields that are always filled: the reporter by Jira, with the account that asks."""

_OURS = ("summary", "description", "labels")
_SHOWN = 8
_T = TypeVar("_T")


class Schema(msgspec.Struct):
    """The type of a field, of the members of a list, and which kind of custom field it is."""

    type: str = ""
    items: str = ""
    custom: str = ""


class Field(msgspec.Struct, rename="camel"):
    """A field of a screen, as Jira describes it."""

    name: str
    field_id: str = ""
    required: bool = False
    has_default_value: bool = False
    allowed_values: list[Any] = []
    schema: Schema = msgspec.field(default_factory=Schema)

    def needs(self) -> bool:
        """Whether Jira refuses where it is not said."""
        return self.required and not self.has_default_value

    def described(self, name: str) -> str:
        """Its name, its id, and the first values that it may have."""
        allowed = [_called(one) for one in self.allowed_values]
        more = ", ..." if len(allowed) > _SHOWN else ""
        return visible(f"{self.name} ({name}{': ' if allowed else ''}{', '.join(allowed[:_SHOWN])}{more})")


class Screen(Record, frozen=True):
    """The screen on which issues of one type are created: its fields by their ids."""

    project: str
    type: str
    type_id: str
    fields: Mapping[str, Field]

    def check(self, settings: Export) -> None:
        """See that what the settings fill is there, and that they fill all that is required. TrackerError."""
        for name, setting in _wanted(settings):
            if name not in self.fields:
                what = f", or drop [export] {setting}" if setting else ""
                raise TrackerError(f"{self._me} has no field {name!r} on its create screen; add it{what}")
        filled = {name for name, _ in _wanted(settings)} | {*_GIVEN, *settings.fields}
        missing = [field.described(name) for name, field in self.fields.items() if name not in filled and field.needs()]
        if missing:
            raise TrackerError(f"{self._me} requires {'; '.join(missing)}; set it under [export.fields], by its id")
        if settings.confidential and not settings.security_level:
            raise TrackerError(
                f"{self.project}: issues are confidential by a security level, and [export] asks for such issues; "
                "name the level there: security_level"
            )
        chosen = [("security", settings.security_level), ("fixVersions", settings.milestone)]
        for name, value in (*chosen, *(("priority", value) for value in settings.priorities.values())):
            if value:
                self._chosen(name, value)

    def filled(self, draft: Draft, settings: Export, person: Callable[[str], str]) -> dict[str, Any]:
        """The fields of a new issue, its description left out; `person` finds an account by what the settings say."""
        made: dict[str, Any] = {
            "project": {"key": self.project},
            "issuetype": {"id": self.type_id},
            "summary": draft.title,
            "labels": [label(name) for name in draft.labels],
        }
        own = ((name, self.fields.get(name), value) for name, value in settings.fields.items())
        made |= {name: valued(field, value) for name, field, value in own if field is not None}
        if draft.priority:
            made["priority"] = self._chosen("priority", draft.priority)
        if settings.security_level:
            made["security"] = self._chosen("security", settings.security_level)
        if draft.milestone:
            made["fixVersions"] = [self._chosen("fixVersions", draft.milestone)]
        if draft.due:
            made["duedate"] = draft.due
        if draft.assignee:
            made["assignee"] = {"accountId": person(draft.assignee)}
        return made

    @property
    def _me(self) -> str:
        return f"{self.project} ({self.type})"

    def _chosen(self, name: str, value: str) -> dict[str, str]:
        """The value of this name that a field may have."""
        allowed = self.fields[name].allowed_values
        for one in allowed:
            if value.casefold() == _called(one).casefold() and "id" in one:
                return {"id": str(one["id"])}
        there = ", ".join(map(_called, allowed)) or "none"
        raise TrackerError(f"{self._me}: no {self.fields[name].name} is called {value!r}; there are: {visible(there)}")


class _Type(msgspec.Struct):
    id: str
    name: str
    subtask: bool = False


class _NamedField(Field, rename="camel"):
    key: str = ""


def screen(api: Api, project: str, kind: str) -> Screen:
    """The screen of the issue type of this name; else of "Task", else of the first that is no sub-task. TrackerError if
    there is none."""
    path = f"/rest/api/3/issue/createmeta/{escaped(project)}/issuetypes"
    types = [described(one, _Type) for one in listed(api, path, "issueTypes")]
    usable = [one for one in types if not one.subtask]
    wanted = [one for one in usable if one.name.casefold() == (kind or "Task").casefold()] or ([] if kind else usable)
    if not wanted:
        names = ", ".join(one.name for one in usable) or "none"
        raise TrackerError(f"{project}: no issue type {kind!r} for this account; there are: {visible(names)}")
    chosen = wanted[0]
    fields = [described(one, _NamedField) for one in listed(api, f"{path}/{escaped(chosen.id)}", "fields")]
    by_id = {one.field_id or one.key: one for one in fields}
    return Screen(project=project, type=chosen.name, type_id=chosen.id, fields=by_id)


def listed(api: Api, path: str, name: str, **parameters: str | int) -> Iterator[Any]:
    """All members of a list that comes in pages counted from `startAt`. TrackerError if it does not end."""
    start = 0
    for _ in range(MOST_PAGES):
        found = api.get(path, startAt=start, maxResults=_PAGE, **parameters)
        if not isinstance(found, dict):
            raise TrackerError(f"Jira: {path} should hold a page of a list")
        members = found.get(name) or found.get("results") or []
        yield from members
        start += len(members)
        if not members or start >= found.get("total", 0):
            return
    raise TrackerError(f"Jira: {path} holds more than {start:,} entries")


def described(found: Any, kind: type[_T]) -> _T:
    """What Jira answers, as its API describes it. TrackerError if it is something else."""
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise TrackerError(f"Jira: what it answers is not as its API describes it: {error}") from None


def valued(field: Field | None, value: Any) -> Any:
    """What the settings say, in the form in which Jira wants a field of this type."""
    schema = field.schema if field else Schema()
    if schema.type == "array":
        return [_single(schema, schema.items, one) for one in (value if isinstance(value, list) else [value])]
    return _single(schema, schema.type, value)


def label(name: str) -> str:
    """A label of Jira's, which has no spaces: "severity: high" is "severity:high"."""
    return "-".join(name.replace(": ", ":").split())


def _single(schema: Schema, kind: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if schema.custom.endswith(":textarea") or kind == "doc":
        return adf.document(adf.render((paragraph(value),)))
    forms = {"option": "value", "user": "accountId", "number": "", "string": "", "date": "", "datetime": "", "any": ""}
    form = forms.get(kind, "name")
    return {form: value} if form and kind else value


def _wanted(settings: Export) -> Iterator[tuple[str, str]]:
    """The fields that are filled, and which settings ask for them."""
    yield from ((name, "") for name in _OURS)
    asked = {
        "priority": ("priorities", settings.priorities),
        "duedate": ("due_days", settings.due_days),
        "assignee": ("assignees", settings.assignees),
        "fixVersions": ("milestone", settings.milestone),
        "security": ("security_level", settings.security_level),
    }
    yield from ((field, name) for field, (name, value) in asked.items() if value)


def _called(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return str(value.get("name") or value.get("value") or value.get("id") or "")
