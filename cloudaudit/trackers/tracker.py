"""What a tracker is to us: a place that holds tickets, each known by the key in its memory, never by its title."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from cloudaudit import plugins
from cloudaudit.history import Linked
from cloudaudit.model import Record, Severity
from cloudaudit.settings import Export
from cloudaudit.trackers.document import Document
from cloudaudit.transport import Waiting

LABEL = "cloudaudit"
"""On every ticket of ours, where trackers have labels."""


class Memory(Record, frozen=True):
    """What we know of a ticket, kept in the ticket itself, where people do not look: the store may be lost.

    `key` is that of the case, `fingerprint` that of its finding (empty for a group); `target`, `rule` and `roots` say
    what has to be looked at for news of it. `said` is what we said of it last: `open`, `fixed`, `removed`, `accepted`,
    `duplicate`; `declined` once we saw that a person closed it, `held` once we saw that a person reopened it. `turn`
    counts how often that changed. `since` is the day on which the failure was first seen, `opened` that of the ticket;
    `title` and `text` are digests of what we wrote. `pending` is set while a change of state that takes several
    requests is under way.
    """

    key: str
    target: str
    said: str = "open"
    turn: int = 0
    since: str = ""
    opened: str = ""
    title: str = ""
    text: str = ""
    severity: str = ""
    fingerprint: str = ""
    rule: str = ""
    roots: tuple[str, ...] = ()
    pending: bool = False


class Ticket(Record, frozen=True):
    """A ticket of ours. `id` is what the tracker's API calls it, `name` what people do ("#12", "SEC-7"), `address` its
    page. `title`, `body` and `labels` are as people may have changed them; `extra` is the adapter's own."""

    id: str
    name: str
    address: str
    open: bool
    title: str
    memory: Memory
    body: Any = ""
    labels: tuple[str, ...] = ()
    extra: Any = None


class Draft(Record, frozen=True):
    """A ticket to be created. `due` is a day (YYYY-MM-DD) or empty, `assignee` the tracker's name of a person,
    `priority` what the settings call it."""

    memory: Memory
    title: str
    text: Document
    severity: Severity
    labels: tuple[str, ...] = ()
    assignee: str = ""
    milestone: str = ""
    due: str = ""
    priority: str = ""


class Change(Record, frozen=True):
    """What becomes of a ticket, in one go: `memory` always, the rest where it is not empty.

    `title` and `text` replace ours and nothing else. `state` is `open` or `closed`, and `memory.said` the reason.
    `comment` is written unless one with the same `mark` is there: a run that was interrupted may have written it.
    `drop` and `add` are labels of ours.
    """

    memory: Memory
    title: str = ""
    text: Document = ()
    state: str = ""
    comment: Document = ()
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The same for the same comment in every run."""
        return f"{self.memory.key}.{self.memory.turn}.{self.memory.said}"


class Tracker(Protocol):
    """A project of a tracker. What it refuses is a TrackerError or RemoteError in one line that says what to do."""

    place: str
    """Which project of which server, for people and for the store: "github:api.github.com/acme/infra"."""

    def prepare(self, *, write: bool) -> None:
        """See that the project is there, takes tickets, and lets us write them; with `write`, make what is missing and
        ours to make, such as the label."""

    def tickets(self) -> Iterator[Ticket]:
        """All tickets of ours, open and closed, oldest first."""

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """The ticket of this id, which `tickets` did not give since it lost its label or mark; `memory` is what the
        store remembers of it, and holds where the ticket itself has none. None if there is no such ticket."""

    def create(self, draft: Draft) -> Ticket:
        """A new ticket. UnsettledError if nobody knows whether it was made, RefusedError if this one cannot be made."""

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """The ticket after the change. Called again with the same change it ends in the same state, without a second
        comment."""


class Option(Record, frozen=True):
    """An option of the command that exports to a tracker: `--name METAVAR`, or a variable of the environment."""

    name: str
    metavar: str
    help: str
    variable: str = ""


class Given(Record, frozen=True):
    """What a tracker is connected with: the values of its options by name, the environment, the settings, the clock and
    a token where a command made one (else it comes from the environment); `links` gives the tickets that the store
    knows of a place, None without a store."""

    options: Mapping[str, str]
    environment: Mapping[str, str]
    settings: Export
    waiting: Waiting
    token: str = ""
    links: Callable[[str], Sequence[Linked]] | None = None


class Kind(Record, frozen=True):
    """A kind of tracker, found by its module's constant TRACKER. `connect` raises TrackerError where something that it
    needs is not said."""

    name: str
    title: str
    options: tuple[Option, ...]
    connect: Callable[[Given], Tracker]


def kinds() -> Iterator[Kind]:
    """The trackers there are, by name: the constant TRACKER of the modules beside this one."""
    yield from plugins.find("cloudaudit.trackers", "TRACKER")
