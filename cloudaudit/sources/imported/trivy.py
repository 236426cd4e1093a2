"""trivy's JSON (`trivy config --format json`), schema version 2. Fields as in pkg/types/report.go of trivy.

Passes are in it with `--include-non-failures`, suppressed findings with `--show-suppressed`. What matched a secret is
not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import Format, Told, address_in, shaped
from cloudaudit.sources.imported.result import Foreign, Tool
from cloudaudit.sources.imported.stream import Document

TOOL = "trivy"
SCHEMA_VERSION = 2
_SCHEMA, _VERSION, _CREATED, _TARGET = "SchemaVersion", "Trivy.Version", "CreatedAt", "Results.*.Target"
_FOUND = tuple(
    f"Results.*.{name}.*"
    for name in ("Misconfigurations", "Vulnerabilities", "Secrets", "Licenses", "ExperimentalModifiedFindings")
)


class Cause(msgspec.Struct):
    """What a misconfiguration is about."""

    Resource: str | None = None
    StartLine: int = 0
    EndLine: int = 0


class Finding(msgspec.Struct):
    """One finding of any class: they share most fields, and name their check each in its own way."""

    ID: str = ""
    AVDID: str = ""
    RuleID: str = ""
    VulnerabilityID: str = ""
    Name: str = ""
    PkgName: str = ""
    InstalledVersion: str = ""
    Title: str = ""
    Message: str = ""
    Severity: str = ""
    PrimaryURL: str = ""
    Status: str | None = None
    StartLine: int = 0
    EndLine: int = 0
    CauseMetadata: Cause | None = None


class Modified(msgspec.Struct):
    """A finding that somebody decided about."""

    Finding: Any = None
    Status: str = ""
    Statement: str = ""
    Source: str = ""


def fits(seen: frozenset[str]) -> bool:
    """A report with or without results; old ones had no version of the schema."""
    return {_SCHEMA, "ArtifactName"} <= seen or {"Results.*.Target", "Results.*.Class"} <= seen


def read(path: Path) -> Iterator[Told]:
    """All findings with their verdicts. SourceError for another version of the schema."""
    seen = {_VERSION: "", _CREATED: ""}
    targets: dict[int, str] = {}
    yield Tool(name=TOOL)
    with Document(path) as document:
        for name, value in document.items(_SCHEMA, _VERSION, _CREATED, _TARGET, *_FOUND):
            if name == _SCHEMA and value != SCHEMA_VERSION:
                raise SourceError(f"{path}: schema version {value!s:.20} of trivy is not known; {SCHEMA_VERSION} is")
            if name in seen:
                seen[name] = str(value)[:40]
            elif name == _TARGET:
                targets[document.at[0]] = str(value)
            elif name in _FOUND:
                place = document.at[0]
                if place not in targets:  # somebody has sorted the keys
                    targets = _targets(path)
                yield _told(value, name == _FOUND[-1], path, (targets.get(place, ""), seen[_VERSION], seen[_CREATED]))


def _targets(path: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    with Document(path) as document:
        for _, value in document.items(_TARGET):
            found[document.at[0]] = str(value)
    return found


def _told(value: Any, modified: bool, path: Path, about: tuple[str, str, str]) -> Told:
    accepted = None
    if modified:
        decided = shaped(value, Modified, path)
        if isinstance(decided, Gap):
            return decided
        accepted, value = decided.Statement or decided.Source or decided.Status, decided.Finding
    found = shaped(value, Finding, path)
    return found if isinstance(found, Gap) else _result(found, accepted, about)


def _result(found: Finding, accepted: str | None, about: tuple[str, str, str]) -> Foreign:
    target, version, created = about
    cause = found.CauseMetadata or Cause()
    ids = [id_ for id_ in (found.ID, found.AVDID, found.RuleID, found.VulnerabilityID, found.Name) if id_]
    package = f"{found.PkgName} {found.InstalledVersion}".strip()
    resource = cause.Resource or ""
    return Foreign(
        tool=TOOL,
        version=version,
        rule=ids[0] if ids else "",
        also=tuple(ids[1:2]) if found.AVDID else (),
        # Vulnerabilities have a status, too: whether there is a mended version.
        verdict=Verdict.PASS if found.Status == "PASS" else Verdict.FAIL,
        title=found.Title,
        message=found.Message or package,
        severity=found.Severity,
        path=target,
        first_line=cause.StartLine or found.StartLine,
        last_line=cause.EndLine or found.EndLine,
        address=address_in(resource),
        arn=resource if resource.startswith("arn:") else "",
        accepted=accepted if accepted is not None or found.Status != "EXCEPTION" else "",
        url=found.PrimaryURL,
        seen=created,
    )


FORMAT = Format(name="trivy JSON", fits=fits, read=read)
