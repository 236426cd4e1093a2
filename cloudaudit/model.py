"""The core types. All are values: frozen, compared by content, free of I/O.

Terraform values are plain Python: `str`, `bool`, `int`, `float`, `None`, `list`, `dict`. A value that a source
cannot know is an `Unknown`, at whatever depth it stands: an object with one unknown member is a `dict` that holds one.
"""

import enum
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the core types: frozen, keyword arguments only, strict when decoded."""


class Verdict(enum.StrEnum):
    """What a rule says of a resource."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"


class Severity(enum.StrEnum):
    """How much a failure matters; members compare by weight."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def weight(self) -> int:
        """1 for low to 4 for critical."""
        return _WEIGHTS[self.value]


_WEIGHTS = {"low": 1, "medium": 2, "high": 3, "critical": 4}


class Theme(enum.StrEnum):
    """What a rule is about."""

    ENCRYPTION_AT_REST = "encryption-at-rest"
    ENCRYPTION_IN_TRANSIT = "encryption-in-transit"
    LOGGING = "logging"
    LOG_RETENTION = "log-retention"
    BACKUP_RECOVERY = "backup-recovery"
    SECRETS = "secrets"
    ENVIRONMENT_SEPARATION = "environment-separation"
    ACCESS_CONTROL = "access-control"
    NETWORK_EXPOSURE = "network-exposure"
    MONITORING_DETECTION = "monitoring-detection"
    CHANGE_MANAGEMENT = "change-management"
    VULNERABILITY_MANAGEMENT = "vulnerability-management"
    DATA_DISPOSAL = "data-disposal"
    UNMAPPED = "unmapped"
    """Checks of other scanners that nobody has given a theme; no rule of ours has this one."""


class Origin(enum.StrEnum):
    """Where a resource was read."""

    SOURCE = "source"
    PLAN = "plan"
    STATE = "state"
    LIVE = "live"
    IMPORTED = "imported"


class Status(enum.StrEnum):
    """What people decided about a finding."""

    OPEN = "open"
    WAIVED = "waived"
    SUPPRESSED = "suppressed"
    BASELINE = "baseline"


class Change(enum.StrEnum):
    """What a change under review did to a finding; `existing` is what it did nothing about."""

    INTRODUCED = "introduced"
    WORSENED = "worsened"
    EXISTING = "existing"
    FIXED = "fixed"


class Unknown(Record, frozen=True):
    """A value that the source cannot know.

    `because` names the cause for a reader: "var.encrypt has no value". `refs` are the addresses that the value would
    come from ("aws_kms_key.main.arn"), so links survive. `prefix` is the known start of a string, and `partial` the
    decoded document of a JSON string whose parts are partly known (a `dict` or `list` that holds `Unknown`s), or the
    pieces of any other text (a `tuple`, an `Unknown` for each that is not known). `is_set` says that it will certainly
    not be null: what a created key's ARN will be is unknown, that there is one is not.
    """

    because: str
    refs: tuple[str, ...] = ()
    prefix: str = ""
    partial: Any = None
    is_set: bool = False

    @property
    def document(self) -> Any:
        """What is known of the document that the text holds, or None."""
        return None if isinstance(self.partial, tuple) else self.partial


class Location(msgspec.Struct, frozen=True, gc=False):
    """A piece of a file. Lines and columns count from 1, columns in characters; `file` is relative to the repository,
    with forward slashes."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Gap(Record, frozen=True):
    """Something that could not be looked at: what, why, and what to do about it."""

    what: str
    why: str
    remedy: str = ""
    location: Location | None = None


class Reading(msgspec.Struct, frozen=True, gc=False):
    """Which call of an API told a value ("s3:GetBucketVersioning"), and when (ISO 8601, UTC)."""

    call: str
    at: str


