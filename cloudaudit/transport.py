"""Requests to an API: over HTTPS, with pauses where it asks for them, and errors that say what to do.

A token goes into the headers of requests and nowhere else: no message, and no address, ever holds it.
"""

import functools
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx

from cloudaudit import __version__
from cloudaudit.errors import RemoteError

ATTEMPTS = 5
PAGE = 100
MOST_PAGES = 100
_LOCAL = ("localhost", "127.0.0.1", "::1")
_FAULTS = (500, 502, 503, 504)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class UnsettledError(RemoteError):
    """Nobody knows whether what was sent has been done; look before it is sent again."""


class RefusedError(RemoteError):
    """The service understood and said no; `status` is that of HTTP."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class Pace:
    """Keeps writes within what a service allows: at most so many in so many seconds, for each pair."""

    def __init__(self, *limits: tuple[int, float]) -> None:
        self._limits = limits
        self._past: deque[float] = deque(maxlen=max(count for count, _ in limits))

    def pause(self, now: float) -> float:
        """How many seconds from now on one more write is allowed; it is counted as done then."""
        free = (self._past[-count] + seconds for count, seconds in self._limits if len(self._past) >= count)
        until = max(free, default=now)
        self._past.append(max(until, now))
        return max(until - now, 0.0)


class Waiting(NamedTuple):
    """The clock, how to sleep, how many seconds all pauses of a run that a service asks for may last together, and the
    pace of writes, where the service has one."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    most: float = 120.0
    pace: Pace | None = None


Sign = Callable[[bytes], Mapping[str, str]]
"""The headers that say of a body whom it comes from."""


