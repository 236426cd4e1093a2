"""Stand-ins for GitHub and GitLab on the loopback interface: they keep comments, and check each request they get."""

import functools
import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

SPECS = Path(__file__).parents[3] / "shared" / "specs"
TOKEN = "ghs_canary0123456789"  # noqa: S105 - a canary
MISSING = "the descriptions of the APIs (../shared/specs) are not on this machine: requests are not checked by them"

Answer = tuple[int, Any]


_SOUND: set[tuple[object, ...]] = set()
"""Requests that a description allows: tests ask the same ones over and over."""


class StandIn:
    """One server. `comments` is what it holds, `remarks` those in the diff, `calls` what it was asked, `query` how the
    request at hand asks, `lists` further lists by path; `faults` are answers to give first, as
    (expression that "METHOD /path" matches, status, headers, body); `done_anyway` does the work of a POST that it
    answers with a fault."""

    spec = ""
    server_of_spec = ""
    me = "auditor[bot]"

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.faults: list[tuple[str, int, dict[str, str], Any]] = []
        self.done_anyway = False
        self.wrong: list[str] = []
        self.query: dict[str, str] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.remarks: list[dict[str, Any]] = []
        self.description = _description(self.spec)
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def _answer(self) -> None:
                stand_in.handle(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - names of http.server

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.calls]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length") or 0)
        data = request.rfile.read(length)
        parts = urlsplit(request.path)
        method, query = request.command, {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body = json.loads(data) if data else None
        self.calls.append((method, parts.path, body))
        self.query = query
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        fate = self.fate()
        if fate == "lost":
            request.close_connection = True
            return
        if not self._check(request, parts.path, query, data):
            self._write(request, 422, {}, {"message": "not as described"})
            return
        fault = next((each for each in self.faults if re.match(each[0], f"{method} {parts.path}")), None)
        if fault is None or (self.done_anyway and method == "POST"):
            status, answer = self.answer(method, parts.path, body)
            headers: dict[str, str] = {}
            if method == "GET" and isinstance(answer, list):
                answer, headers = self._page(answer, query, parts.path)
        if fault is not None:
            self.faults.remove(fault)
            _, status, headers, answer = fault
        if fate == "unanswered":
            request.close_connection = True
            return
        self._write(request, status, headers, answer)

    def fate(self) -> str:
        """What becomes of the request at hand: "lost" on the way here, done but "unanswered", or nothing bad."""
        return ""

    def _page(self, found: list[Any], query: dict[str, str], path: str) -> tuple[list[Any], dict[str, str]]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        more = len(found) > size * page
        link = {"Link": f'<{self.url}{path}?page={page + 1}>; rel="next"'} if more else {}
        return found[size * (page - 1) : size * page], link

    def _write(self, request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], answer: Any) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)

    def _check(self, request: BaseHTTPRequestHandler, path: str, query: dict[str, str], data: bytes) -> bool:
        """Whether the published description allows it; what it does not is noted."""
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        seen = (self.spec, request.command, path, tuple(query.items()), tuple(headers.items()), data)
        if self.description is None or seen in _SOUND:
            return True
        asked = MockRequest(
            self.server_of_spec,
            request.command.lower(),
            urlsplit(self.server_of_spec).path + path,
            args=query,
            headers=dict(request.headers.items()),
            data=data or None,
            content_type=request.headers.get("content-type") or "",
        )
        try:
            self.description.validate_request(asked)
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the test shows it
            self.wrong.append(f"{request.command} {path}: {type(error).__name__}: {error} {error.__cause__}")
            return False
        _SOUND.add(seen)
        return True

    def answer(self, method: str, path: str, body: Any) -> Answer:
        raise NotImplementedError

    def add(self, body: str, author: str | None = None, **more: Any) -> dict[str, Any]:
        raise NotImplementedError


@functools.cache
def _description(name: str) -> Any:
    """What the requests are checked by; None when it is not on this machine."""
    path = SPECS / name
    if not path.is_file():
        return None
    stated = json.loads(path.read_text())
    for path_, methods in EXTRA[name].items():
        stated["paths"].setdefault(path_, {}).update(methods)
    return OpenAPI.from_dict(stated)


