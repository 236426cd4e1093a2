"""Distributions, and the headers that they add to what they send."""

from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import fitted

_TYPE = "aws_cloudfront_distribution"
_HEADERS = "aws_cloudfront_response_headers_policy"


def _behavior(block: str, path: str) -> Any:
    """The methods that are cached stand within those that are allowed."""
    fit = fitted(_TYPE, block, path, lambda_function_association="LambdaFunctionAssociations")

    def read(item: Item) -> Any:
        found, told = fit(item), item.get(path) or {}
        raw = told.get("Items") or [] if isinstance(found, list) else [told]
        for one, behavior in zip(found if isinstance(found, list) else [found], raw, strict=False):
            if one:
                methods = (behavior.get("AllowedMethods") or {}).get("CachedMethods") or {}
                one["cached_methods"] = methods.get("Items")
        return found

    return read


def _origins(item: Item) -> Any:
    """Origins in S3 without an identity have an empty one, which Terraform leaves out."""
    names = {"origin_id": "Id", "custom_header": "CustomHeaders", "name": "HeaderName", "value": "HeaderValue"}
    found = fitted(_TYPE, "origin", "Origins", **names)(item)
    for one in found or ():
        if not (one.get("s3_origin_config") or {}).get("origin_access_identity"):
            one.pop("s3_origin_config", None)
    return found


def _groups(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "origin_id": group["Id"],
            "failover_criteria": {
                "status_codes": group.get("FailoverCriteria", {}).get("StatusCodes", {}).get("Items")
            },
            "member": [{"origin_id": each["OriginId"]} for each in group.get("Members", {}).get("Items") or ()],
        }
        for group in (item.get("OriginGroups") or {}).get("Items") or ()
        if group
    ]


def _restrictions(item: Item) -> dict[str, Any] | None:
    told = (item.get("Restrictions") or {}).get("GeoRestriction")
    if not told:
        return None
    return {"geo_restriction": {"restriction_type": told.get("RestrictionType"), "locations": told.get("Items")}}


COLLECTORS = (
    Collect(
        type=_TYPE,
        call=Call("cloudfront", "list_distributions", "DistributionList.Items"),
        scope=GLOBAL,
        arn="{ARN}",
        name="Id",
        attributes={
            "id": "Id",
            "domain_name": "DomainName",
            "enabled": "Enabled",
            "comment": "Comment",
            "aliases": "Aliases.Items",
            "http_version": "HttpVersion",
            "is_ipv6_enabled": "IsIPV6Enabled",
            "price_class": "PriceClass",
            "web_acl_id": "WebACLId",
            "default_cache_behavior": _behavior("default_cache_behavior", "DefaultCacheBehavior"),
            "ordered_cache_behavior": _behavior("ordered_cache_behavior", "CacheBehaviors"),
            "origin": _origins,
            "origin_group": _groups,
            "restrictions": _restrictions,
            "viewer_certificate": fitted(_TYPE, "viewer_certificate", "ViewerCertificate"),
        },
        parts=(
            Part(
                Call("cloudfront", "get_distribution_config", "DistributionConfig", per={"Id": "Id"}),
                {
                    "default_root_object": "DefaultRootObject",
                    "logging_config": fitted(_TYPE, "logging_config", "Logging.Enabled && Logging || null"),
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type=_HEADERS,
        # those of AWS itself are known; the answers have no pages that boto3 knows of
        call=Call(
            "cloudfront",
            "list_response_headers_policies",
            "ResponseHeadersPolicyList.Items",
            params={"Type": "custom", "MaxItems": "100"},
        ),
        scope=GLOBAL,
        arn="arn:{partition}:cloudfront::{account}:response-headers-policy/{ResponseHeadersPolicy.Id}",
        name="ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name",
        attributes={
            "id": "ResponseHeadersPolicy.Id",
            "name": "ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name",
            "security_headers_config": fitted(
                _HEADERS,
                "security_headers_config",
                "ResponseHeadersPolicy.ResponseHeadersPolicyConfig.SecurityHeadersConfig",
            ),
        },
    ),
)
