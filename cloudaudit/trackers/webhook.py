"""Anything else: what becomes of tickets is sent to an address, signed as in "Standard Webhooks", version 1.

Nothing can be listed there, so the store remembers the tickets. A message is sent again until it is taken, in this run
or the next, and has the same id each time: a receiver that has seen the id has nothing to do.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.history import Linked
from cloudaudit.model import Record
from cloudaudit.outputs.escape import visible
from cloudaudit.trackers.markdown import render
from cloudaudit.trackers.tracker import Change, Draft, Given, Kind, Memory, Option, Ticket
from cloudaudit.transport import Api, RefusedError, Sign

_PREFIX = "whsec_"
_FEWEST = 24
"""Bytes of a secret, as "Standard Webhooks" has it."""

_SECRET = "CLOUDAUDIT_WEBHOOK_SECRET"  # noqa: S105 - a name
_CLOSED = ("fixed", "removed", "accepted", "duplicate")
_HINTS = {
    400: "the receiver does not take the message",
    401: f"the receiver does not accept the signature: it needs the secret of {_SECRET}, and a clock that is right",
    403: f"the receiver does not accept the signature: it needs the secret of {_SECRET}, and a clock that is right",
    404: "there is nothing at this address",
    405: "there is nothing at this address that takes messages",
    410: "this address is not used any more",
}
_OF_ALL = (404, 405, 410)


class Message(Record, frozen=True, omit_defaults=True):
    """What is sent. `id` is the same for the same event, `key` for the same ticket; `reason` is why the state is what
    it is, `text` the whole text of the ticket where it is new, and `comment` what is to be said; both are Markdown."""

    id: str
    type: str
    key: str
    state: str
    reason: str
    target: str
    severity: str
    since: str
    opened: str
    fingerprint: str = ""
    rule: str = ""
    roots: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    comment: str = ""
    labels: tuple[str, ...] = ()
    assignee: str = ""
    milestone: str = ""
    due: str = ""
    priority: str = ""
    confidential: bool = False


class _Answer(msgspec.Struct):
    name: str = ""
    address: str = ""


class Webhook:
    """The tickets that the store has of an address."""

    def __init__(self, api: Api, place: str, links: Callable[[str], Sequence[Linked]], *, confidential: bool) -> None:
        self._api = api
        self._confidential = confidential
        self._links = links
        self.place = place

    def prepare(self, *, write: bool) -> None:
        """Nothing: only a message shows whether it is taken."""

    def tickets(self) -> Iterator[Ticket]:
        """The tickets, as the store has them."""
        for link in self._links(self.place):
            memory = msgspec.json.decode(link.memory, type=Memory)
            yield Ticket(
                id=link.ticket, name=link.name, address=link.address, open=_open(memory), title="", memory=memory
            )

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """None: `tickets` gives all that the store has."""
        _ = number, memory
        return None

    def create(self, draft: Draft) -> Ticket:
        """A message of the type `created`; its answer may name the ticket."""
        memory = draft.memory
        message = msgspec.structs.replace(
            _about(memory, "created"),
            id=f"{memory.key}.created",
            title=draft.title,
            text=render(draft.text),
            labels=draft.labels,
            assignee=draft.assignee,
            milestone=draft.milestone,
            due=draft.due,
            priority=draft.priority,
            confidential=self._confidential,
        )
        told = self._send(message)
        name = visible(told.name)[:100] or memory.key[:8]
        return Ticket(
            id=memory.key, name=name, address=visible(told.address)[:1000], open=True, title=draft.title, memory=memory
        )

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """A message that says all that is new."""
        memory = change.memory
        types = {"closed": "closed", "open": "reopened"}
        kind = types.get(change.state, "commented" if change.comment else "updated")
        message = msgspec.structs.replace(
            _about(memory, kind),
            title=change.title,
            text=render(change.text),
            comment=render(change.comment),
        )
        self._send(message)
        return msgspec.structs.replace(ticket, memory=memory, open=_open(memory))

    def _send(self, message: Message) -> _Answer:
        try:
            answer = self._api.send("POST", "", msgspec.to_builtins(message))
        except RefusedError as error:
            if error.status in _OF_ALL:
                raise TrackerError(str(error)) from None
            raise
        try:
            return msgspec.convert(answer or {}, _Answer)
        except msgspec.ValidationError:
            return _Answer()


def _about(memory: Memory, kind: str) -> Message:
    """A message of this type. Its id is made of what the ticket is to remember: that changes with each event."""
    digest = hashlib.sha256(msgspec.json.encode(memory, order="deterministic")).hexdigest()[:16]
    return Message(
        id=f"{memory.key}.{digest}",
        type=kind,
        key=memory.key,
        state="open" if _open(memory) else "closed",
        reason=memory.said,
        target=memory.target,
        severity=memory.severity,
        since=memory.since,
        opened=memory.opened,
        fingerprint=memory.fingerprint,
        rule=memory.rule,
        roots=memory.roots,
    )


def _open(memory: Memory) -> bool:
    return memory.said not in _CLOSED


def signer(secret: bytes, now: Callable[[], float]) -> Sign:
    """What signs a message with the moment at which it is sent."""

    def sign(body: bytes) -> dict[str, str]:
        number, moment = msgspec.json.decode(body)["id"], str(int(now()))
        digest = hmac.digest(secret, f"{number}.{moment}.".encode() + body, "sha256")
        return {
            "webhook-id": number,
            "webhook-timestamp": moment,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    return sign


def _secret(said: str) -> bytes:
    """The bytes of a secret. TrackerError if it is none: the message does not show it."""
    try:
        made = base64.b64decode(said.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        made = b""
    if len(made) < _FEWEST:
        what = "is no secret" if said.strip() else "is not set"
        raise TrackerError(f'{_SECRET} {what}; make one ("openssl rand -base64 32") and give it to the receiver, too')
    return made


def connect(given: Given) -> Webhook:
    """The address. TrackerError where something is not said."""
    address = given.options["url"]
    if not address:
        raise TrackerError("where do messages go? Say --url https://HOST/PATH")
    if given.links is None:
        raise TrackerError(
            "the store remembers which messages were sent, since no receiver can be asked: say --store FILE"
        )
    secret = _secret(given.token or given.environment.get(_SECRET, ""))
    api = Api("the receiver", address, signer(secret, given.waiting.now), _HINTS, given.waiting)
    parts = urlsplit(address)
    place = f"webhook:{parts.netloc}{parts.path}".rstrip("/")
    return Webhook(api, place, given.links, confidential=given.settings.confidential)


TRACKER = Kind(
    name="webhook",
    title="a program of your own",
    options=(
        Option(
            name="url",
            metavar="URL",
            help="Where messages are sent; what is in it is no secret.",
            variable="CLOUDAUDIT_WEBHOOK_URL",
        ),
    ),
    connect=connect,
)
