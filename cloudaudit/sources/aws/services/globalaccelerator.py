"""Global Accelerator, which one region answers for."""

from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part

_HOME = "us-west-2"


def _flow_logs(item: Item) -> dict[str, Any]:
    found = item.get("AcceleratorAttributes") or {}
    return {
        "flow_logs_enabled": found.get("FlowLogsEnabled"),
        "flow_logs_s3_bucket": found.get("FlowLogsS3Bucket"),
        "flow_logs_s3_prefix": found.get("FlowLogsS3Prefix"),
    }


COLLECTORS = (
    Collect(
        type="aws_globalaccelerator_accelerator",
        call=Call("globalaccelerator", "list_accelerators", "Accelerators", region=_HOME),
        scope=GLOBAL,
        arn="{AcceleratorArn}",
        name="Name",
        attributes={
            "id": "AcceleratorArn",
            "name": "Name",
            "enabled": "Enabled",
            "dns_name": "DnsName",
            "ip_address_type": "IpAddressType",
        },
        parts=(
            Part(
                Call(
                    "globalaccelerator",
                    "describe_accelerator_attributes",
                    per={"AcceleratorArn": "AcceleratorArn"},
                    region=_HOME,
                ),
                {"attributes": _flow_logs},
            ),
        ),
    ),
)
