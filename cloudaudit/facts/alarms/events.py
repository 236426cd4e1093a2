"""Samples of the events of CloudTrail that somebody should hear of, in families."""

from collections.abc import Mapping
from typing import Any

_CALLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cloudtrail_changes": ("cloudtrail", ("UpdateTrail", "DeleteTrail", "StopLogging")),
    "config_changes": (
        "config",
        ("StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"),
    ),
    "gateway_changes": (
        "ec2",
        (
            "AttachInternetGateway", "CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway",
            "CreateCustomerGateway", "DeleteCustomerGateway",
        ),
    ),
    "iam_changes": (
        "iam",
        (
            "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "DeleteGroupPolicy", "DeleteRolePolicy",
            "DeleteUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion",
            "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy",
            "DetachGroupPolicy",
        ),
    ),
    "key_deletions": ("kms", ("DisableKey", "ScheduleKeyDeletion")),
    "network_acl_changes": (
        "ec2",
        (
            "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation",
        ),
    ),
    "organization_changes": (
        "organizations",
        (
            "AttachPolicy", "DetachPolicy", "UpdatePolicy", "DeletePolicy", "DisablePolicyType", "LeaveOrganization",
            "RemoveAccountFromOrganization", "DeleteOrganization",
        ),
    ),
    "policy_changes_of_buckets": ("s3", ("PutBucketAcl", "PutBucketPolicy", "DeleteBucketPolicy")),
    "route_changes": (
        "ec2",
        (
            "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable",
            "DeleteRoute", "DisassociateRouteTable",
        ),
    ),
    "security_group_changes": (
        "ec2",
        (
            "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup",
        ),
    ),
    "vpc_changes": (
        "ec2",
        (
            "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection",
        ),
    ),
}  # fmt: skip


def _event(service: str, name: str, *, who: str = "IAMUser", **more: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": who, "principalId": "AIDA", "accountId": "111122223333"},
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "readOnly": False,
        **more,
    }


def _login(*, who: str = "IAMUser", mfa: str = "Yes", failed: bool = False) -> dict[str, Any]:
    error = {"errorMessage": "Failed authentication"} if failed else {}
    return _event(
        "signin",
        "ConsoleLogin",
        who=who,
        eventType="AwsConsoleSignIn",
        additionalEventData={"MFAUsed": mfa, "LoginTo": "https://console.aws.amazon.com/"},
        responseElements={"ConsoleLogin": "Failure" if failed else "Success"},
        **error,
    )


FAMILIES: Mapping[str, tuple[dict[str, Any], ...]] = {
    **{name: tuple(_event(service, call) for call in calls) for name, (service, calls) in _CALLS.items()},
    "denied_calls": (
        _event("s3", "ListBuckets", errorCode="AccessDenied", errorMessage="Access Denied"),
        _event("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation", errorMessage="You are not authorized"),
    ),
    "failed_logins": (_login(failed=True),),
    "logins_without_mfa": (_login(mfa="No"),),
    "root_use": (_login(who="Root"), _event("iam", "CreateAccessKey", who="Root")),
}


# What detectors send to EventBridge about something serious.
FINDINGS: Mapping[str, dict[str, Any]] = {
    "aws_guardduty_detector": {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "detail": {
            "severity": 8,
            "type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
            "service": {"archived": False},
        },
    },
    "aws_securityhub_account": {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {
            "findings": [
                {
                    "Severity": {"Label": "CRITICAL", "Normalized": 90, "Product": 90},
                    "Compliance": {"Status": "FAILED"},
                    "Workflow": {"Status": "NEW"},
                    "WorkflowState": "NEW",
                    "RecordState": "ACTIVE",
                    "ProductName": "Security Hub",
                }
            ]
        },
    },
}


def on_bus(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event as EventBridge delivers it."""
    service = event["eventSource"].partition(".")[0]
    signs_in = event["eventType"] == "AwsConsoleSignIn"
    kind = "AWS Console Sign In via CloudTrail" if signs_in else "AWS API Call via CloudTrail"
    return {"source": f"aws.{service}", "detail-type": kind, "account": "111122223333", "detail": event}
