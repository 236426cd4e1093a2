"""Domains of OpenSearch; those with an engine of Elasticsearch are described by the same calls."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import fitted

_TYPE = "aws_opensearch_domain"


def _logs(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "log_type": kind,
            "enabled": bool(each.get("Enabled")),
            "cloudwatch_log_group_arn": each.get("CloudWatchLogsLogGroupArn"),
        }
        for kind, each in (item.get("LogPublishingOptions") or {}).items()
    ]


COLLECTORS = (
    Collect(
        type=_TYPE,
        also=("aws_elasticsearch_domain", "aws_elasticsearch_domain_policy", "aws_opensearch_domain_policy"),
        call=Call("opensearch", "list_domain_names", "DomainNames"),
        arn="arn:{partition}:es:{region}:{account}:domain/{DomainName}",
        name="DomainName",
        keep="_describe_domains == `null` || _describe_domains.DomainId",  # else it was deleted meanwhile
        attributes={"domain_name": "DomainName"},
        parts=(
            Part(
                Call("opensearch", "describe_domains", "DomainStatusList", per={"DomainNames": "DomainName"}),
                {
                    "domain_id": "DomainId",
                    "access_policies": "AccessPolicies",
                    "advanced_options": "AdvancedOptions",
                    "advanced_security_options": "AdvancedSecurityOptions.{enabled: Enabled,"
                    " anonymous_auth_enabled: AnonymousAuthEnabled,"
                    " internal_user_database_enabled: InternalUserDatabaseEnabled}",
                    "cluster_config": fitted(_TYPE, "cluster_config", "ClusterConfig"),
                    "cognito_options": fitted(_TYPE, "cognito_options", "CognitoOptions"),
                    "domain_endpoint_options": fitted(_TYPE, "domain_endpoint_options", "DomainEndpointOptions"),
                    "ebs_options": fitted(_TYPE, "ebs_options", "EBSOptions"),
                    "encrypt_at_rest": "EncryptionAtRestOptions.{enabled: Enabled, kms_key_id: KmsKeyId}",
                    "endpoint": "Endpoint",
                    "engine_version": "EngineVersion",
                    "ip_address_type": "IPAddressType",
                    "log_publishing_options": _logs,
                    "node_to_node_encryption": "NodeToNodeEncryptionOptions.{enabled: Enabled}",
                    "software_update_options": fitted(_TYPE, "software_update_options", "SoftwareUpdateOptions"),
                    "vpc_options": "VPCOptions.{vpc_id: VPCId, subnet_ids: SubnetIds,"
                    " availability_zones: AvailabilityZones, security_group_ids: SecurityGroupIds}",
                },
                batch=5,
                match=("DomainName", "DomainName"),
                sparse=True,
            ),
        ),
        bulk_tags=True,
    ),
)
