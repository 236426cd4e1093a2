"""Where policies stand: which attribute of which resource holds one, and which companions carry those of a parent."""

from cloudaudit.facts.iam import document
from cloudaudit.facts.iam.document import Condition, Document, Statement, Text, merge
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import reach
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

# What an identity may do.
IDENTITY: dict[str, tuple[str, ...]] = {
    "aws_iam_group_policy": ("policy",),
    "aws_iam_policy": ("policy",),
    "aws_iam_role": ("inline_policy.policy",),
    "aws_iam_role_policy": ("policy",),
    "aws_iam_user_policy": ("policy",),
    "aws_ssoadmin_permission_set_inline_policy": ("inline_policy",),
}

# Who may use a resource, and how.
RESOURCE: dict[str, tuple[str, ...]] = {
    "aws_acmpca_policy": ("policy",),
    "aws_api_gateway_rest_api": ("policy",),
    "aws_api_gateway_rest_api_policy": ("policy",),
    "aws_backup_vault_policy": ("policy",),
    "aws_cloudwatch_event_bus_policy": ("policy",),
    "aws_cloudwatch_log_destination_policy": ("access_policy",),
    "aws_cloudwatch_log_resource_policy": ("policy_document",),
    "aws_codeartifact_domain_permissions_policy": ("policy_document",),
    "aws_codeartifact_repository_permissions_policy": ("policy_document",),
    "aws_codebuild_resource_policy": ("policy",),
    "aws_dynamodb_resource_policy": ("policy",),
    "aws_ecr_registry_policy": ("policy",),
    "aws_ecr_repository_policy": ("policy",),
    "aws_efs_file_system_policy": ("policy",),
    "aws_elasticsearch_domain": ("access_policies",),
    "aws_elasticsearch_domain_policy": ("access_policies",),
    "aws_glacier_vault": ("access_policy",),
    "aws_glacier_vault_lock": ("policy",),
    "aws_glue_resource_policy": ("policy",),
    "aws_kinesis_resource_policy": ("policy",),
    "aws_kms_external_key": ("policy",),
    "aws_kms_key": ("policy",),
    "aws_kms_key_policy": ("policy",),
    "aws_kms_replica_external_key": ("policy",),
    "aws_kms_replica_key": ("policy",),
    "aws_lambda_layer_version_permission": (),
    "aws_lambda_permission": (),
    "aws_media_store_container_policy": ("policy",),
    "aws_msk_cluster_policy": ("policy",),
    "aws_networkfirewall_resource_policy": ("policy",),
    "aws_opensearch_domain": ("access_policies",),
    "aws_opensearch_domain_policy": ("access_policies",),
    "aws_redshift_resource_policy": ("policy",),
    "aws_redshiftserverless_resource_policy": ("policy",),
    "aws_s3_access_point": ("policy",),
    "aws_s3_bucket": ("policy",),
    "aws_s3_bucket_policy": ("policy",),
    "aws_s3control_access_point_policy": ("policy",),
    "aws_s3control_bucket_policy": ("policy",),
    "aws_s3control_multi_region_access_point_policy": ("details.policy",),
    "aws_s3control_object_lambda_access_point_policy": ("policy",),
    "aws_s3tables_table_bucket_policy": ("resource_policy",),
    "aws_s3tables_table_policy": ("resource_policy",),
    "aws_secretsmanager_secret": ("policy",),
    "aws_secretsmanager_secret_policy": ("policy",),
    "aws_ses_identity_policy": ("policy",),
    "aws_sesv2_email_identity_policy": ("policy",),
    "aws_sns_topic": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_sqs_queue": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
    "aws_vpclattice_auth_policy": ("policy",),
    "aws_vpclattice_resource_policy": ("policy",),
}

# Policies that a companion attaches to the resource, and the companion's attribute that names it.
COMPANIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_api_gateway_rest_api": (("aws_api_gateway_rest_api_policy", "rest_api_id"),),
    "aws_backup_vault": (("aws_backup_vault_policy", "backup_vault_name"),),
    "aws_cloudwatch_event_bus": (("aws_cloudwatch_event_bus_policy", "event_bus_name"),),
    "aws_codeartifact_repository": (("aws_codeartifact_repository_permissions_policy", "repository"),),
    "aws_dynamodb_table": (("aws_dynamodb_resource_policy", "resource_arn"),),
    "aws_ecr_repository": (("aws_ecr_repository_policy", "repository"),),
    "aws_efs_file_system": (("aws_efs_file_system_policy", "file_system_id"),),
    "aws_elasticsearch_domain": (("aws_elasticsearch_domain_policy", "domain_name"),),
    "aws_kinesis_stream": (("aws_kinesis_resource_policy", "resource_arn"),),
    "aws_kms_key": (("aws_kms_key_policy", "key_id"),),
    "aws_lambda_function": (("aws_lambda_permission", "function_name"),),
    "aws_lambda_layer_version": (("aws_lambda_layer_version_permission", "layer_name"),),
    "aws_msk_cluster": (("aws_msk_cluster_policy", "cluster_arn"),),
    "aws_opensearch_domain": (("aws_opensearch_domain_policy", "domain_name"),),
    "aws_s3_access_point": (("aws_s3control_access_point_policy", "access_point_arn"),),
    "aws_s3_bucket": (("aws_s3_bucket_policy", "bucket"),),
    "aws_secretsmanager_secret": (("aws_secretsmanager_secret_policy", "secret_arn"),),
    "aws_sns_topic": (("aws_sns_topic_policy", "arn"),),
    "aws_sqs_queue": (("aws_sqs_queue_policy", "queue_url"),),
}

