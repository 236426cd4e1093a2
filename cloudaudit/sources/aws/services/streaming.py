"""Clusters of Kafka with their connectors and policies, and message brokers."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted

_MSK, _CONNECTOR, _BROKER = "aws_msk_cluster", "aws_mskconnect_connector", "aws_mq_broker"


def _authentication(item: Item) -> dict[str, Any] | None:
    """AWS says of each way whether it is enabled; the provider has a flag for each but for certificates."""
    told = (item.get("Provisioned") or {}).get("ClientAuthentication")
    if not told:
        return None
    sasl, certificates = told.get("Sasl") or {}, told.get("Tls") or {}
    return {
        "unauthenticated": _enabled(told.get("Unauthenticated")),
        "sasl": {"iam": _enabled(sasl.get("Iam")), "scram": _enabled(sasl.get("Scram"))},
        "tls": {"certificate_authority_arns": certificates.get("CertificateAuthorityArnList") or []}
        if certificates
        else None,
    }


def _enabled(way: Any) -> bool:
    return bool(way) and way.get("Enabled") is True


_CLUSTERS = Call("kafka", "list_clusters_v2", "ClusterInfoList")
CLUSTERS = Collect(
    type=_MSK,
    call=_CLUSTERS,
    when="Provisioned",
    arn="{ClusterArn}",
    name="ClusterName",
    attributes={
        "id": "ClusterArn",
        "cluster_name": "ClusterName",
        "kafka_version": "Provisioned.CurrentBrokerSoftwareInfo.KafkaVersion",
        "number_of_broker_nodes": "Provisioned.NumberOfBrokerNodes",
        "enhanced_monitoring": "Provisioned.EnhancedMonitoring",
        "storage_mode": "Provisioned.StorageMode",
        "broker_node_group_info": fitted(_MSK, "broker_node_group_info", "Provisioned.BrokerNodeGroupInfo"),
        "client_authentication": _authentication,
        "encryption_info": fitted(
            _MSK,
            "encryption_info",
            "Provisioned.EncryptionInfo.{encryptionInTransit: EncryptionInTransit, "
            "key: EncryptionAtRest.DataVolumeKMSKeyId}",
            encryption_at_rest_kms_key_arn="key",
        ),
        "logging_info": fitted(_MSK, "logging_info", "Provisioned.LoggingInfo"),
        "open_monitoring": fitted(_MSK, "open_monitoring", "Provisioned.OpenMonitoring"),
        "tags": tags("Tags"),
    },
)


def _configuration(item: Item) -> dict[str, Any] | None:
    told = (item.get("Configurations") or {}).get("Current")
    return {"id": told.get("Id"), "revision": told.get("Revision")} if told else None


def _engine(item: Item) -> str:
    told = str(item["EngineType"])
    return {"ACTIVEMQ": "ActiveMQ", "RABBITMQ": "RabbitMQ"}.get(told.upper(), told)


COLLECTORS = (
    CLUSTERS,
    Collect(
        type="aws_msk_cluster_policy",
        call=Call("kafka", "get_cluster_policy", per={"ClusterArn": "ClusterArn"}, unset=("NotFoundException",)),
        over=CLUSTERS,
        when="Policy",
        attributes={"cluster_arn": "_parent.ClusterArn", "policy": "Policy"},
    ),
    Collect(
        type=_CONNECTOR,
        call=Call("kafkaconnect", "list_connectors", "connectors"),
        arn="{connectorArn}",
        name="connectorName",
        attributes={
            "name": "connectorName",
            "description": "connectorDescription",
            "kafka_cluster_encryption_in_transit": fitted(
                _CONNECTOR, "kafka_cluster_encryption_in_transit", "kafkaClusterEncryptionInTransit"
            ),
            "kafka_cluster_client_authentication": fitted(
                _CONNECTOR, "kafka_cluster_client_authentication", "kafkaClusterClientAuthentication"
            ),
            "log_delivery": fitted(_CONNECTOR, "log_delivery", "logDelivery"),
            "service_execution_role_arn": "serviceExecutionRoleArn",
        },
        parts=(
            Part(
                Call("kafkaconnect", "describe_connector", per={"connectorArn": "connectorArn"}),
                {"connector_configuration": "connectorConfiguration"},
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type=_BROKER,
        call=Call("mq", "list_brokers", "BrokerSummaries"),
        arn="{BrokerArn}",
        name="BrokerName",
        attributes={
            "id": "BrokerId",
            "broker_name": "BrokerName",
            "deployment_mode": "DeploymentMode",
            "engine_type": _engine,
            "host_instance_type": "HostInstanceType",
        },
        parts=(
            Part(
                Call("mq", "describe_broker", per={"BrokerId": "BrokerId"}),
                {
                    "authentication_strategy": "AuthenticationStrategy",
                    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
                    "configuration": _configuration,
                    "encryption_options": fitted(_BROKER, "encryption_options", "EncryptionOptions"),
                    "engine_version": "EngineVersion",
                    "logs": fitted(_BROKER, "logs", "Logs"),
                    "publicly_accessible": "PubliclyAccessible",
                    "security_groups": "SecurityGroups",
                    "subnet_ids": "SubnetIds",
                    "tags": tags("Tags"),
                },
            ),
        ),
    ),
    Collect(
        type="aws_mq_configuration",
        call=Call("mq", "list_configurations", "Configurations"),
        arn="{Arn}",
        name="Name",
        attributes={
            "id": "Id",
            "name": "Name",
            "engine_type": _engine,
            "engine_version": "EngineVersion",
            "tags": tags("Tags"),
        },
    ),
)
