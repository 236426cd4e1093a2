"""GitLab: the notes of a merge request."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cloudaudit.errors import ForgeError
from cloudaudit.forges.sticky import Note
from cloudaudit.transport import Api, Waiting, escaped

API = "https://gitlab.com/api/v4"
_RIGHT = "GITLAB_TOKEN must be a project access token with the scope api and at least the role Reporter"
_HINTS = {
    401: f"the token is not valid any more; {_RIGHT}",
    403: _RIGHT,
    404: f"there is no such merge request, or the token cannot see it; {_RIGHT}",
}


class _Author(msgspec.Struct):
    username: str = ""


class _Note(msgspec.Struct):
    id: int
    author: _Author | None = None
    body: str = ""
    system: bool = False


class GitLab:
    """A merge request. `project` (its number or path) and `number` come from the environment of the job when they are
    not given; the token always does, from GITLAB_TOKEN. ForgeError says what is missing."""

    limit = 1_000_000

    def __init__(
        self,
        environment: Mapping[str, str],
        project: str = "",
        number: int = 0,
        waiting: Waiting | None = None,
    ) -> None:
        token = environment.get("GITLAB_TOKEN", "")
        if not token.strip():
            job = " (CI_JOB_TOKEN may not write comments)" if environment.get("CI_JOB_TOKEN") else ""
            raise ForgeError(f"GITLAB_TOKEN is not set{job}: {_RIGHT}; keep it as a masked variable of the project")
        # In a pipeline of a fork CI_PROJECT_ID is the fork, and the merge request is another project's.
        project = project or environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", "")
        if not project:
            raise ForgeError("which project is it? Say --project PATH, or set CI_PROJECT_ID")
        stated = environment.get("CI_MERGE_REQUEST_IID", "")
        number = number or (int(stated) if stated.isdecimal() else 0)
        if not number:
            raise ForgeError(
                "which merge request is it? Say --number N; CI_MERGE_REQUEST_IID is set in pipelines of merge requests"
            )
        self._path = f"/projects/{escaped(project)}/merge_requests/{number}/notes"
        home = environment.get("CI_MERGE_REQUEST_PROJECT_URL") or environment.get("CI_PROJECT_URL", "")
        self._page = f"{home}/-/merge_requests/{number}" if home else f"merge request {number}"
        address = environment.get("CI_API_V4_URL") or API
        self.api = Api("GitLab", address, ("PRIVATE-TOKEN", "", token), _HINTS, waiting)

    def me(self) -> str:
        """The account of the token."""
        said = self.api.get("/user")
        if not isinstance(said, dict) or not said.get("username"):
            raise ForgeError("GitLab does not say whose token it is")
        return str(said["username"])

    def notes(self) -> Iterator[Note]:
        """What people and programs wrote, not what GitLab notes itself."""
        for found in self.api.pages(self._path, sort="asc", order_by="created_at"):
            note = _decoded(found)
            if not note.system:
                yield self._note(note)

    def create(self, text: str) -> Note:
        """A new note."""
        return self._note(_decoded(self.api.send("POST", self._path, {"body": text}, once=True)))

    def update(self, number: int, text: str) -> Note:
        """The note with another text."""
        return self._note(_decoded(self.api.send("PUT", f"{self._path}/{number}", {"body": text})))

    def _note(self, found: _Note) -> Note:
        author = found.author.username if found.author else ""
        return Note(found.id, author, found.body, f"{self._page}#note_{found.id}")


def _decoded(found: Any) -> _Note:
    try:
        return msgspec.convert(found, _Note)
    except msgspec.ValidationError as error:
        raise ForgeError(f"GitLab: this is no note: {error}") from error
