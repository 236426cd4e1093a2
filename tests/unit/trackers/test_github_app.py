"""A GitHub App exports: it proves who it is by its key, and gets tokens that end."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from cloudaudit.errors import RemoteError
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import EXTRA, GITHUB, Answer, operation, running
from tests.standins.trackers import GitHubIssues

EXTRA[GITHUB]["/repos/{owner}/{repo}/installation"] = {"get": operation("installation", ["owner", "repo"])}
_ASKED = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "repositories": {"type": "array", "items": {"type": "string"}},
        "permissions": {"type": "object", "properties": {"issues": {"enum": ["read", "write"]}}},
    },
}
EXTRA[GITHUB]["/app/installations/{installation_id}/access_tokens"] = {
    "post": operation("access_tokens", [], _ASKED)
    | {"parameters": [{"name": "installation_id", "in": "path", "required": True, "schema": {"type": "integer"}}]}
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: Any) -> str:
    form = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return str(key.private_bytes(serialization.Encoding.PEM, *form).decode())


class WithApp(GitHubIssues):
    """Takes tokens of the app only; each is good for so many requests. `claims` is what the app said of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.good_for = 1_000
        self.left = 0
        self.given = 0
        self.asked: list[Any] = []
        self.claims: list[dict[str, Any]] = []
        self.installed = True

    def answer(self, method: str, path: str, body: Any) -> Answer:
        token = self.headers[-1]["authorization"].removeprefix("Bearer ")
        if path == "/repos/acme/shop/installation":
            self._verify(token)
            return (200, {"id": 55}) if self.installed else (404, {"message": "Not Found"})
        if path == "/app/installations/55/access_tokens":
            self._verify(token)
            self.asked.append(body)
            self.given, self.left = self.given + 1, self.good_for
            return 201, {"token": f"ghs_app{self.given}", "expires_at": "2026-11-22T03:00:00Z"}
        if token != f"ghs_app{self.given}" or not self.left:
            return 401, {"message": "Bad credentials"}
        self.left -= 1
        return super().answer(method, path, body)

    def _verify(self, token: str) -> None:
        said, _, signature = token.rpartition(".")
        KEY.public_key().verify(_decoded(signature), said.encode(), padding.PKCS1v15(), hashes.SHA256())
        header, claims = (json.loads(_decoded(part)) for part in said.split("."))
        assert header == {"alg": "RS256", "typ": "JWT"}
        self.claims.append(claims)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.fixture
def server() -> Iterator[WithApp]:
    for made in running(WithApp):
        assert isinstance(made, WithApp)
        yield made


@pytest.fixture
def export(server: WithApp, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Exporter:
    environment = {"GITHUB_APP_ID": "12345", "GITHUB_APP_PRIVATE_KEY": _pem(KEY), "GITHUB_TOKEN": "not-used"}
    monkeypatch.setattr(WithApp, "environment", environment)
    return Exporter(server, clock)


def test_an_app_gets_a_token_for_one_repository_and_for_issues_only(export: Exporter, server: WithApp) -> None:
    assert export(observed()) == ["create"]

    assert server.asked == [{"repositories": ["shop"], "permissions": {"issues": "write"}}]
    assert server.claims[0] == {"iat": 999_940, "exp": 1_000_540, "iss": "12345"}
    assert server.given == 1


def test_a_token_that_ended_is_renewed_on_the_way(export: Exporter, server: WithApp) -> None:
    server.good_for = 7

    assert export(*map(observed, "abcdef")) == ["create"] * 6

    assert server.given > 1
    assert len(server.seen()) == 6


def test_a_key_on_one_line_is_taken_too(export: Exporter, server: WithApp) -> None:
    environment = {**server.environment, "GITHUB_APP_PRIVATE_KEY": _pem(KEY).replace("\n", "\\n")}

    export.connect(environment=environment).prepare(write=False)

    assert server.given == 1


def test_an_app_that_is_not_installed_is_told_so(export: Exporter, server: WithApp) -> None:
    server.installed = False

    with pytest.raises(RemoteError, match="the app is not installed for this repository"):
        export(observed())


def test_a_refusal_speaks_of_the_key_and_of_the_clock(export: Exporter, server: WithApp) -> None:
    server.faults.append(("GET /repos/acme/shop/installation", 401, {}, {"message": "'exp' is too far in the future"}))

    with pytest.raises(RemoteError, match="do not belong together, or the clock of this machine is wrong"):
        export(observed())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"GITHUB_APP_ID": "12345\n67"}, "GITHUB_APP_ID is no id of an app"),
        ({"GITHUB_APP_PRIVATE_KEY": ""}, "GITHUB_APP_PRIVATE_KEY is not set"),
        ({"GITHUB_APP_PRIVATE_KEY": "canary-of-a-key"}, "holds no private key as GitHub makes them"),
        ({"GITHUB_APP_PRIVATE_KEY": _pem(ec.generate_private_key(ec.SECP256R1()))}, "holds no private key"),
    ],
)
def test_what_cannot_be_an_app_is_said_without_showing_the_key(
    export: Exporter, server: WithApp, changed: dict[str, str], message: str
) -> None:
    with pytest.raises(RemoteError, match=message) as raised:
        export.connect(environment={**server.environment, **changed})

    assert "canary" not in str(raised.value)
    assert server.calls == []
