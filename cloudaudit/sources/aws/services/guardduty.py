"""GuardDuty: detectors with their features, what the organisation switches on, and findings that nobody handled."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days, tags
from cloudaudit.sources.aws.fitting import fitted

_GET = Call("guardduty", "get_detector", per={"DetectorId": "value"})


def _is_on(source: Any) -> bool:
    return bool(source) and source.get("Status") == "ENABLED"


def _sources(item: Item) -> dict[str, Any] | None:
    """The older form of the features."""
    told = item.get("DataSources")
    if not told:
        return None
    disks = told.get("MalwareProtection", {}).get("ScanEc2InstanceWithFindings", {}).get("EbsVolumes")
    return {
        "s3_logs": {"enable": _is_on(told.get("S3Logs"))},
        "kubernetes": {"audit_logs": {"enable": _is_on(told.get("Kubernetes", {}).get("AuditLogs"))}},
        "malware_protection": {
            "scan_ec2_instance_with_findings": {"ebs_volumes": {"enable": _is_on(disks)}},
        },
    }


DETECTORS = Collect(
    type="aws_guardduty_detector",
    call=Call("guardduty", "list_detectors", "DetectorIds"),
    arn="arn:{partition}:guardduty:{region}:{account}:detector/{value}",
    name="value",
    attributes={"id": "value", "account_id": "_account"},
    parts=(
        Part(
            _GET,
            {
                "enable": "Status == 'ENABLED'",
                "finding_publishing_frequency": "FindingPublishingFrequency",
                "datasources": _sources,
                "tags": tags("Tags"),
            },
        ),
    ),
)


def _oldest(item: Item) -> int | None:
    """Days since the first of the open findings, as far as they are told, was made."""
    ages = [days("CreatedAt")({**one, "_at": item["_at"]}) for one in item.get("Findings") or ()]
    return max((age for age in ages if age is not None), default=None)


OPEN_FINDINGS = Collect(
    type="aws_guardduty_open_findings",
    call=Call(
        "guardduty",
        "list_findings",
        params={
            "FindingCriteria": {"Criterion": {"severity": {"Gte": 7}, "service.archived": {"Eq": ["false"]}}},
            "SortCriteria": {"AttributeName": "updatedAt", "OrderBy": "ASC"},
        },
        per={"DetectorId": "value"},
    ),
    over=DETECTORS,
    attributes={"detector_id": "_parent.value", "number": "length(FindingIds)"},
    parts=(
        Part(
            # so many may be asked for at once
            Call("guardduty", "get_findings", per={"DetectorId": "_parent.value", "FindingIds": "FindingIds[:50]"}),
            {"oldest_days": _oldest, "kinds": "Findings[].Type"},
            when="FindingIds",
        ),
    ),
)

COLLECTORS = (
    DETECTORS,
    OPEN_FINDINGS,
    Collect(
        type="aws_guardduty_detector_feature",
        call=Call("guardduty", "get_detector", "Features", per={"DetectorId": "value"}),
        over=DETECTORS,
        name="Name",
        attributes={
            "detector_id": "_parent.value",
            "name": "Name",
            "status": "Status",
            "additional_configuration": fitted(
                "aws_guardduty_detector_feature", "additional_configuration", "AdditionalConfiguration"
            ),
        },
    ),
    Collect(
        type="aws_guardduty_organization_configuration",
        call=Call(
            "guardduty",
            "describe_organization_configuration",
            per={"DetectorId": "value"},
            # only the account that acts for the organisation may ask
            unset=("BadRequestException",),
        ),
        over=DETECTORS,
        attributes={
            "detector_id": "_parent.value",
            "auto_enable": "AutoEnable",
            "auto_enable_organization_members": "AutoEnableOrganizationMembers",
        },
    ),
    Collect(
        type="aws_guardduty_malware_protection_plan",
        call=Call("guardduty", "list_malware_protection_plans", "MalwareProtectionPlans"),
        name="MalwareProtectionPlanId",
        attributes={"id": "MalwareProtectionPlanId"},
        parts=(
            Part(
                Call(
                    "guardduty",
                    "get_malware_protection_plan",
                    per={"MalwareProtectionPlanId": "MalwareProtectionPlanId"},
                ),
                {
                    "role": "Role",
                    "status": "Status",
                    "tags": tags("Tags"),
                    "protected_resource": fitted(
                        "aws_guardduty_malware_protection_plan", "protected_resource", "ProtectedResource"
                    ),
                },
            ),
        ),
    ),
)