class Resource(Record, frozen=True):
    """One thing that exists or will exist, in the shape of the Terraform AWS provider.

    `key` identifies it in every run: the Terraform address, with `ROOT:` before it unless the root is the top of the
    repository; the ARN for live resources. `attributes` holds what was set (blocks are lists of dicts) and may hold
    `Unknown` at any depth; what is not in it is unset. `sensitive` holds dotted attribute paths. `places` maps dotted
    attribute paths ("storage_encrypted", "ingress.0.cidr_blocks") to where they are written; `calls` are the module
    calls that lead to the resource, outermost first. `named` maps attributes to the address of the resource that they
    name, where its name is known: two resources of one name (in two regions) are told apart by it. `readings` say of
    a live resource what told its attributes; that of "" told those that are not named.
    """

    key: str
    type: str
    name: str
    address: str
    attributes: Mapping[str, Any]
    origin: Origin
    sensitive: frozenset[str] = frozenset()
    account: str = ""
    region: str = ""
    arn: str = ""
    location: Location | None = None
    places: Mapping[str, Location] = {}
    calls: tuple[Location, ...] = ()
    named: Mapping[str, str] = {}
    readings: Mapping[str, Reading] = {}

    def locate(self, path: str) -> Location | None:
        """Where the attribute at the dotted `path` is written: the nearest known place around it, else the resource."""
        while path and self.places:
            if place := self.places.get(path):
                return place
            path = path.rpartition(".")[0]
        return self.location

    @property
    def unknown(self) -> dict[str, str]:
        """Dotted paths of the unknown values, each with its cause."""
        return dict(unknown_paths(self.attributes))


PLAIN = frozenset({str, bool, int, float, type(None)})
"""The types of values that hold no others, and so nothing unknown: most values there are."""


def unknown_paths(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """The dotted paths of all `Unknown`s within `value`, each with its cause."""
    if isinstance(value, Unknown):
        yield path, value.because
        return
    members: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        if member.__class__ not in PLAIN:
            yield from unknown_paths(member, f"{path}.{name}" if path else str(name))


class Link(msgspec.Struct, frozen=True, gc=False):
    """An attribute of `source` refers to `target`; both are resource keys."""

    source: str
    target: str
    attribute: str


class Relation(Record, frozen=True):
    """A neighbour that a rule reads as `related.NAME`.

    `by`: resources of `type` whose attribute `by` refers to us. `via`: resources of `type` that our attribute `via`
    refers to. Neither: all resources of `type` in the graph. `of` starts from the resources of another relation of
    the same rule instead of from the judged resource.
    """

    type: str | tuple[str, ...]
    by: str | tuple[str, ...] | None = None
    via: str | tuple[str, ...] | None = None
    of: str | None = None

    @property
    def types(self) -> tuple[str, ...]:
        """The types as a tuple."""
        return (self.type,) if isinstance(self.type, str) else self.type


class Fix(Record, frozen=True):
    """How to mend a failure. `set` maps attribute paths to values; `effect` is what applying it does to the resource:
    in-place, replace or manual. `add` is a snippet of Terraform to add; `steps` is prose."""

    effect: str
    set: dict[str, Any] = {}
    add: str = ""
    steps: str = ""


DEFAULT_PROFILE = "soc2"


class Eased(Record, frozen=True):
    """A condition under which a failure is less severe than the rule says, and what is then said of it."""

    when: str
    severity: Severity
    message: str = ""


class Rule(Record, frozen=True):
    """One testable statement about one type of resource, or about several that share the attributes it reads. With the
    scope `change` it is about what a change does to one: it reads `before`, `after` and `actions`."""

    id: str
    title: str
    theme: Theme
    severity: Severity
    criteria: tuple[str, ...]
    resource: str | tuple[str, ...]
    require: str
    message: str
    why: str
    fix: Fix
    profile: str = DEFAULT_PROFILE
    scope: str = "resource"
    eased: Eased | None = None
    related: dict[str, Relation] = {}
    when: str = "true"
    at: str = ""
    same_as: dict[str, tuple[str, ...]] = {}
    near: dict[str, tuple[str, ...]] = {}
    formerly: tuple[str, ...] = ()
    stage: str = "stable"
    examples: dict[str, str] = {}
    service: str = ""

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types that the rule judges."""
        return (self.resource,) if isinstance(self.resource, str) else self.resource


class Read(Record, frozen=True):
    """One value that a verdict rests on, already redacted. `path` starts with `resource.`, `related.NAME.` or `facts.`;
    `source` is the key of the resource that the value belongs to; `reading` says which call told it of what is
    live."""

    path: str
    value: Any
    source: str = ""
    location: Location | None = None
    reading: Reading | None = None


class Evidence(Record, frozen=True):
    """The values a verdict rests on, the digest of the rule that was applied, and where and when they were read."""

    rule_digest: str
    reads: tuple[Read, ...]
    origin: Origin
    observed_at: str = ""


class Decision(Record, frozen=True):
    """Why a failure is not open: who accepted it, for which reason, until when (YYYY-MM-DD, empty for no end).

    `kind` is `comment`, `waiver` or `baseline`; `id` names the waiver, or the comment's form (`cloudaudit:ignore`,
    `checkov:skip`); `location` is the comment's.
    """

    kind: str
    id: str = ""
    reason: str = ""
    owner: str = ""
    approved_by: str = ""
    ticket: str = ""
    until: str = ""
    location: Location | None = None


class Voice(Record, frozen=True):
    """What another tool says of the same resource by a check that is the same as our rule; `rule` is its own id."""

    tool: str
    rule: str
    verdict: Verdict
    version: str = ""


class Finding(Record, frozen=True):
    """The verdict of one rule on one resource. `account`, `region` and `arn` are the resource's, empty where the source
    does not know them; so are `environment` and `owner` ("team:payments", from a tag), of passes always. `voices` are
    other tools that judged the same, whether they agree or not."""

    rule: str
    resource: str
    type: str
    address: str
    verdict: Verdict
    severity: Severity
    message: str
    target: str = ""
    root: str = ""
    location: Location | None = None
    unknown_because: tuple[str, ...] = ()
    status: Status = Status.OPEN
    change: Change | None = None
    decision: Decision | None = None
    evidence: Evidence | None = None
    account: str = ""
    region: str = ""
    arn: str = ""
    environment: str = ""
    owner: str = ""
    voices: tuple[Voice, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same in every run: 32 hex digits made of the rule id and the resource key, nothing else."""
        named = f"{self.rule}\0{self.resource}"
        try:
            told = named.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half a character, out of a hostile plan
            told = named.encode("utf-8", "surrogatepass")
        return hashlib.sha256(told).hexdigest()[:32]


