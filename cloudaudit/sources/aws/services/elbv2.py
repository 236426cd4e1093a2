"""Application, network and gateway load balancers: their settings, listeners, rules and targets."""

from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import fitted

_LISTENER = "aws_lb_listener"
_RULE = "aws_lb_listener_rule"
_ACTION = {
    "arn": "TargetGroupArn",
    "authenticate_cognito": "AuthenticateCognitoConfig",
    "authenticate_oidc": "AuthenticateOidcConfig",
    "duration": "DurationSeconds",
    "fixed_response": "FixedResponseConfig",
    "forward": "ForwardConfig",
    "jwt_validation": "JwtValidationConfig",
    "redirect": "RedirectConfig",
    "stickiness": "TargetGroupStickinessConfig",
}


def _settings(item: Item) -> dict[str, str]:
    return {one["Key"]: one.get("Value") or "" for one in item.get("Attributes") or () if one.get("Key")}


def _setting(key: str) -> Callable[[Item], str | Unknown | None]:
    """One setting. An application load balancer has them all: one that is not listed is not known."""

    def read(item: Item) -> str | Unknown | None:
        found = _settings(item).get(key)
        if found is None and item["_item"].get("Type") == "application":
            return Unknown(because=f"AWS does not list {key}")
        return found

    return read


def _logs(kind: str) -> Callable[[Item], dict[str, Any] | None]:
    def read(item: Item) -> dict[str, Any] | None:
        found = _settings(item)
        if f"{kind}.s3.enabled" not in found:
            return None
        return {
            "enabled": found[f"{kind}.s3.enabled"],
            "bucket": found.get(f"{kind}.s3.bucket"),
            "prefix": found.get(f"{kind}.s3.prefix"),
        }

    return read


def _mappings(item: Item) -> list[dict[str, Any]]:
    """One for each subnet, with the fixed address that it may have there."""
    found = []
    for zone in item.get("AvailabilityZones") or ():
        address: Item = next(iter(zone.get("LoadBalancerAddresses") or ()), {})
        found.append(
            {
                "subnet_id": zone.get("SubnetId"),
                "allocation_id": address.get("AllocationId"),
                "private_ipv4_address": address.get("PrivateIPv4Address"),
                "ipv6_address": address.get("IPv6Address"),
            }
        )
    return found


BALANCERS = Collect(
    type="aws_lb",
    call=Call("elbv2", "describe_load_balancers", "LoadBalancers"),
    arn="{LoadBalancerArn}",
    name="LoadBalancerName",
    attributes={
        "id": "LoadBalancerArn",
        "name": "LoadBalancerName",
        "arn_suffix": lambda item: str(item.get("LoadBalancerArn")).rpartition(":")[2].removeprefix("loadbalancer/"),
        "dns_name": "DNSName",
        "zone_id": "CanonicalHostedZoneId",
        "vpc_id": "VpcId",
        "load_balancer_type": "Type",
        "internal": "Scheme == 'internal'",
        "ip_address_type": "IpAddressType",
        "security_groups": "SecurityGroups",
        "subnets": "AvailabilityZones[].SubnetId",
        "subnet_mapping": _mappings,
    },
    parts=(
        Part(
            Call("elbv2", "describe_load_balancer_attributes", per={"LoadBalancerArn": "LoadBalancerArn"}),
            {
                "access_logs": _logs("access_logs"),
                "connection_logs": _logs("connection_logs"),
                "enable_deletion_protection": _setting("deletion_protection.enabled"),
                "enable_cross_zone_load_balancing": _setting("load_balancing.cross_zone.enabled"),
                "drop_invalid_header_fields": _setting("routing.http.drop_invalid_header_fields.enabled"),
                "desync_mitigation_mode": _setting("routing.http.desync_mitigation_mode"),
                "enable_http2": _setting("routing.http2.enabled"),
                "preserve_host_header": _setting("routing.http.preserve_host_header.enabled"),
                "xff_header_processing_mode": _setting("routing.http.xff_header_processing.mode"),
                "enable_waf_fail_open": _setting("waf.fail_open.enabled"),
                "idle_timeout": _setting("idle_timeout.timeout_seconds"),
            },
        ),
    ),
    bulk_tags=True,
    also=("aws_alb",),
)


