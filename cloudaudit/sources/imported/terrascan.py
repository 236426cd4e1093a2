"""terrascan's JSON (`terrascan scan -o json`). Fields as in pkg/results/types.go of terrascan.

Its list of rules that passed names no resource, so it says nothing of any.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import Format, Told, address_in, shaped
from cloudaudit.sources.imported.result import Foreign, Tool
from cloudaudit.sources.imported.stream import Document

TOOL = "terrascan"
_FAILED, _SKIPPED, _ERRORS = "results.violations.*", "results.skipped_violations.*", "results.scan_errors.*"


class Violation(msgspec.Struct):
    """One violation, or one that a comment in the source skipped."""

    rule_id: str
    rule_name: str = ""
    description: str = ""
    severity: str = ""
    resource_name: str = ""
    resource_type: str = ""
    file: str = ""
    line: int = 0
    skip_comment: str = ""


class ScanError(msgspec.Struct):
    """A folder that could not be read."""

    directory: str = ""
    errMsg: str = ""  # noqa: N815 - theirs


def fits(seen: frozenset[str]) -> bool:
    """Violations, or a summary where there are none."""
    return "results.violations" in seen or {"results.scan_summary", "results.skipped_violations"} <= seen


def read(path: Path) -> Iterator[Told]:
    """The violations, those that were skipped too; a gap for each folder that terrascan could not read."""
    yield Tool(name=TOOL)
    with Document(path) as document:
        for name, value in document.items(_FAILED, _SKIPPED, _ERRORS):
            if name == _ERRORS:
                error = shaped(value, ScanError, path)
                told = error if isinstance(error, Gap) else Gap(what=error.directory, why=f"terrascan: {error.errMsg}")
                yield told
                continue
            found = shaped(value, Violation, path)
            yield found if isinstance(found, Gap) else _result(found, skipped=name == _SKIPPED)


def _result(found: Violation, *, skipped: bool) -> Foreign:
    return Foreign(
        tool=TOOL,
        rule=found.rule_id,
        also=(found.rule_name,) if found.rule_name else (),
        verdict=Verdict.FAIL,
        title=found.description,
        severity=found.severity,
        path=found.file,
        first_line=found.line,
        last_line=found.line,
        address=address_in(found.resource_name, f"{found.resource_type}.{found.resource_name}"),
        accepted=found.skip_comment if skipped else None,
    )


FORMAT = Format(name="terrascan JSON", fits=fits, read=read)