class Focus(Record, frozen=True):
    """A point of focus, and the kind of evidence that can show it: configuration, live or history."""

    focus: str
    evidence: str


class Criterion(Record, frozen=True):
    """One Trust Services Criterion. `coverage` is `full`, `partial` or `manual`; `manual` says what people bring."""

    id: str
    category: str
    series: str
    title: str
    coverage: str
    focus: tuple[Focus, ...] = ()
    manual: str = ""


class CriterionState(Record, frozen=True):
    """What one run says of one criterion. Counts are of distinct resources: population, failing, unknown."""

    criterion: Criterion
    rules: tuple[str, ...]
    population: int
    failing: int
    unknown: int
    failures_by_rule: dict[str, int] = {}
    in_scope: bool = True


class Waiver(Record, frozen=True):
    """An approved, dated acceptance of a failing finding."""

    id: str
    rule: str
    resources: tuple[str, ...]
    reason: str
    owner: str
    approved_by: str
    created: str
    expires: str
    ticket: str = ""
    line: int = 0


class Run(Record, frozen=True):
    """One scan. `started` and `finished` are ISO 8601 in UTC, empty when the caller gave no clock; `population` counts
    the resources looked at, `profile` names the choice of rules, empty where they were named one by one."""

    id: str
    target: str
    rules_digest: str
    version: str
    population: int
    profile: str = ""
    started: str = ""
    finished: str = ""
    gaps: tuple[Gap, ...] = ()


class Scanned(Record, frozen=True):
    """One graph that a run judged: the target as given, the root found in it, and how many resources it holds."""

    target: str
    root: str
    origin: Origin
    resources: int


class Report(Record, frozen=True):
    """Everything one run says. `rules` are those that were applied; `findings` are sorted and hold passes too. Of a run
    over a change, `fixed` are the failures from before that are none any more, some with their resource gone."""

    run: Run
    scanned: tuple[Scanned, ...]
    findings: tuple[Finding, ...]
    rules: dict[str, Rule]
    criteria: tuple[CriterionState, ...] = ()
    fixed: tuple[Finding, ...] = ()
    notices: tuple[Gap, ...] = ()
    """What people should hear of: a waiver that ends soon, a comment that was not honoured."""
