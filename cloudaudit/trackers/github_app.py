"""Tokens of a GitHub App: for one repository, with the right to write issues, for an hour.

As in "Authenticating as a GitHub App installation" of GitHub's documentation.
"""

import base64
import json
import re
from collections.abc import Mapping

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.transport import Api, Waiting

_KEY = "GITHUB_APP_PRIVATE_KEY"
_HINTS = {
    401: "GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY do not belong together, or the clock of this machine is wrong",
    403: "the app has been suspended for this repository",
    404: "the app is not installed for this repository; its page in the settings of GitHub installs it",
    422: "the app needs the permission to read and write issues, and whoever installed it has to accept that",
}
_EARLY, _LONG = 60, 540
"""Seconds: a token may seem to come from a minute ago since clocks differ, and may last ten minutes at most."""


class _Installation(msgspec.Struct):
    id: int


class _Token(msgspec.Struct):
    token: str


class App:
    """An app by its id and its private key (PEM), both from the environment. TrackerError where they cannot be used."""

    def __init__(self, environment: Mapping[str, str], address: str, repository: str, waiting: Waiting) -> None:
        self._id = environment["GITHUB_APP_ID"].strip()
        self._pem = environment.get(_KEY, "").replace("\\n", "\n").strip()
        if not re.fullmatch(r"[\w.-]+", self._id, re.ASCII):
            raise TrackerError("GITHUB_APP_ID is no id of an app; the page of the app shows it")
        if not self._pem:
            raise TrackerError(f'{_KEY} is not set: {_KEY}="$(cat KEY.pem)" for the key that GitHub made for the app')
        self._address = address
        self._repository = repository
        self._waiting = waiting

    def token(self) -> str:
        """A new token. RemoteError if GitHub gives none."""
        api = Api("GitHub", self._address, ("Authorization", "Bearer ", self._signed()), _HINTS, self._waiting)
        asked = {"repositories": [self._repository.split("/")[1]], "permissions": {"issues": "write"}}
        try:
            found = msgspec.convert(api.get(f"/repos/{self._repository}/installation"), _Installation)
            made = api.send("POST", f"/app/installations/{found.id}/access_tokens", asked)
            return msgspec.convert(made, _Token).token
        except msgspec.ValidationError as error:
            raise TrackerError(f"GitHub: what it answers is no token of an app: {error}") from None

    def _signed(self) -> str:
        """A JSON Web Token with RS256 (RFC 7519, RFC 7518 section 3.3)."""
        try:
            from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - few are apps
            from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
            from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
            from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
            from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415
        except ImportError:
            raise TrackerError(
                'GITHUB_APP_ID is set, and apps need more: pip install "cloudaudit[github-app]"'
            ) from None
        try:
            key = load_pem_private_key(self._pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise TrackerError(f"{_KEY} holds no private key as GitHub makes them for apps (PEM, RSA)")
        now = int(self._waiting.now())
        claims = {"iat": now - _EARLY, "exp": now + _LONG, "iss": self._id}
        said = b".".join(_part(json.dumps(one).encode()) for one in ({"alg": "RS256", "typ": "JWT"}, claims))
        return (said + b"." + _part(key.sign(said, PKCS1v15(), hashes.SHA256()))).decode()


def _part(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
