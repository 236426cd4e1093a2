"""The baseline: failures that were there on a day, kept by fingerprint, so that only newer ones fail a build."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from cloudaudit.errors import SettingsError
from cloudaudit.model import Decision, Finding, Record, Status, Verdict

FILE = "cloudaudit-baseline.json"
VERSION = 1


class Accepted(Record, frozen=True):
    """One failure of the baseline; rule and resource are for readers, the fingerprint decides."""

    fingerprint: str
    rule: str
    resource: str
    since: str
    reason: str


class Baseline(Record, frozen=True):
    """The whole file."""

    version: int = VERSION
    findings: tuple[Accepted, ...] = ()


def load(path: Path) -> Baseline:
    """The baseline in the file. SettingsError if it cannot be read, or is none."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Baseline)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        hint = '"cloudaudit baseline write" makes one'
        raise SettingsError(f"{path}: this is no baseline: {error}; {hint}") from error
    if found.version != VERSION:
        raise SettingsError(f"{path}: baseline version {found.version} is not known; known is {VERSION}")
    return found


def save(path: Path, baseline: Baseline) -> None:
    """Write the file, one entry a line, sorted, so that two branches merge."""
    rows = sorted(baseline.findings, key=lambda one: (one.resource, one.rule))
    lines = ",\n".join(f"  {msgspec.json.encode(one).decode()}" for one in rows)
    body = f"[\n{lines}\n]" if rows else "[]"
    try:
        path.write_text(f'{{"version":{VERSION},"findings":{body}}}\n', encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error


def written(findings: Iterable[Finding], today: str, reason: str, known: Baseline) -> Baseline:
    """A baseline of all open failures; those that are in `known` keep their day and reason."""
    old = {one.fingerprint: one for one in known.findings}
    found = {
        one.fingerprint: old.get(one.fingerprint)
        or Accepted(fingerprint=one.fingerprint, rule=one.rule, resource=one.resource, since=today, reason=reason)
        for one in findings
        if one.verdict is Verdict.FAIL and one.status in (Status.OPEN, Status.BASELINE)
    }
    return Baseline(findings=tuple(found.values()))


def pruned(findings: Iterable[Finding], known: Baseline) -> Baseline:
    """The baseline without what fails no more."""
    failing = {one.fingerprint for one in findings if one.verdict is Verdict.FAIL}
    return Baseline(findings=tuple(one for one in known.findings if one.fingerprint in failing))


def accept(findings: Iterable[Finding], baseline: Baseline) -> Iterator[Finding]:
    """The findings; of the open failures, those of the baseline with its status."""
    known = {one.fingerprint: one for one in baseline.findings}
    for one in findings:
        accepted = known.get(one.fingerprint) if one.verdict is Verdict.FAIL and one.status is Status.OPEN else None
        if accepted is None:
            yield one
        else:
            decision = Decision(kind="baseline", reason=accepted.reason, id=accepted.since)
            yield msgspec.structs.replace(one, status=Status.BASELINE, decision=decision)
