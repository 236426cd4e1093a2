"""The policy documents of a plan: rendered from their planned statements where the provider has yet to do that."""

from collections.abc import Iterable, Mapping
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.configuration import References
from cloudaudit.sources.planned import Planned, overlaid
from cloudaudit.sources.resources import Recorded


class _Written:
    """A document as the renderer wants it."""

    def __init__(self, address: str, values: Mapping[str, Any]) -> None:
        self.address = address
        self._values = values

    def written(self, name: str) -> Any:
        """An argument, or the blocks of one kind."""
        return self._values.get(name)


class Documents:
    """The documents by address. Each is rendered when it is first asked for, since one may include another."""

    def __init__(self, rows: Iterable[Recorded], unknown: Mapping[str, Any], references: References | None) -> None:
        self._rows = {row.address: row for row in rows}
        self._unknown = unknown
        self._references = references
        self._made: dict[str, str | Unknown | None] = {}

    def json(self, address: str) -> str | Unknown | None:
        """The text of a document, or what is known of it; None where there is no such document."""
        if address not in self._made:
            self._made[address] = None  # a document within itself is no document
            if row := self._rows.get(address):
                self._made[address] = self._render(row)
        return self._made[address]

    def _render(self, row: Recorded) -> str | Unknown:
        values = row.values or {}
        if isinstance(text := values.get("json"), str):
            return text
        planned = Planned(row, self._unknown.get(row.address), self._references, self.json)
        from cloudaudit.sources.hcl import policy, unknowns  # noqa: PLC0415 - few plans need the renderer

        try:
            rendered = policy.render(_Written(row.address, overlaid(planned)))
        except unknowns.EvaluationError:
            rendered = planned.later(planned.expressions)
        return rendered if isinstance(rendered, str | Unknown) else planned.later(planned.expressions)
