"""Classic load balancers with their settings and TLS policies."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part

_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"  # what a listener has whose author chose none
_DESYNC = "elb.http.desyncmitigationmode"
LIST = Call("elb", "describe_load_balancers", "LoadBalancerDescriptions")


def _listeners(item: Item) -> list[dict[str, Any]]:
    found = [one.get("Listener") or {} for one in item.get("ListenerDescriptions") or ()]
    return [
        {
            "lb_port": one.get("LoadBalancerPort"),
            "lb_protocol": (one.get("Protocol") or "").lower() or None,
            "instance_port": one.get("InstancePort"),
            "instance_protocol": (one.get("InstanceProtocol") or "").lower() or None,
            "ssl_certificate_id": one.get("SSLCertificateId"),
        }
        for one in found
    ]


def _set(item: Item, name: str) -> Item:
    """One of the settings that a balancer has."""
    found: Item = (item.get("LoadBalancerAttributes") or {}).get(name) or {}
    return found


def _logs(item: Item) -> dict[str, Any] | None:
    found = _set(item, "AccessLog")
    if not (found.get("Enabled") or found.get("S3BucketName")):
        return None
    return {
        "enabled": found.get("Enabled"),
        "bucket": found.get("S3BucketName"),
        "bucket_prefix": found.get("S3BucketPrefix"),
        "interval": found.get("EmitInterval"),
    }


def _desync(item: Item) -> str | None:
    more = (item.get("LoadBalancerAttributes") or {}).get("AdditionalAttributes") or ()
    return next((one.get("Value") for one in more if one.get("Key") == _DESYNC), None)


def _chosen(page: Item) -> list[Item]:
    """The listeners whose policies somebody chose."""
    return [
        {**one, "LoadBalancerName": balancer.get("LoadBalancerName")}
        for balancer in page.get("LoadBalancerDescriptions") or ()
        for one in balancer.get("ListenerDescriptions") or ()
        if set(one.get("PolicyNames") or ()) - {_DEFAULT_POLICY}
    ]


BALANCERS = Collect(
    type="aws_elb",
    call=LIST,
    arn="arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}",
    name="LoadBalancerName",
    attributes={
        "id": "LoadBalancerName",
        "name": "LoadBalancerName",
        "dns_name": "DNSName",
        "zone_id": "CanonicalHostedZoneNameID",
        "internal": "Scheme == 'internal'",
        "availability_zones": "AvailabilityZones",
        "subnets": "Subnets",
        "security_groups": "SecurityGroups",
        "instances": "Instances[].InstanceId",
        "listener": _listeners,
        "health_check": "HealthCheck && {target: HealthCheck.Target, interval: HealthCheck.Interval, "
        "timeout: HealthCheck.Timeout, healthy_threshold: HealthCheck.HealthyThreshold, "
        "unhealthy_threshold: HealthCheck.UnhealthyThreshold}",
    },
    parts=(
        Part(
            Call("elb", "describe_load_balancer_attributes", per={"LoadBalancerName": "LoadBalancerName"}),
            {
                "access_logs": _logs,
                "cross_zone_load_balancing": lambda item: _set(item, "CrossZoneLoadBalancing").get("Enabled"),
                "connection_draining": lambda item: _set(item, "ConnectionDraining").get("Enabled"),
                "connection_draining_timeout": lambda item: _set(item, "ConnectionDraining").get("Timeout"),
                "idle_timeout": lambda item: _set(item, "ConnectionSettings").get("IdleTimeout"),
                "desync_mitigation_mode": _desync,
            },
        ),
    ),
    bulk_tags=True,
    also=("aws_elb_attachment",),
)

COLLECTORS = (
    BALANCERS,
    Collect(
        type="aws_load_balancer_policy",
        call=Call(
            "elb", "describe_load_balancer_policies", "PolicyDescriptions", per={"LoadBalancerName": "LoadBalancerName"}
        ),
        over=BALANCERS,
        name="PolicyName",
        attributes={
            "load_balancer_name": "_parent.LoadBalancerName",
            "policy_name": "PolicyName",
            "policy_type_name": "PolicyTypeName",
            "policy_attribute": "PolicyAttributeDescriptions[].{name: AttributeName, value: AttributeValue}",
        },
        also=("aws_lb_ssl_negotiation_policy",),
    ),
    Collect(
        type="aws_load_balancer_listener_policy",
        call=Call("elb", "describe_load_balancers", _chosen),
        name=lambda item: f"{item.get('LoadBalancerName')}:{(item.get('Listener') or {}).get('LoadBalancerPort')}",
        attributes={
            "load_balancer_name": "LoadBalancerName",
            "load_balancer_port": "Listener.LoadBalancerPort",
            "policy_names": "PolicyNames",
        },
    ),
)
