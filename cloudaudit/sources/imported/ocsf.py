"""OCSF findings of version 1 (prowler's json-ocsf, and ours): a list, or one a line.

A Compliance Finding (class 2003) says what came of it in `compliance`, a Detection Finding (2004, which prowler writes)
in `status_code`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import Format, Told, address_in, shaped, tool_name
from cloudaudit.sources.imported.result import Foreign
from cloudaudit.sources.imported.stream import Document

CLASSES = {2003: "Compliance Finding", 2004: "Detection Finding"}
SUPPRESSED = 3
_CODES = {"PASS": Verdict.PASS, "PASSED": Verdict.PASS, "FAIL": Verdict.FAIL, "FAILED": Verdict.FAIL}
_STATUSES = {1: Verdict.PASS, 3: Verdict.FAIL}


class Product(msgspec.Struct):
    """Who found it."""

    name: str = ""
    version: str = ""


class Metadata(msgspec.Struct):
    """`version` is that of OCSF; `event_code` is the id of the check."""

    version: str
    product: Product
    event_code: str = ""


class Analytic(msgspec.Struct):
    """The check."""

    uid: str = ""


class Info(msgspec.Struct):
    """What was found."""

    title: str = ""
    analytic: Analytic | None = None


class Compliance(msgspec.Struct):
    """What came of a check of compliance."""

    control: str = ""
    status_id: int = 0


class Thing(msgspec.Struct):
    """What it was found of."""

    uid: str = ""
    name: str = ""
    region: str = ""


class Account(msgspec.Struct):
    """A cloud account."""

    uid: str = ""


class Cloud(msgspec.Struct):
    """Where it was found."""

    account: Account | None = None
    region: str = ""


class Event(msgspec.Struct):
    """One finding."""

    class_uid: int
    metadata: Metadata
    finding_info: Info = msgspec.field(default_factory=Info)
    compliance: Compliance | None = None
    status_code: str = ""
    status_id: int = 0
    status_detail: str = ""
    message: str = ""
    severity: str = ""
    resources: list[Thing] = []
    cloud: Cloud | None = None
    time_dt: str = ""


def fits(seen: frozenset[str]) -> bool:
    """Findings in a list, or as lines."""
    return {"*.class_uid", "*.metadata"} <= seen or {"class_uid", "metadata"} <= seen


def read(path: Path) -> Iterator[Told]:
    """A result for each resource of each finding. SourceError for another version of OCSF."""
    with path.open("rb") as file:
        wanted = "*" if file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") else ""
    with Document(path) as document:
        for _, value in document.items(wanted):
            event = shaped(value, Event, path)
            if isinstance(event, Gap):
                yield event
                continue
            if not event.metadata.version.startswith("1."):
                raise SourceError(f"{path}: version {event.metadata.version:.20} of OCSF is not known; 1 is")
            if event.class_uid in CLASSES:
                yield from _results(event)
            else:
                yield Gap(
                    what=f"events in {path}", why=f"they are of class {event.class_uid}, and no findings of checks"
                )


def _results(event: Event) -> Iterator[Foreign]:
    for thing in event.resources or [Thing()]:
        cloud = event.cloud or Cloud()
        address = address_in(thing.uid, thing.name)
        yield Foreign(
            tool=tool_name(event.metadata.product.name),
            version=event.metadata.product.version,
            rule=_check(event),
            verdict=_verdict(event),
            title=event.finding_info.title,
            message=event.status_detail or event.message,
            severity=event.severity,
            address=address,
            arn="" if thing.uid == address else thing.uid,
            account=cloud.account.uid if cloud.account else "",
            region=thing.region or cloud.region,
            accepted="" if event.status_id == SUPPRESSED else None,
            seen=event.time_dt,
        )


def _check(event: Event) -> str:
    analytic, compliance = event.finding_info.analytic, event.compliance
    return event.metadata.event_code or (analytic.uid if analytic else "") or (compliance.control if compliance else "")


def _verdict(event: Event) -> Verdict:
    if event.compliance and event.compliance.status_id:
        return _STATUSES.get(event.compliance.status_id, Verdict.UNKNOWN)
    return _CODES.get(event.status_code.upper(), Verdict.UNKNOWN)


FORMAT = Format(name="OCSF", fits=fits, read=read)
