"""SARIF 2.1.0 of any tool (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

A result says what is wrong (`kind` fail, also where it is left out), that nothing is (pass), or that it cannot tell
(open, review). What does not apply, merely informs, or was there in an older run only (`absent`) is no verdict, and is
passed over. Severity is the `security-severity` of the rule, by the steps of GitHub's code scanning, else the level.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import Format, Told, address_in, shaped, tool_name
from cloudaudit.sources.imported.result import Foreign, Tool
from cloudaudit.sources.imported.stream import Document

VERSION = "2.1.0"
MOST_RULES = 100_000
_RESULTS, _VERSION, _INVOCATIONS = "runs.*.results.*", "version", "runs.*.invocations.*"
_NAME, _RULES, _ARTIFACTS = "runs.*.tool.driver.name", "runs.*.tool.driver.rules.*", "runs.*.artifacts.*.location"
_VERSIONS = ("runs.*.tool.driver.version", "runs.*.tool.driver.semanticVersion")
_TOOL = (_NAME, *_VERSIONS, _RULES, "runs.*.tool.extensions.*.rules.*", _ARTIFACTS)
_KINDS = {"fail": Verdict.FAIL, "pass": Verdict.PASS, "open": Verdict.UNKNOWN, "review": Verdict.UNKNOWN}
_SCORES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
_LEVELS = {"error": "high", "warning": "medium", "note": "low", "none": "low"}
_SAID = re.compile(r"^Message: (.+)$", re.MULTILINE)  # trivy tells the rule once more around it


class Text(msgspec.Struct):
    """A message."""

    text: str | None = None


class Configuration(msgspec.Struct):
    """How a rule is set."""

    level: str = ""


class Rule(msgspec.Struct):
    """What the tool says of a rule."""

    id: str
    name: str | None = None
    shortDescription: Text | None = None  # noqa: N815 - names are those of the standard
    fullDescription: Text | None = None  # noqa: N815
    helpUri: str | None = None  # noqa: N815
    defaultConfiguration: Configuration | None = None  # noqa: N815
    properties: dict[str, Any] | None = None


class Artifact(msgspec.Struct):
    """A file, by name or by its place in the list of all."""

    uri: str | None = None
    index: int = -1


class Region(msgspec.Struct):
    """Lines in a file."""

    startLine: int = 0  # noqa: N815
    endLine: int | None = None  # noqa: N815


class Physical(msgspec.Struct):
    """A piece of a file."""

    artifactLocation: Artifact | None = None  # noqa: N815
    region: Region | None = None


class Logical(msgspec.Struct):
    """What stands there, by name."""

    name: str | None = None
    fullyQualifiedName: str | None = None  # noqa: N815


class Place(msgspec.Struct):
    """Where a result is."""

    physicalLocation: Physical | None = None  # noqa: N815
    logicalLocations: list[Logical] | None = None  # noqa: N815


class Suppression(msgspec.Struct):
    """That somebody accepted a result; `status` is empty, accepted, underReview or rejected."""

    status: str = ""
    justification: str | None = None


class Reference(msgspec.Struct):
    """Which rule a result is of, said at more length."""

    id: str = ""
    index: int = -1


class Result(msgspec.Struct):
    """One result."""

    message: Text | None = None
    ruleId: str | None = None  # noqa: N815
    ruleIndex: int = -1  # noqa: N815
    rule: Reference | None = None
    kind: str = "fail"
    level: str | None = None
    baselineState: str | None = None  # noqa: N815
    locations: list[Place] | None = None
    suppressions: list[Suppression] | None = None


class Invocation(msgspec.Struct):
    """One run of the tool."""

    executionSuccessful: bool = True  # noqa: N815
    toolExecutionNotifications: list[Any] | None = None  # noqa: N815


class Notification(msgspec.Struct):
    """What the tool says of its run."""

    message: Text
    level: str = "warning"


class _About(msgspec.Struct, frozen=True):
    """What results take of their rule."""

    id: str
    also: tuple[str, ...] = ()
    title: str = ""
    severity: str = ""
    url: str = ""


class _Run:
    """What one run says of itself besides its results."""

    def __init__(self) -> None:
        self.tool = ""
        self.version = ""
        self.files: list[str] = []
        self._rules: list[_About] = []
        self._by_id: dict[str, _About] = {}

    def learn(self, name: str, value: Any, path: Path) -> None:
        """Take a value of `_TOOL`. SourceError for more rules than any tool has."""
        if name == _NAME:
            self.tool = tool_name(str(value))
        elif name in _VERSIONS:
            self.version = str(value)[:40]
        elif name == _ARTIFACTS:
            self.files.append(str(value.get("uri", "")) if isinstance(value, dict) else "")
        else:
            if len(self._by_id) >= MOST_RULES:
                raise SourceError(f"{path}: more than {MOST_RULES:,} rules; this is no report of a scanner")
            rule = shaped(value, Rule, path)
            about = _About(id="") if isinstance(rule, Gap) else _about(rule)
            self._by_id.setdefault(about.id, about)
            if name == _RULES:
                self._rules.append(about)

    def rule(self, result: Result) -> _About:
        """What is known of the rule of a result."""
        reference = result.rule or Reference()
        id_ = result.ruleId or reference.id
        index = max(result.ruleIndex, reference.index)
        if id_ in self._by_id:
            return self._by_id[id_]
        if 0 <= index < len(self._rules) and id_ in ("", self._rules[index].id):
            return self._rules[index]
        # "CA2101/1": the part before the slash names the rule (3.52.4 of the standard).
        return self._by_id.get(id_.partition("/")[0]) or _About(id=id_)

    def file(self, artifact: Artifact) -> str:
        """The path of a file."""
        if artifact.uri is None and 0 <= artifact.index < len(self.files):
            return _path(self.files[artifact.index])
        return _path(artifact.uri or "")


def fits(seen: frozenset[str]) -> bool:
    """A log with runs."""
    return "runs" in seen and bool(seen & {"version", "$schema", "runs.*.tool", "runs.*.results"})


def read(path: Path) -> Iterator[Told]:
    """A result for each of the places that one has; gaps for what the tool says went wrong. SourceError for another
    version of the standard."""
    runs: dict[int, _Run] = {}
    with Document(path) as document:
        for name, value in document.items(_VERSION, _INVOCATIONS, *_TOOL, _RESULTS):
            if name == _VERSION:
                if value != VERSION:
                    raise SourceError(f"{path}: version {value!s:.20} of SARIF is not known; {VERSION} is")
                continue
            place = document.at[0]
            if name == _INVOCATIONS:
                yield from _troubles(shaped(value, Invocation, path), path)
            elif name != _RESULTS:
                runs.setdefault(place, _Run()).learn(name, value, path)
            else:
                if place not in runs or not runs[place].tool:  # it stands behind the results
                    runs = _runs(path)
                yield from _told(shaped(value, Result, path), runs.get(place) or _Run())
    for name in dict.fromkeys(run.tool for run in runs.values() if run.tool):
        yield Tool(name=name)


def _runs(path: Path) -> dict[int, _Run]:
    runs: dict[int, _Run] = {}
    with Document(path) as document:
        for name, value in document.items(*_TOOL):
            runs.setdefault(document.at[0], _Run()).learn(name, value, path)
    return runs


def _troubles(told: Invocation | Gap, path: Path) -> Iterator[Gap]:
    if isinstance(told, Gap):
        yield told
        return
    if not told.executionSuccessful:
        yield Gap(what=f"what the tool of {path} looked at", why="it says that its run failed", remedy="Run it again.")
    for each in told.toolExecutionNotifications or ():
        said = shaped(each, Notification, path)
        if isinstance(said, Notification) and said.level == "error":
            yield Gap(what=f"what the tool of {path} looked at", why=f"it says: {(said.message.text or '')[:500]}")


def _told(result: Result | Gap, run: _Run) -> Iterator[Told]:
    if isinstance(result, Gap):
        yield result
        return
    verdict = _KINDS.get(result.kind)
    if verdict is None or result.baselineState == "absent":
        return
    about = run.rule(result)
    text = (result.message.text if result.message else "") or ""
    said = _SAID.search(text) if "Message: " in text else None
    for place in result.locations or (Place(),):
        file = place.physicalLocation or Physical()
        region = file.region or Region()
        names = [name for one in place.logicalLocations or () for name in (one.fullyQualifiedName, one.name)]
        yield Foreign(
            tool=run.tool or "unknown",
            version=run.version,
            rule=about.id,
            also=about.also,
            verdict=verdict,
            title=about.title,
            message=said[1] if said else text,
            severity=about.severity or _LEVELS.get(result.level or "warning", ""),
            path=run.file(file.artifactLocation) if file.artifactLocation else "",
            first_line=region.startLine,
            last_line=region.endLine or region.startLine,
            address=address_in(*names),
            arn=next((name for name in names if name and name.startswith("arn:")), ""),
            accepted=_accepted(result),
            url=about.url,
        )


def _accepted(result: Result) -> str | None:
    """The reason of the suppressions, if all of them stand."""
    if not result.suppressions or any(one.status not in ("", "accepted") for one in result.suppressions):
        return None
    return next((one.justification for one in result.suppressions if one.justification), "")


def _about(rule: Rule) -> _About:
    text = rule.shortDescription or rule.fullDescription
    name = rule.name or ""
    configured = rule.defaultConfiguration
    return _About(
        id=rule.id,
        also=(name,) if name and " " not in name and name != rule.id else (),
        title=(text.text if text else "") or name,
        severity=_scored((rule.properties or {}).get("security-severity"))
        or (_LEVELS.get(configured.level, "") if configured else ""),
        url=rule.helpUri or "",
    )


def _scored(score: Any) -> str:
    try:
        number = float(score)
    except (TypeError, ValueError):
        return ""
    return next((word for least, word in _SCORES if number >= least), "")


def _path(uri: str) -> str:
    """A URI as a path; that of another scheme, as of a module from elsewhere, as it is."""
    return unquote(uri.removeprefix("file://")) if "%" in uri or uri.startswith("file://") else uri


FORMAT = Format(name="SARIF 2.1.0", fits=fits, read=read)
