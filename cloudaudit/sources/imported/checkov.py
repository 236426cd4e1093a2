"""checkov's JSON (`checkov -o json`): one report, or a list of one for each framework.

Of a check that a comment or a baseline skipped, checkov does not say whether it would have failed; it is taken for a
failure that they accept.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudaudit.model import Gap, Verdict
from cloudaudit.sources.imported.reading import Format, Told, address_in, shaped
from cloudaudit.sources.imported.result import Foreign, Tool
from cloudaudit.sources.imported.stream import Document

TOOL = "checkov"
_LISTS = ("passed_checks", "failed_checks", "skipped_checks", "parsing_errors")
_VERDICTS = {"PASSED": Verdict.PASS, "FAILED": Verdict.FAIL, "SKIPPED": Verdict.FAIL}


class Outcome(msgspec.Struct):
    """What a check came to; `suppress_comment` is the reason of a skip."""

    result: str = ""
    suppress_comment: str | None = None


class Check(msgspec.Struct):
    """One check of one thing."""

    check_id: str
    check_result: Outcome
    check_name: str | None = None
    bc_check_id: str | None = None
    file_path: str | None = None
    file_line_range: list[int] | None = None
    resource: str | None = None
    caller_file_path: str | None = None
    caller_file_line_range: list[int] | None = None
    resource_address: str | None = None
    severity: str | None = None
    guideline: str | None = None


def fits(seen: frozenset[str]) -> bool:
    """A report, a list of them, or what checkov says when it found nothing to check."""
    kinds = ("check_type", "*.check_type", "checkov_version")
    return any(kind in seen for kind in kinds) or {"results.passed_checks", "results.failed_checks"} <= seen


def read(path: Path) -> Iterator[Told]:
    """The checks that passed, failed and were skipped; a gap for each file that checkov could not parse."""
    version = _version(path)
    yield Tool(name=TOOL)
    wanted = [f"{start}results.{name}.*" for name in _LISTS for start in ("", "*.")]
    with Document(path) as document:
        for name, value in document.items(*wanted):
            if "parsing_errors" in name:
                yield Gap(what=str(value)[:500], why="checkov could not parse the file", remedy="Mend the file.")
                continue
            check = shaped(value, Check, path)
            yield check if isinstance(check, Gap) else _result(check, version)


def _version(path: Path) -> str:
    """What stands after the checks: which version made them."""
    with Document(path) as document:
        for _, value in document.items("summary.checkov_version", "*.summary.checkov_version", "checkov_version"):
            return str(value)[:40]
    return ""


def _result(check: Check, version: str) -> Foreign:
    told = check.check_result
    lines = check.file_line_range or [0]
    return Foreign(
        tool=TOOL,
        version=version,
        rule=check.check_id,
        also=(check.bc_check_id,) if check.bc_check_id else (),
        verdict=_VERDICTS.get(told.result, Verdict.UNKNOWN),
        title=check.check_name or "",
        severity=check.severity or "",
        path=(check.file_path or "").lstrip("/"),  # it starts at the folder that was scanned
        first_line=lines[0],
        last_line=lines[-1],
        address=address_in(check.resource_address, check.resource),
        caller=(check.caller_file_path or "").lstrip("/"),
        caller_line=(check.caller_file_line_range or [0])[0],
        accepted=(told.suppress_comment or "") if told.result == "SKIPPED" else None,
        url=check.guideline or "",
    )


FORMAT = Format(name="checkov JSON", fits=fits, read=read)