ENDPOINT: dict[str, tuple[str, ...]] = {"aws_vpc_endpoint": ("policy",), "aws_vpc_endpoint_policy": ("policy",)}

RESOURCE_TYPES = tuple(sorted({*RESOURCE, *COMPANIONS}))


@per_resource
def identity_policy(resource: Resource, graph: ResourceGraph) -> Document:  # noqa: ARG001 - the form of a fact
    """What the policies written in the resource itself allow an identity to do."""
    return merge([_read(resource, path) for path in IDENTITY.get(resource.type, ())])


@per_resource
def trust_policy(resource: Resource, graph: ResourceGraph) -> Document:  # noqa: ARG001 - the form of a fact
    """Who may assume the role."""
    return _read(resource, "assume_role_policy")


@per_resource
def resource_policies(resource: Resource, graph: ResourceGraph) -> tuple[Document, ...]:
    """Who may use the resource: its own policy, else those of its companions, each for itself.

    A resource has one policy at a time, so the denials of one do not take back what another allows, and what is written
    in the resource itself is not also written apart.
    """
    own = _own(resource)
    if own.statements:
        return (own,)
    documents = [own]
    for companion, attribute in COMPANIONS.get(resource.type, ()):
        related = graph.related(resource, Relation(type=companion, by=attribute))
        documents += [_own(found) for found in related.found]
        documents.append(Document(because=related.because))
    return tuple(document for document in documents if not document.empty)


@per_resource
def resource_policy(resource: Resource, graph: ResourceGraph) -> Document:
    """All statements of the policies of a resource together."""
    return merge(list(resource_policies(resource, graph)))


def _own(resource: Resource) -> Document:
    if resource.type == "aws_lambda_permission":
        return _permission(resource)
    if resource.type == "aws_lambda_layer_version_permission":
        return _layer_permission(resource)
    paths = RESOURCE.get(resource.type, ()) or ENDPOINT.get(resource.type, ())
    return merge([_read(resource, path) for path in paths])


def endpoint_policy(resource: Resource) -> Document:
    """What may pass a VPC endpoint."""
    return _own(resource)


def _read(resource: Resource, path: str) -> Document:
    return merge([document.read(value) for value in reach(resource.attributes, path)])


_PERMISSION_CONDITIONS = (
    ("source_arn", "arnlike", "aws:sourcearn"),
    ("source_account", "stringequals", "aws:sourceaccount"),
    ("principal_org_id", "stringequals", "aws:principalorgid"),
    ("function_url_auth_type", "stringequals", "lambda:functionurlauthtype"),
    ("event_source_token", "stringequals", "lambda:eventsourcetoken"),
)


def _permission(resource: Resource) -> Document:
    """A Lambda permission as the statement that it adds to the function's policy."""
    principal = resource.attributes.get("principal")
    conditions = [
        Condition(operator=operator, key=key, values=(value,))
        for attribute, operator, key in _PERMISSION_CONDITIONS
        for value in reach(resource.attributes, attribute)
    ]
    return _granting(resource, principal, resource.attributes.get("action"), conditions)


def _layer_permission(resource: Resource) -> Document:
    conditions = [
        Condition(operator="stringequals", key="aws:principalorgid", values=(organisation,))
        for organisation in reach(resource.attributes, "organization_id")
        if organisation
    ]
    attributes = resource.attributes
    return _granting(resource, attributes.get("principal"), attributes.get("action"), conditions)


def _granting(resource: Resource, principal: Text | None, action: Text | None, conditions: list[Condition]) -> Document:
    statement = Statement(
        effect="Allow",
        sid=resource.name,
        principals=tuple((kind, principal) for kind in _kinds(principal)) if principal is not None else (),
        actions=(action,) if action is not None else (),
        resources=("*",),
        conditions=tuple(conditions),
    )
    return Document(statements=(statement,))


def _kinds(principal: Text) -> tuple[str, ...]:
    """Whether it is an account or a service; both where nothing tells."""
    if isinstance(principal, Unknown):
        return ("AWS",) if principal.refs or principal.prefix else ("AWS", "Service")
    if not isinstance(principal, str):
        return ("AWS", "Service")
    return ("Service",) if principal.endswith((".amazonaws.com", ".amazon.com", ".amazonaws.com.cn")) else ("AWS",)
