"""Calls of one account: each request once, held to a rate, retried when throttled, and refusals with their reason."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import msgspec

from cloudaudit.clock import now
from cloudaudit.model import Reading
from cloudaudit.sources.aws.answers import Answer, Journal, plain
from cloudaudit.sources.aws.declare import Call, Item, Read
from cloudaudit.sources.aws.expressions import pick
from cloudaudit.sources.aws.limits import Limiter
from cloudaudit.sources.aws.permissions import SELECT, actions

if TYPE_CHECKING:
    from cloudaudit.sources.aws.aggregator import Aggregator
    from cloudaudit.sources.aws.session import Session

_DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Forbidden",
    "ForbiddenException",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedException",
    "UnauthorizedOperation",
    "403",
)
_CLOSED = (
    "AuthFailure",
    "InvalidClientTokenId",
    "OptInRequired",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
)
_MISSING = (
    "EndpointConnectionError",
    "InvalidAction",
    "UnknownOperationException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
    "404",
    "501",
)
_GONE = (
    "AWS.SimpleQueueService.NonExistentQueue",
    "DBInstanceNotFound",
    "EventDataStoreNotFoundException",
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "NoSuchBucket",
    "NoSuchDistribution",
    "NoSuchEntity",
    "NoSuchHostedZone",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "TargetGroupNotFound",
    "TrailNotFoundException",
    "WAFNonexistentItemException",
)
# As services say it that are going to end: "... is no longer accepting new customers", "only available for existing
# customers". Who has something there is none of whom they say it. Messages with an ARN are about permissions, and may
# hold names that people chose.
_CLOSED_SHOP = re.compile(r"(?!.*\barn:).*\b(?:existing|new)\s(?:[\w-]+\s)*customers\b", re.IGNORECASE | re.DOTALL)
_THROTTLED = (
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
    "LimitExceeded",
    "PriorRequestNotComplete",
)

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds that AWS may take to write a report

TOKENS = ("NextToken", "nextToken", "NextMarker", "Marker")
"""What leads to the next page where botocore does not know how to; it is given back under the same name."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a call told nothing. `kind` is denied, closed (region or service is off), throttled, silent (no answer in
    time), missing (AWS or its stand-in does not have the operation) or failed."""

    action: str
    kind: str
    code: str
    message: str
    region: str

    @property
    def because(self) -> str:
        """As a cause of an unknown value."""
        words = {
            "denied": "was denied",
            "closed": "is not to be had in this region",
            "throttled": "was throttled until the last attempt",
            "silent": "was not answered in time",
            "missing": "is not supported there",
        }
        return f"{self.action} {words.get(self.kind) or f'failed ({self.code})'}"


class Refused(Exception):  # noqa: N818 - no error: it becomes a gap
    """A call was refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.because)
        self.refusal = refusal


class Gone(Exception):  # noqa: N818 - no error: the resource was deleted since it was listed
    """What was asked about is not there any more."""


