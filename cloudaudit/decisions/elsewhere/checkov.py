"""`.checkov.baseline`: the failures that were there when checkov was switched on, by resource and check.

checkov compares resource and check, and not the file. Where the file is there, it tells the roots that the resource is
in; else a waiver for the address says what checkov does.
"""

from collections.abc import Iterator

import msgspec

from cloudaudit.decisions.elsewhere.accepted import Accepted
from cloudaudit.errors import SettingsError


class _Finding(msgspec.Struct):
    resource: str
    check_ids: list[str]


class _File(msgspec.Struct):
    file: str
    findings: list[_Finding]


class _Baseline(msgspec.Struct):
    failed_checks: list[_File]


def baseline(file: str, text: str) -> Iterator[Accepted]:
    """What the baseline accepts; it knows no reasons. SettingsError if it is none."""
    try:
        found = msgspec.json.decode(text.encode(), type=_Baseline)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SettingsError(f"{file}: no baseline of checkov: {error}") from error
    for each in found.failed_checks:
        for finding in each.findings:
            for check in finding.check_ids:
                yield Accepted(
                    tool="checkov",
                    form="baseline",
                    file=file,
                    line=0,
                    check=check,
                    resources=(finding.resource,),
                    paths=(each.file,),
                )