def _listeners(when: str) -> Collect:
    return Collect(
        type=_LISTENER,
        call=Call("elbv2", "describe_listeners", "Listeners", per={"LoadBalancerArn": "LoadBalancerArn"}),
        over=BALANCERS,
        when=when,
        arn="{ListenerArn}",
        name=lambda item: f"{item['_parent'].get('LoadBalancerName')}:{item.get('Port')}",
        attributes={
            "id": "ListenerArn",
            "load_balancer_arn": "LoadBalancerArn",
            "port": "Port",
            "protocol": "Protocol",
            "ssl_policy": "SslPolicy",
            "certificate_arn": "Certificates[0].CertificateArn",
            "alpn_policy": "AlpnPolicy[0]",
            "mutual_authentication": fitted(
                _LISTENER,
                "mutual_authentication",
                "MutualAuthentication",
                advertise_trust_store_ca_names="AdvertiseTrustStoreCaNames",
            ),
            "default_action": fitted(_LISTENER, "default_action", "DefaultActions", **_ACTION),
        },
        also=("aws_alb_listener",),
        bulk_tags=True,
    )


_OF_HTTP = "contains(['HTTP', 'HTTPS'], Protocol)"
HTTP = _listeners(_OF_HTTP)  # the only ones with rules

GROUPS = Collect(
    type="aws_lb_target_group",
    call=Call("elbv2", "describe_target_groups", "TargetGroups"),
    arn="{TargetGroupArn}",
    name="TargetGroupName",
    attributes={
        "id": "TargetGroupArn",
        "name": "TargetGroupName",
        "arn_suffix": lambda item: str(item.get("TargetGroupArn")).rpartition(":")[2],
        "port": "Port",
        "protocol": "Protocol",
        "protocol_version": "ProtocolVersion",
        "target_type": "TargetType",
        "ip_address_type": "IpAddressType",
        "vpc_id": "VpcId",
        "load_balancer_arns": "LoadBalancerArns",
        "health_check": lambda item: {
            "enabled": item.get("HealthCheckEnabled"),
            "protocol": item.get("HealthCheckProtocol"),
            "port": item.get("HealthCheckPort"),
            "path": item.get("HealthCheckPath"),
            "interval": item.get("HealthCheckIntervalSeconds"),
            "timeout": item.get("HealthCheckTimeoutSeconds"),
            "healthy_threshold": item.get("HealthyThresholdCount"),
            "unhealthy_threshold": item.get("UnhealthyThresholdCount"),
            "matcher": (item.get("Matcher") or {}).get("HttpCode") or (item.get("Matcher") or {}).get("GrpcCode"),
        },
    },
    bulk_tags=True,
    also=("aws_alb_target_group",),
)


def _condition(item: Item) -> list[dict[str, Any]]:
    """The conditions of a rule, as far as paths and hosts go."""
    return [
        {
            name: {"values": (one.get(f"{member}Config") or {}).get("Values") or one.get("Values")}
            for name, member, field in (
                ("host_header", "HostHeader", "host-header"),
                ("path_pattern", "PathPattern", "path-pattern"),
            )
            if one.get("Field") == field
        }
        for one in item.get("Conditions") or ()
    ]


COLLECTORS = (
    BALANCERS,
    HTTP,
    _listeners(f"!{_OF_HTTP}"),
    Collect(
        type=_RULE,
        call=Call("elbv2", "describe_rules", "Rules", per={"ListenerArn": "ListenerArn"}),
        over=HTTP,
        when="!IsDefault",
        arn="{RuleArn}",
        name="Priority",
        attributes={
            "id": "RuleArn",
            "listener_arn": "_parent.ListenerArn",
            "priority": "Priority",
            "action": fitted(_RULE, "action", "Actions", **_ACTION),
            "condition": _condition,
        },
        also=("aws_alb_listener_rule",),
        bulk_tags=True,
    ),
    GROUPS,
    Collect(
        type="aws_lb_target_group_attachment",
        call=Call(
            "elbv2",
            "describe_target_health",
            "TargetHealthDescriptions[].Target",
            per={"TargetGroupArn": "TargetGroupArn"},
        ),
        over=GROUPS,
        name=lambda item: f"{item.get('Id')}:{item.get('Port') or ''}",
        attributes={
            "target_group_arn": "_parent.TargetGroupArn",
            "target_id": "Id",
            "port": "Port",
            "availability_zone": "AvailabilityZone",
        },
        also=("aws_alb_target_group_attachment",),
    ),
)
