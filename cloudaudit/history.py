"""What the store says of the past: values, free of I/O. The store makes them, pages show them."""

import enum

from cloudaudit.model import Decision, Gap, Record, Severity, Status, Verdict


class Missed(Record, frozen=True):
    """What a run could not list, so that what is absent there is not gone: an empty field stands for any.

    `root` is a pattern (`envs/*`), `types` are resource types, `prefix` is how keys start; what is in no region is in
    every one.
    """

    target: str = ""
    root: str = ""
    types: tuple[str, ...] = ()
    region: str = ""
    prefix: str = ""


class RunRow(Record, frozen=True):
    """One run in the store. `number` counts up; `id` is that of the report. `selection` says how the rules or roots
    were narrowed, empty for none. Counts are of findings; `waived` are failures that people accepted."""

    number: int
    id: str
    audit: str
    target: str
    started: str
    finished: str
    version: str
    rules_digest: str
    profile: str
    selection: str
    population: int
    roots: int
    status: str
    passing: int
    failing: int
    waived: int
    unknown: int


class Audit(Record, frozen=True):
    """Runs that are recorded target by target on one occasion, which has not come to its end. `missing` are the targets
    it was to look at and has no run of."""

    name: str
    started: str
    targets: tuple[str, ...]
    missing: tuple[str, ...]


class Count(Record, frozen=True):
    """How many pass, fail openly, fail and are accepted, and are unknown."""

    passing: int = 0
    failing: int = 0
    waived: int = 0
    unknown: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            passing=self.passing + other.passing,
            failing=self.failing + other.failing,
            waived=self.waived + other.waived,
            unknown=self.unknown + other.unknown,
        )


class State(Record, frozen=True):
    """What a run said of a finding."""

    verdict: Verdict
    severity: Severity
    status: Status


class Subject(Record, frozen=True):
    """The finding that history is about, as it was recorded last; `message` is that of its last failure."""

    fingerprint: str
    target: str
    rule: str
    resource: str
    type: str
    address: str
    root: str
    message: str
    file: str = ""
    line: int = 0


class Standing(Record, frozen=True):
    """A finding that failed once or is unknown, as the last run that looked at it left it. `state` is None where
    nothing is judged any more. `hidden` says that the last runs did not look. `since` is when the failure began,
    `run` and `at` are the run that said what holds, and when; `decision` is who accepted it."""

    subject: Subject
    state: State | None
    region: str
    environment: str
    owner: str
    decision: Decision | None
    hidden: bool
    since: str
    run: int
    at: str


class Linked(Record, frozen=True):
    """A ticket of a tracker: `said` is what we said of it last, `opened` its day, `changed` when that was noted;
    `memory` is all that the ticket itself should remember, as JSON."""

    key: str
    target: str
    fingerprint: str
    ticket: str
    name: str
    address: str
    said: str
    opened: str
    memory: str
    changed: str = ""


class Seen(Record, frozen=True):
    """A finding as one run saw it."""

    subject: Subject
    state: State


class Event(Record, frozen=True):
    """One link of the chain: what happened, in which run. `digest` covers all other fields, `previous` included."""

    number: int
    run: int
    at: str
    kind: str
    target: str
    fingerprint: str
    rule: str
    resource: str
    detail: dict[str, str]
    previous: str
    digest: str


class RunPage(Record, frozen=True):
    """A run in full: what it looked at, what it could not, what it counted, every finding, and what it changed."""

    run: RunRow
    roots: dict[str, int]
    gaps: tuple[Gap, ...]
    severities: dict[str, Count]
    criteria: dict[str, Count]
    rules: dict[str, Count]
    findings: tuple[Seen, ...]
    events: tuple[Event, ...]


class Difference(enum.StrEnum):
    """What became of a finding between two runs."""

    INTRODUCED = "introduced"
    WORSENED = "worsened"
    FIXED = "fixed"
    GONE = "gone"
    UNKNOWN = "unknown"
    UNSEEN = "unseen"
    FIRST_SEEN = "first-seen"
    EASED = "eased"
    WAIVED = "waived"
    UNWAIVED = "unwaived"


class Changed(Record, frozen=True):
    """One finding that two runs see differently; None where a run did not have it."""

    kind: Difference
    subject: Subject
    before: State | None
    after: State | None


class Comparison(Record, frozen=True):
    """The runs before and after, at most one of each target, and what changed, worst first."""

    before: tuple[RunRow, ...]
    after: tuple[RunRow, ...]
    changes: tuple[Changed, ...]


class Span(Record, frozen=True):
    """Runs in a row that said the same. `until` is the run that said otherwise, 0 while none has; `ended` says why:
    changed, gone, or inapplicable (the resource is there, the rule does not apply to it any more)."""

    since: int
    since_time: str
    until: int
    until_time: str
    state: State
    ended: str
    evidence: str


class Unseen(Record, frozen=True):
    """A time in which runs did not look at the finding, though it may have been there; `until` is 0 while it lasts."""

    since: int
    since_time: str
    until: int
    until_time: str


class Life(Record, frozen=True):
    """One finding through all runs. `failing_since` is when the failure began that is open or was the last; `fixed` is
    when that was fixed, empty while it was not; `tickets` are those that export made."""

    subject: Subject
    first_seen: str
    last_seen: str
    failing_since: str
    fixed: str
    reopened: int
    spans: tuple[Span, ...]
    unseen: tuple[Unseen, ...]
    tickets: tuple[Linked, ...] = ()


class Hole(Record, frozen=True):
    """A time in which runs of a target were due and none was recorded; `before` is empty while it lasts. `every` says
    how often they were due, in seconds."""

    target: str
    after: str
    before: str
    missing: int
    every: int


class RuleCount(Record, frozen=True):
    """What a rule counted in one target from a run on, until it counted something else; `complete` is whether that run
    looked at everything."""

    run: int
    time: str
    target: str
    count: Count
    complete: bool


class History(Record, frozen=True):
    """All that the store knows of a rule, a resource or a fingerprint."""

    about: str
    kind: str
    lives: tuple[Life, ...]
    counts: tuple[RuleCount, ...] = ()
    events: tuple[Event, ...] = ()
    holes: tuple[Hole, ...] = ()


class Period(Record, frozen=True):
    """One day or month: how many targets had a run, how many of these could not look at everything, and the counts of
    the last run of each."""

    period: str
    targets: int
    incomplete: int
    counts: dict[str, Count]


class Trend(Record, frozen=True):
    """Counts by `severity`, `criterion` or `rule`, per `day` or `month`. A period without a run has no targets."""

    per: str
    by: str
    periods: tuple[Period, ...]
    holes: tuple[Hole, ...] = ()
