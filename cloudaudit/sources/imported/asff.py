"""The AWS Security Finding Format: a list, or what `aws securityhub get-findings` and batch-import-findings take.

What Security Hub has archived is of things that are gone, and is passed over.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import Format, Told, address_in, shaped, tool_name
from cloudaudit.sources.imported.result import Foreign
from cloudaudit.sources.imported.stream import Document

SCHEMA_VERSION = "2018-10-08"
_STATUSES = {"PASSED": Verdict.PASS, "FAILED": Verdict.FAIL}


class Weight(msgspec.Struct):
    """Theirs, as a word."""

    Label: str = ""


class Outcome(msgspec.Struct):
    """What came of a check; `SecurityControlId` is that of Security Hub."""

    Status: str = ""
    SecurityControlId: str = ""


class Decided(msgspec.Struct):
    """What people decided."""

    Status: str = ""


class Thing(msgspec.Struct):
    """What it was found of."""

    Id: str = ""
    Region: str = ""


class Advice(msgspec.Struct):
    """Where to read on."""

    Url: str = ""


class Help(msgspec.Struct):
    """What to do."""

    Recommendation: Advice | None = None


class Finding(msgspec.Struct):
    """One finding."""

    SchemaVersion: str
    GeneratorId: str
    AwsAccountId: str = ""
    ProductArn: str = ""
    ProductName: str = ""
    ProductFields: dict[str, str] = {}
    Title: str = ""
    Description: str = ""
    Region: str = ""
    RecordState: str = ""
    UpdatedAt: str = ""
    Severity: Weight | None = None
    Compliance: Outcome | None = None
    Workflow: Decided | None = None
    Remediation: Help | None = None
    Resources: list[Thing] = []


def fits(seen: frozenset[str]) -> bool:
    """Findings in a list, or in the list of an answer."""
    return any({f"{start}SchemaVersion", f"{start}GeneratorId"} <= seen for start in ("*.", "Findings.*."))


def read(path: Path) -> Iterator[Told]:
    """A result for each resource of each finding that is active. SourceError for another version of the schema."""
    with Document(path) as document:
        for _, value in document.items("*", "Findings.*"):
            found = shaped(value, Finding, path)
            if isinstance(found, Gap):
                yield found
                continue
            if found.SchemaVersion != SCHEMA_VERSION:
                raise SourceError(f"{path}: schema version {found.SchemaVersion:.20} of ASFF is not known")
            if found.RecordState != "ARCHIVED":
                yield from _results(found)


def _results(found: Finding) -> Iterator[Foreign]:
    tool, rule = _check(found)
    advice = found.Remediation.Recommendation if found.Remediation else None
    for thing in found.Resources or [Thing()]:
        address = address_in(thing.Id)
        yield Foreign(
            tool=tool,
            version=found.ProductFields.get("ProviderVersion", ""),
            rule=rule,
            also=(found.GeneratorId,) if found.GeneratorId != rule else (),
            # Without a word on compliance it is something that was found.
            verdict=_STATUSES.get(found.Compliance.Status, Verdict.UNKNOWN) if found.Compliance else Verdict.FAIL,
            title=found.Title,
            message=found.Description,
            severity=found.Severity.Label if found.Severity else "",
            address=address,
            arn="" if address else thing.Id,
            account=found.AwsAccountId,
            region=thing.Region or found.Region,
            accepted="" if found.Workflow and found.Workflow.Status == "SUPPRESSED" else None,
            url=advice.Url if advice else "",
            seen=found.UpdatedAt,
        )


def _check(found: Finding) -> tuple[str, str]:
    """The tool and its id of the check. GeneratorId is TOOL-CHECK of prowler, TOOL/CHECK of ours, and of Security Hub
    a path that ends with the control."""
    named = found.ProductFields.get("ProviderName") or found.ProductName or found.ProductArn.rpartition("/")[2]
    tool = tool_name(named)
    control = found.Compliance.SecurityControlId if found.Compliance else ""
    start = f"{tool}-"
    if found.GeneratorId.lower().startswith(start):
        return tool, found.GeneratorId[len(start) :]
    return tool, control or found.GeneratorId.rpartition("/")[2]


FORMAT = Format(name="ASFF", fits=fits, read=read)