class Reader:
    """Asks one account. Threads may share it; `told` hears of each request that is made. What the `aggregator` can tell
    is not asked of the account."""

    def __init__(
        self,
        session: "Session",
        journal: Journal | None = None,
        limiter: Limiter | None = None,
        told: Callable[[str, str], None] | None = None,
        aggregator: "Aggregator | None" = None,
    ) -> None:
        self.session = session
        self.account = session.account
        self.journal = journal or Journal()
        self.aggregator = aggregator
        self._limiter = limiter or Limiter()
        self._told = told
        self._lock = threading.Lock()
        self._asked: dict[str, Future[Answer]] = {}
        session.watch(self._due)

    def items(self, call: Call, region: str, item: Item | None = None, many: list[Item] | None = None) -> "Answered":
        """The items of the answer, and when it was read. Refused or Gone when there is none.

        `item` is the one that the call is made for; `many` are those of a batch.
        """
        place = call.region or region or self.session.home
        params = {**call.params}
        here: Item = {"_account": self.account, "_region": region, "_partition": self.session.partition}
        for name, read in call.per.items():
            params[name] = [pick(read, one) for one in many] if many is not None else pick(read, item or here)
        for name, read in call.common.items():
            params[name] = pick(read, (many or [item or here])[0])
        request = f"{place} {call.service}.{call.operation} {msgspec.json.encode(params, order='sorted').decode()}"
        answer = self._ask(request, call, place, params)
        if answer.code == "EndpointConnectionError" and not self.session.has(call.service, place):
            return Answered([], answer.at)  # the region does not have the service
        if answer.code and _is_unset(call, answer):
            return Answered([], answer.at)
        if answer.code:
            raise _trouble(call, answer, place)
        pages = [_whole(answer.pages)] if (call.whole or call.items == "@") and answer.pages else answer.pages
        items = [found for page in pages for found in _items(call.items, page)]
        around: Item = {**here, "_at": answer.at}
        if item is not None:
            around["_parent"] = item
        return Answered([{**found, **around} for found in items], answer.at, answer.recorded)

    def _ask(self, request: str, call: Call, region: str, params: dict[str, Any]) -> Answer:
        """The answer from the journal, from the aggregator, from a thread that is asking for it now, or from AWS."""
        if (known := self.journal.known.get(request)) is not None:
            return known
        if self.aggregator and (recorded := self.aggregator.answer(self, call, region, params)) is not None:
            return recorded
        with self._lock:
            waiting = self._asked.get(request)
            if waiting is None:
                mine = self._asked[request] = Future()
        if waiting is not None:
            return waiting.result()
        try:
            answer = self._written(call, region, params) if call.first else self._call(call, region, params)
            self.journal.keep(request, answer, refused=bool(answer.code) and not _is_unset(call, answer))
            mine.set_result(answer)
        except BaseException as error:
            mine.set_exception(error)
            raise
        return answer

    def _written(self, call: Call, region: str, params: dict[str, Any]) -> Answer:
        """The answer of a call that may need another first."""
        answer = self._call(call, region, params)
        for pause in _PAUSES:
            if call.first is None or answer.code not in call.again:
                return answer
            begun = self._call(call.first, region, {**call.first.params})
            if begun.code:
                return begun
            time.sleep(pause)
            answer = self._call(call, region, params)
        return answer

    def _call(self, call: Call, region: str, params: dict[str, Any]) -> Answer:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - 0.2 s that `--help` need not pay
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        pages: list[Any] = []
        try:
            with self.session.asking(call.service, region) as client:
                pages.extend(plain(page) for page in _pages(client, call.operation, params))
        except ClientError as error:
            told = error.response.get("Error", {})
            return Answer([], now(), str(told.get("Code") or "Unknown"), str(told.get("Message") or ""))
        except (BotoCoreError, ResponseParserError) as error:
            return Answer([], now(), type(error).__name__, str(error))
        return Answer(pages, now())

    def _due(self, service: str, region: str) -> None:
        self._limiter.wait(self.account, region, service)
        if self._told:
            self._told(service, region)


class Answered(msgspec.Struct, frozen=True):
    """Items of an answer, when it was read, and when AWS Config saw what it says, if it told it."""

    items: list[Item]
    at: str
    recorded: str = ""

    def reading(self, call: Call) -> Reading:
        """As evidence names it."""
        return Reading(SELECT, self.recorded) if self.recorded else Reading(actions(call)[0], self.at)


def _pages(client: Any, operation: str, params: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    if client.can_paginate(operation):
        yield from client.get_paginator(operation).paginate(**params)
    else:
        yield from _following(getattr(client, operation), params)


def _following(ask: Callable[..., Any], params: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All pages of an answer whose pages botocore does not know: each tells how to ask for the next."""
    page, before = ask(**params), None
    yield page
    while (token := next(((name, page[name]) for name in TOKENS if page.get(name)), None)) and token != before:
        page, before = ask(**params, **dict([token])), token
        yield page


def _whole(pages: list[Any]) -> Any:
    """All pages as one: lists go on from page to page."""
    whole = dict(pages[0])
    for page in pages[1:]:
        for name, value in page.items():
            before = whole.get(name)
            whole[name] = [*before, *value] if isinstance(before, list) and isinstance(value, list) else value
    return whole


def _items(read: Read, page: Any) -> Iterator[Item]:
    found = pick(read, page)
    for one in found if isinstance(found, list) else [] if found is None else [found]:
        yield one if isinstance(one, dict) else {"value": one}


def _is_unset(call: Call, answer: Answer) -> bool:
    """Whether the error says that there is none: it has the code, and the message what stands behind it, or the service
    serves only those who had something there before."""
    texts = (text.partition(": ") for text in call.unset)
    known = any(answer.code == code and message in answer.message for code, _, message in texts)
    return known or bool(_CLOSED_SHOP.match(answer.message))


def _trouble(call: Call, answer: Answer, region: str) -> Exception:
    code = answer.code
    if code in _GONE or code.endswith(".NotFound"):  # EC2 has one for each thing: InvalidInstanceID.NotFound
        return Gone(f"{call.service}.{call.operation}: {code}")
    return Refused(Refusal(action=actions(call)[0], kind=_kind(code), code=code, message=answer.message, region=region))


def _kind(code: str) -> str:
    if code in _DENIED or code.endswith("AccessDenied"):
        return "denied"
    if code in _CLOSED:
        return "closed"
    if code.startswith(_THROTTLED):
        return "throttled"
    if code in ("ReadTimeoutError", "ConnectTimeoutError"):
        return "silent"
    if code in _MISSING:
        return "missing"
    return "failed"
