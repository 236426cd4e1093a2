"""Zones with their records, query logs and signatures; domains; what the resolver logs."""

from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part, days, tags


def _zones_of(page: Item) -> list[dict[str, Any]]:
    return [{**zone, "ZoneId": str(zone["Id"]).rpartition("/")[2]} for zone in page.get("HostedZones") or ()]


def _name(item: Item) -> str:
    """Route 53 ends names with a dot and writes an asterisk in octal; Terraform does neither."""
    return str(item["Name"]).removesuffix(".").replace("\\052", "*")


def _zones(when: str, parts: tuple[Part, ...] = ()) -> Collect:
    return Collect(
        type="aws_route53_zone",
        call=Call("route53", "list_hosted_zones", _zones_of),
        scope=GLOBAL,
        when=f"{when} && !LinkedService",  # services of AWS have zones of their own
        arn="arn:{partition}:route53:::hostedzone/{ZoneId}",
        name=_name,
        attributes={"id": "ZoneId", "zone_id": "ZoneId", "name": _name, "comment": "Config.Comment"},
        parts=parts,
        made_from=("force_destroy",) if parts else ("force_destroy", "vpc"),
        also=("aws_route53_zone_association",),
        bulk_tags=True,
    )


def _vpcs(item: Item) -> list[dict[str, Any]]:
    return [{"vpc_id": each["VPCId"], "vpc_region": each.get("VPCRegion")} for each in item.get("VPCs") or ()]


PUBLIC = _zones("!(Config.PrivateZone)")
PRIVATE = _zones(
    "Config.PrivateZone", (Part(Call("route53", "get_hosted_zone", per={"Id": "ZoneId"}), {"vpc": _vpcs}),)
)


def _values(item: Item) -> list[str] | None:
    """Texts come in quotes, which Terraform leaves out."""
    told = item.get("ResourceRecords")
    return [_unquoted(each["Value"]) for each in told] if told else None


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _alias(item: Item) -> dict[str, Any] | None:
    told = item.get("AliasTarget")
    if not told:
        return None
    return {
        "name": told["DNSName"].removesuffix("."),
        "zone_id": told.get("HostedZoneId"),
        "evaluate_target_health": told.get("EvaluateTargetHealth"),
    }


def _records(zones: Collect) -> Collect:
    return Collect(
        type="aws_route53_record",
        call=Call("route53", "list_resource_record_sets", "ResourceRecordSets", per={"HostedZoneId": "ZoneId"}),
        scope=GLOBAL,
        over=zones,
        when="!contains(['NS', 'SOA'], Type) || Name != _parent.Name",  # each zone has these from the start
        name=lambda item: "/".join((_name(item), item["Type"], *filter(None, [item.get("SetIdentifier")]))),
        attributes={
            "zone_id": "_parent.ZoneId",
            "name": _name,
            "fqdn": _name,
            "type": "Type",
            "ttl": "TTL",
            "records": _values,
            "alias": _alias,
            "set_identifier": "SetIdentifier",
            "health_check_id": "HealthCheckId",
        },
    )


_CONFIGS = Call("route53resolver", "list_resolver_query_log_configs", "ResolverQueryLogConfigs")
_DOMAINS = Call("route53domains", "list_domains", "Domains")

COLLECTORS = (
    PUBLIC,
    PRIVATE,
    _records(PUBLIC),
    _records(PRIVATE),
    Collect(
        type="aws_route53_hosted_zone_dnssec",
        call=Call("route53", "get_dnssec", "Status", per={"HostedZoneId": "ZoneId"}),
        scope=GLOBAL,
        over=PUBLIC,
        when="ServeSignature != 'NOT_SIGNING'",
        attributes={"hosted_zone_id": "_parent.ZoneId", "signing_status": "ServeSignature"},
    ),
    Collect(
        type="aws_route53_query_log",
        call=Call("route53", "list_query_logging_configs", "QueryLoggingConfigs"),
        scope=GLOBAL,
        arn="arn:{partition}:route53:::queryloggingconfig/{Id}",
        name="Id",
        attributes={"id": "Id", "zone_id": "HostedZoneId", "cloudwatch_log_group_arn": "CloudWatchLogsLogGroupArn"},
    ),
    Collect(
        type="aws_route53domains_registered_domain",
        call=_DOMAINS,
        scope=GLOBAL,
        name="DomainName",
        attributes={
            "id": "DomainName",
            "domain_name": "DomainName",
            "auto_renew": "AutoRenew",
            "transfer_lock": "TransferLock",
        },
        parts=(
            Part(
                Call("route53domains", "list_tags_for_domain", per={"DomainName": "DomainName"}),
                {"tags": tags("TagList")},
            ),
        ),
    ),
    Collect(
        type="aws_route53domains_registration",
        call=_DOMAINS,
        scope=GLOBAL,
        name="DomainName",
        attributes={
            "domain_name": "DomainName",
            "auto_renew": "AutoRenew",
            "left_days": days("Expiry", until=True),
        },
    ),
    Collect(
        type="aws_route53_resolver_query_log_config",
        call=_CONFIGS,
        when="ShareStatus != 'SHARED_WITH_ME'",
        arn="{Arn}",
        name="Name",
        attributes={"id": "Id", "name": "Name", "destination_arn": "DestinationArn"},
        bulk_tags=True,
    ),
    Collect(
        type="aws_route53_resolver_query_log_config_association",
        call=Call(
            "route53resolver",
            "list_resolver_query_log_config_associations",
            "ResolverQueryLogConfigAssociations",
        ),
        when="contains(['ACTIVE', 'CREATING'], Status)",
        name="Id",
        attributes={
            "id": "Id",
            "resolver_query_log_config_id": "ResolverQueryLogConfigId",
            "resource_id": "ResourceId",
        },
    ),
)