def operation(name: str, parameters: list[str], body: dict[str, Any] | None = None) -> dict[str, Any]:
    """An operation that the trimmed descriptions leave out, in our words."""
    made: dict[str, Any] = {"operationId": name, "responses": {"200": {"description": "ok"}}}
    made["parameters"] = [
        {"name": each, "in": "path" if each in ("owner", "repo") else "query", "required": each in ("owner", "repo")}
        | {"schema": {"type": "string"}}
        for each in parameters
    ]
    return made | (
        {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}} if body else {}
    )


_QUERY = {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
GITHUB, GITLAB = "github/github-rest-trimmed.openapi.json", "gitlab/gitlab-rest-v4-handwritten.openapi.json"
EXTRA = {
    GITHUB: {
        "/graphql": {"post": operation("graphql", [], _QUERY)},
        "/repos/{owner}/{repo}/pulls": {
            "get": operation("pulls", ["owner", "repo", "state", "head", "per_page", "page"])
        },
    },
    GITLAB: {"/user": {"get": operation("user", [])}},
}


class GitHubStandIn(StandIn):
    spec = GITHUB
    server_of_spec = "https://api.github.com"

    def add(self, body: str, author: str | None = None, **more: Any) -> dict[str, Any]:
        number = 1000 + len(self.comments)
        made = {"id": number, "body": body, "user": {"login": author or self.me}, "html_url": f"{self.url}/c/{number}"}
        self.comments.append(made | more)
        return self.comments[-1]

    def _pull(self, path: str, body: Any) -> Answer:
        if path == "/reviews":
            self.remarks += [self._remark(each) for each in body["comments"]]
        found = {"": {"number": 7, "head": {"sha": "c" * 40}}, "/comments": self.remarks, "/reviews": {"id": 1}}
        return (200, found[path]) if path in found else (404, {"message": "Not Found"})

    def _remark(self, comment: dict[str, Any]) -> dict[str, Any]:
        return {"id": 5000 + len(self.remarks), "user": {"login": self.me}, **comment}

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if path == "/graphql":
            return 200, {"data": {"viewer": {"login": self.me}}}
        if method == "GET" and path in self.lists:
            return 200, self.lists[path]
        if path.startswith("/repos/acme/shop/pulls/7"):
            return self._pull(path.removeprefix("/repos/acme/shop/pulls/7"), body)
        if re.fullmatch(r"/repos/acme/shop/issues/7/comments", path):
            return (200, self.comments) if method == "GET" else (201, self.add(body["body"]))
        if found := re.fullmatch(r"/repos/acme/shop/issues/comments/(\d+)", path):
            (comment,) = [each for each in self.comments if each["id"] == int(found[1])]
            comment["body"] = body["body"]
            return 200, comment
        return 404, {"message": "Not Found"}


class GitLabStandIn(StandIn):
    spec = GITLAB
    server_of_spec = "https://gitlab.example.com/api/v4"
    me = "project_1_bot"

    def add(self, body: str, author: str | None = None, **more: Any) -> dict[str, Any]:
        number = 1000 + len(self.comments)
        made = {"id": number, "body": body, "author": {"username": author or self.me}, "system": False}
        self.comments.append(made | more)
        return self.comments[-1]

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if path == "/user":
            return 200, {"username": self.me}
        if path == "/projects/acme%2Fshop/merge_requests/7/notes":
            return (200, self.comments) if method == "GET" else (201, self.add(body["body"]))
        if found := re.fullmatch(r"/projects/acme%2Fshop/merge_requests/7/notes/(\d+)", path):
            (comment,) = [each for each in self.comments if each["id"] == int(found[1])]
            comment["body"] = body["body"]
            return 200, comment
        return 404, {"message": "404 Not found"}


def running(kind: Callable[[], StandIn]) -> Iterator[StandIn]:
    """A server while a test runs; a request that the description does not allow fails the test."""
    made = kind()
    yield made
    made.close()
    assert made.wrong == []