class Api:
    """An API at an address. `name` is what people call it; `token` is the header that carries it, what stands before it
    there, and itself, or what makes it: that is asked for another once one is refused; or else what signs each body as
    it is sent. `hints` says what to do by the status of a refusal. Proxies and certificates of your own come from the
    environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE). RemoteError if the address is not HTTPS, or the token cannot be
    one."""

    def __init__(
        self,
        name: str,
        address: str,
        token: tuple[str, str, str | Callable[[], str]] | Sign,
        hints: Mapping[int, str],
        waiting: Waiting | None = None,
    ) -> None:
        self._name = name
        self._address = _checked(name, address)
        self._hints = hints
        self._waiting = waiting or Waiting()
        self._waited = 0.0
        self._secrets: list[str] = []
        headers = {"User-Agent": f"cloudaudit/{__version__}", "Accept": "application/json"}
        self._client = httpx.Client(headers=headers, timeout=30.0, follow_redirects=False, verify=_trusted())
        self._renew: Callable[[], str] | None = None
        if callable(token):
            self._client.auth = _signing(token)
            return
        self._header, made = token[:2], token[2]
        self._renew = None if isinstance(made, str) else made
        self._use(made if isinstance(made, str) else made())

    def get(self, path: str, **parameters: str | int) -> Any:
        """What is there."""
        return self._decoded(self._request("GET", path, parameters=parameters))

    def pages(self, path: str, **parameters: str | int) -> Iterator[Any]:
        """All members of a list, page by page."""
        for page in range(1, MOST_PAGES + 1):
            response = self._request("GET", path, parameters={**parameters, "per_page": PAGE, "page": page})
            members = self._decoded(response)
            if not isinstance(members, list):
                raise RemoteError(f"{self._name}: {path} should hold a list; is {self._address} its API?")
            yield from members
            if "next" not in response.links and len(members) < PAGE:
                return
        raise RemoteError(f"{self._name}: {path} holds more than {PAGE * MOST_PAGES:,} entries")

    def send(self, method: str, path: str, body: Mapping[str, Any], *, once: bool = False) -> Any:
        """The answer to what is sent. With `once` it is not sent again where it may have been done: UnsettledError."""
        return self._decoded(self._request(method, path, body=body, once=once))

    def _use(self, token: str) -> None:
        header, prefix = self._header
        self._secrets.append(_sound(self._name, token))
        self._client.headers[header] = prefix + self._secrets[-1]

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
            if self._waiting.pace and method != "GET":
                self._rest(self._waiting.pace.pause(self._waiting.now()))
            pause = float(2 ** (attempt - 1))
            try:
                response = self._client.request(method, url, params=parameters, json=body)
            except httpx.HTTPError as error:
                trouble, done = f"cannot be reached: {type(error).__name__}: {error}", not isinstance(error, _NOT_SENT)
            else:
                if response.status_code == 401 and self._renew and attempt == 1:
                    self._use(self._renew())
                    continue
                asked = self._pause(response)
                if asked is None and response.status_code not in _FAULTS:
                    return self._accepted(response)
                trouble, done = f"answers {response.status_code}", asked is None
                pause = pause if asked is None else asked
            if once and done:
                raise UnsettledError(self._clean(f"{self._name} {trouble}"))
            if attempt < ATTEMPTS:
                self._rest(pause)
        raise RemoteError(self._clean(f"{self._name} {trouble}, {ATTEMPTS} times; run the job again later"))

    def _pause(self, response: httpx.Response) -> float | None:
        """How long a response asks to wait, None when it does not."""
        headers = response.headers
        spent = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0"
        limited = (
            response.status_code == 429
            or (
                response.status_code == 403
                and (spent or "retry-after" in headers or "rate limit" in response.text.lower())
            )
            or (response.status_code == 400 and '"RATELIMITED"' in response.text)  # Linear
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
        if not seconds:
            return
        if self._waited + seconds > self._waiting.most:
            raise RemoteError(
                f"{self._name} asks to wait {seconds:,.0f} seconds, longer than a job should; run it again later"
            )
        self._waited += seconds
        self._waiting.sleep(seconds)

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        status = response.status_code
        if status < 300:
            return response
        if status < 400:
            raise RefusedError(
                f"{self._name} says that this has moved; say the new name of the repository or project", status
            )
        said = _message(response)
        hint = self._hints.get(status, "")
        text = f"{self._name} refuses ({status}{f', {said}' if said else ''}){hint and f': {hint}'}"
        raise RefusedError(self._clean(text), status)

    def _decoded(self, response: httpx.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise RemoteError(f"{self._name}: what {self._address} answers is no JSON; is it the API?") from None

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The certificates to trust, read once: that takes longer than many an export."""
    try:
        return httpx.create_ssl_context()
    except (OSError, ssl.SSLError):
        raise RemoteError("SSL_CERT_FILE or SSL_CERT_DIR names no certificates that can be read") from None


def _signing(sign: Sign) -> Callable[[httpx.Request], httpx.Request]:
    def signed(request: httpx.Request) -> httpx.Request:
        request.headers.update(sign(request.content))
        return request

    return signed


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
    keys = ("message", "error", "errorMessages", "errors")
    said = [_words(found[key]) for key in keys if found.get(key)] if isinstance(found, dict) else []
    return " ".join("; ".join(said).split())[:300]


def _words(said: Any) -> str:
    """What is wrong, whether it comes as text, as a list or by field."""
    if isinstance(said, dict) and isinstance(said.get("message"), str):
        place = said.get("field", "")
        return f"{place}: {said['message']}" if isinstance(place, str) and place else str(said["message"])
    if isinstance(said, dict):
        return "; ".join(f"{name}: {_words(value)}" for name, value in said.items())
    return "; ".join(map(_words, said)) if isinstance(said, list) else str(said)


def _checked(name: str, address: str) -> str:
    try:
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in _LOCAL
        sound = (parts.scheme == "https" or local) and parts.hostname and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound:
        raise RemoteError(f"the address of {name}'s API must be https://HOST/PATH; a token is sent nowhere else")
    return address.rstrip("/")


def _sound(name: str, secret: str) -> str:
    token = secret.strip()
    if not token.isascii() or not token.isprintable() or " " in token or len(token) < 4:
        raise RemoteError(f"what should be the token of {name} is none: there are odd characters in it")
    return token
