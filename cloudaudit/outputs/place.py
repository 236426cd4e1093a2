"""Where a finding belongs: when it was made, and in which partition, account and region its resource is.

What the source does not know stays empty here. A folder of Terraform seldom says in which account it will be applied;
no format may make one up.
"""

import re
from datetime import UTC, datetime

from cloudaudit.clock import now
from cloudaudit.model import Finding, Report
from cloudaudit.outputs.escape import visible

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,6}(?:-[a-z]+)+-[0-9]{1,2}")
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}


def finished(report: Report) -> str:
    """When the run was over, in UTC; now where it carries no time, for readers that insist on one."""
    run = report.run
    return run.finished or run.started or now()


def milliseconds(moment: str) -> int:
    """An ISO 8601 time as milliseconds since 1970; one without a zone is UTC."""
    read = datetime.fromisoformat(moment)
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def arn_of(finding: Finding) -> str:
    """The ARN of the resource, "" where it is not known. A live resource has it for its key."""
    return finding.arn or (finding.resource if finding.resource.startswith("arn:") else "")


def account_of(finding: Finding) -> str:
    """The twelve digits of the account, or ""."""
    parts = arn_of(finding).split(":", 5)
    for account in (finding.account, parts[4] if len(parts) > 4 else ""):
        if _ACCOUNT.fullmatch(account):
            return account
    return ""


def region_of(finding: Finding) -> str:
    """The region, "" for a global resource and where it is not known."""
    parts = arn_of(finding).split(":", 5)
    for region in (finding.region, parts[3] if len(parts) > 4 else ""):
        if _REGION.fullmatch(region):
            return region
    return ""


def partition_of(finding: Finding) -> str:
    """The partition by the ARN, else by the region, else "": most often `aws`, but who knows."""
    parts = arn_of(finding).split(":", 2)
    if len(parts) == 3 and parts[1].startswith("aws"):
        return parts[1]
    region = region_of(finding)
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws" if region else "")


def clipped(text: str, limit: int, otherwise: str = "-") -> str:
    """`text` on one line, at most `limit` units of UTF-16 long, as services count; `otherwise` if it says nothing."""
    shown = visible(text[: limit + 1])
    if not shown or shown.isspace():
        return otherwise
    if len(shown) * 2 <= limit or len(units := shown.encode("utf-16-le")) <= limit * 2:
        return shown
    return units[: (limit - 3) * 2].decode("utf-16-le", "ignore") + "..."
