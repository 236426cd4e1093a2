"""GitHub: the comments of a pull request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.errors import ForgeError
from cloudaudit.forges.sticky import Note
from cloudaudit.transport import Api, Waiting

API = "https://api.github.com"
_REPOSITORY = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)
_RIGHT = (
    "the token needs `permissions: pull-requests: write`; a job of a pull request from a fork never has it "
    "(docs/ci/github.md shows the job that has)"
)
_HINTS = {
    401: "GITHUB_TOKEN is not valid any more",
    403: _RIGHT,
    404: f"there is no such pull request, or the token cannot see it; {_RIGHT}",
    410: "the comments of this pull request are closed",
    422: "the text, or the number of the pull request, is not accepted",
}


class _User(msgspec.Struct):
    login: str = ""


class _Comment(msgspec.Struct):
    id: int
    user: _User | None = None
    body: str | None = None
    html_url: str = ""

    def note(self) -> Note:
        return Note(self.id, self.user.login if self.user else "", self.body or "", self.html_url)


class GitHub:
    """A pull request. `repository` (OWNER/NAME) and `number` come from the environment of the job when they are not
    given; the token always does, from GITHUB_TOKEN. ForgeError says what is missing."""

    limit = 65_536

    def __init__(
        self,
        environment: Mapping[str, str],
        repository: str = "",
        number: int = 0,
        waiting: Waiting | None = None,
    ) -> None:
        token = environment.get("GITHUB_TOKEN", "")
        if not token.strip():
            raise ForgeError(
                f"GITHUB_TOKEN is not set; in GitHub Actions: env: GITHUB_TOKEN: ${{{{ github.token }}}}, and {_RIGHT}"
            )
        self.repository = repository or environment.get("GITHUB_REPOSITORY", "")
        if not _REPOSITORY.fullmatch(self.repository):
            raise ForgeError("which repository is it? Say --repository OWNER/NAME, or set GITHUB_REPOSITORY")
        address = environment.get("GITHUB_API_URL") or API
        self._graph = environment.get("GITHUB_GRAPHQL_URL") or _graph(address)
        self.api = Api("GitHub", address, ("Authorization", "Bearer ", token), _HINTS, waiting)
        if _origin(self._graph) != _origin(address):
            raise ForgeError("GITHUB_GRAPHQL_URL and GITHUB_API_URL are of two hosts; a token is sent to one")
        self.number = number or _number(environment) or self._number_of_head(_event(environment))

    def me(self) -> str:
        """The account of the token. Tokens of apps cannot ask for /user, this question they may."""
        said = self.api.send("POST", self._graph, {"query": "query { viewer { login } }"})
        try:
            login = said["data"]["viewer"]["login"]
        except (KeyError, TypeError):
            raise ForgeError("GitHub does not say whose token it is; it may be of no use here") from None
        return str(login)

    def notes(self) -> Iterator[Note]:
        """The comments of the conversation; those in the diff are others."""
        for found in self.api.pages(f"/repos/{self.repository}/issues/{self.number}/comments"):
            yield _note(found)

    def create(self, text: str) -> Note:
        """A new comment."""
        path = f"/repos/{self.repository}/issues/{self.number}/comments"
        return _note(self.api.send("POST", path, {"body": text}, once=True))

    def update(self, number: int, text: str) -> Note:
        """The comment with another text."""
        return _note(self.api.send("PATCH", f"/repos/{self.repository}/issues/comments/{number}", {"body": text}))

    def patches(self) -> Iterator[tuple[str, str]]:
        """The files that the pull request changes, each with its patch, where GitHub shows one."""
        for found in self.api.pages(f"/repos/{self.repository}/pulls/{self.number}/files"):
            if isinstance(found.get("patch"), str):
                yield str(found["filename"]), found["patch"]

    def remarks(self) -> Iterator[Note]:
        """The comments in the diff."""
        for found in self.api.pages(f"/repos/{self.repository}/pulls/{self.number}/comments"):
            yield _note(found)

    def review(self, text: str, comments: Sequence[Mapping[str, Any]]) -> None:
        """Comment lines of the newest commit. UnsettledError if nobody knows whether it was done."""
        path = f"/repos/{self.repository}/pulls/{self.number}"
        commit = self.api.get(path)["head"]["sha"]
        body = {"commit_id": commit, "event": "COMMENT", "body": text, "comments": list(comments)}
        self.api.send("POST", f"{path}/reviews", body, once=True)

    def _number_of_head(self, event: dict[str, Any]) -> int:
        """The pull request that a finished workflow ran for. Its artifacts could name any, so GitHub is asked."""
        run = event.get("workflow_run")
        try:
            head, branch = str(run["head_sha"]), str(run["head_branch"])  # type: ignore[index]
            owner, home = str(run["head_repository"]["owner"]["login"]), str(run["head_repository"]["full_name"])  # type: ignore[index]
        except (KeyError, TypeError):
            raise ForgeError(
                "which pull request is it? Say --number N; nothing in GITHUB_EVENT_PATH or GITHUB_REF names one"
            ) from None
        wanted = {"state": "open", "head": f"{owner}:{branch}"}
        for found in self.api.pages(f"/repos/{self.repository}/pulls", **wanted):
            source = found.get("head") or {}
            if source.get("sha") == head and (source.get("repo") or {}).get("full_name") == home:
                return int(found["number"])
        raise ForgeError(f"no open pull request is at {head[:12]} of {owner}:{branch}; a newer commit has its own run")


def _note(found: Any) -> Note:
    try:
        return msgspec.convert(found, _Comment).note()
    except msgspec.ValidationError as error:
        raise ForgeError(f"GitHub: this is no comment: {error}") from error


def _graph(address: str) -> str:
    """Where GraphQL is asked: on a server of your own beside the API, not below it."""
    return re.sub(r"/api/v3/?$", "/api", address.rstrip("/")) + "/graphql"


def _origin(address: str) -> tuple[str, ...]:
    return tuple(address.split("/")[:3])


def _event(environment: Mapping[str, str]) -> dict[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        found = msgspec.json.decode(Path(path).read_bytes()) if path else {}
    except (OSError, msgspec.DecodeError) as error:
        raise ForgeError(f"{path}: GITHUB_EVENT_PATH cannot be read: {error}; say --number N") from error
    return found if isinstance(found, dict) else {}


def _number(environment: Mapping[str, str]) -> int:
    """The number of the pull request that the job is about, 0 if it does not say."""
    event = _event(environment)
    issue = event.get("issue") or {}
    for subject in (event.get("pull_request"), issue if "pull_request" in issue else None):
        if isinstance(subject, dict) and isinstance(subject.get("number"), int):
            return int(subject["number"])
    found = re.fullmatch(r"refs/pull/(\d+)/\w+", environment.get("GITHUB_REF", ""))
    return int(found[1]) if found else 0
