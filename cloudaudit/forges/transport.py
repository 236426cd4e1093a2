"""Requests to an API: over HTTPS, with pauses where it asks for them, and errors that say what to do.

A token goes into the headers of requests and nowhere else: no message, and no address, ever holds it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx

from cloudaudit import __version__
from cloudaudit.errors import ForgeError

ATTEMPTS = 5
PAGE = 100
MOST_PAGES = 100
_LOCAL = ("localhost", "127.0.0.1", "::1")
_FAULTS = (500, 502, 503, 504)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class UnsettledError(ForgeError):
    """Nobody knows whether what was sent has been done; look before it is sent again."""


class Waiting(NamedTuple):
    """The clock, how to sleep, and how many seconds all pauses of a run may last together."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    most: float = 120.0


class Api:
    """An API at an address. `name` is what people call it; `hints` says what to do by the status of a refusal.
    ForgeError if the address is not HTTPS, or the token cannot be one."""

    def __init__(
        self,
        name: str,
        address: str,
        token: tuple[str, str, str],
        hints: Mapping[int, str],
        waiting: Waiting | None = None,
    ) -> None:
        header, prefix, secret = token
        self._name = name
        self._address = _checked(name, address)
        self._secret = _sound(name, secret)
        self._hints = hints
        self._waiting = waiting or Waiting()
        self._waited = 0.0
        headers = {
            header: prefix + self._secret,
            "User-Agent": f"cloudaudit/{__version__}",
            "Accept": "application/json",
        }
        self._client = httpx.Client(headers=headers, timeout=30.0, follow_redirects=False)

    def get(self, path: str, **parameters: str | int) -> Any:
        """What is there."""
        return self._decoded(self._request("GET", path, parameters=parameters))

    def pages(self, path: str, **parameters: str | int) -> Iterator[Any]:
        """All members of a list, page by page."""
        for page in range(1, MOST_PAGES + 1):
            response = self._request("GET", path, parameters={**parameters, "per_page": PAGE, "page": page})
            members = self._decoded(response)
            if not isinstance(members, list):
                raise ForgeError(f"{self._name}: {path} should hold a list; is {self._address} its API?")
            yield from members
            if "next" not in response.links and len(members) < PAGE:
                return
        raise ForgeError(f"{self._name}: {path} holds more than {PAGE * MOST_PAGES:,} entries")

    def send(self, method: str, path: str, body: Mapping[str, Any], *, once: bool = False) -> Any:
        """The answer to what is sent. With `once` it is not sent again where it may have been done: UnsettledError."""
        return self._decoded(self._request(method, path, body=body, once=once))

    def _request(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        once: bool = False,
    ) -> httpx.Response:
        """The response, once it is neither a fault nor a plea to wait."""
        url = path if "://" in path else self._address + path
        for attempt in range(1, ATTEMPTS + 1):
            pause = float(2 ** (attempt - 1))
            try:
                response = self._client.request(method, url, params=parameters, json=body)
            except httpx.HTTPError as error:
                trouble, done = f"cannot be reached: {type(error).__name__}: {error}", not isinstance(error, _NOT_SENT)
            else:
                asked = self._pause(response)
                if asked is None and response.status_code not in _FAULTS:
                    return self._accepted(response)
                trouble, done = f"answers {response.status_code}", asked is None
                pause = pause if asked is None else asked
            if once and done:
                raise UnsettledError(self._clean(f"{self._name} {trouble}"))
            if attempt < ATTEMPTS:
                self._rest(pause)
        raise ForgeError(self._clean(f"{self._name} {trouble}, {ATTEMPTS} times; run the job again later"))

    def _pause(self, response: httpx.Response) -> float | None:
        """How long a response asks to wait, None when it does not."""
        headers = response.headers
        spent = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0"
        limited = response.status_code == 429 or (
            response.status_code == 403 and (spent or "retry-after" in headers or "rate limit" in response.text.lower())
        )
        if not limited and not (response.status_code == 503 and "retry-after" in headers):
            return None
        after = headers.get("retry-after", "")
        if after.isdecimal():
            return float(after)
        reset = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", ""))
        now = self._waiting.now()
        if after:
            return max(_moment(after, now) - now, 1.0)
        return max(float(reset) - now, 1.0) if spent and reset.isdecimal() else 60.0

    def _rest(self, seconds: float) -> None:
        if self._waited + seconds > self._waiting.most:
            raise ForgeError(
                f"{self._name} asks to wait {seconds:,.0f} seconds, longer than a job should; run it again later"
            )
        self._waited += seconds
        self._waiting.sleep(seconds)

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        status = response.status_code
        if status < 300:
            return response
        if status < 400:
            raise ForgeError(f"{self._name} says that this has moved; say the new name of the repository or project")
        said = _message(response)
        hint = self._hints.get(status, "")
        raise ForgeError(
            self._clean(f"{self._name} refuses ({status}{f', {said}' if said else ''}){hint and f': {hint}'}")
        )

    def _decoded(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError:
            raise ForgeError(f"{self._name}: what {self._address} answers is no JSON; is it the API?") from None

    def _clean(self, text: str) -> str:
        return text.replace(self._secret, "***")


def escaped(part: str) -> str:
    """A name as one part of a path."""
    return quote(part, safe="")


def _moment(text: str, otherwise: float) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return otherwise


def _message(response: httpx.Response) -> str:
    """What an API says about a refusal, shortened."""
    try:
        found = response.json()
    except ValueError:
        return ""
    said = (found.get("message") or found.get("error") or "") if isinstance(found, dict) else ""
    return " ".join(str(said).split())[:200]


def _checked(name: str, address: str) -> str:
    try:
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in _LOCAL
        sound = (parts.scheme == "https" or local) and parts.hostname and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound:
        raise ForgeError(f"the address of {name}'s API must be https://HOST/PATH; a token is sent nowhere else")
    return address.rstrip("/")


def _sound(name: str, secret: str) -> str:
    token = secret.strip()
    if not token.isascii() or not token.isprintable() or " " in token or len(token) < 4:
        raise ForgeError(f"what should be the token of {name} is none: there are odd characters in it")
    return token
