"""Questions to Linear's GraphQL API, and what it refuses."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.errors import TrackerError
from cloudaudit.outputs.escape import visible
from cloudaudit.transport import Api, RefusedError

HINTS = {
    400: "Linear does not take what was asked",
    401: "LINEAR_API_KEY is not valid, or not any more",
    403: "the key must not do this: it needs to read and write issues, and its owner to be in the team",
}
"""What to do, by the status of a refusal."""

_STATUSES = {"authentication error": 401, "forbidden": 403, "ratelimited": 429, "internal error": 500}
"""Statuses of HTTP by the types of errors, as Linear's own library knows them."""


class Graph:
    """A GraphQL API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(self, query: str, **variables: Any) -> Any:
        """The data of a query. RefusedError."""
        return self._asked(query, variables, once=False)

    def write(self, query: str, *, once: bool = False, **variables: Any) -> Any:
        """What a mutation gives back, its one field."""
        (found,) = self._asked(query, variables, once=once).values()
        if not found["success"]:
            raise RefusedError("Linear did not do what was asked, and does not say why", 409)
        return found

    def _asked(self, query: str, variables: Mapping[str, Any], *, once: bool) -> Any:
        found = self._api.send("POST", "/graphql", {"query": query, "variables": dict(variables)}, once=once)
        if not isinstance(found, dict) or not (found.get("data") or found.get("errors")):
            raise TrackerError("Linear: what it answers is neither data nor an error; is it the API?")
        if found.get("errors"):
            raise _refusal(found["errors"])
        return found["data"]


def _refusal(errors: Any) -> RefusedError:
    """What GraphQL says in an answer that HTTP takes for a success."""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    extensions = first.get("extensions") or {}
    said = str(extensions.get("userPresentableMessage") or first.get("message") or "no reason")
    status = _STATUSES.get(str(extensions.get("type")), 400)
    return RefusedError(f"Linear refuses ({visible(said)[:300]}): {HINTS.get(status, HINTS[400])}", status)
