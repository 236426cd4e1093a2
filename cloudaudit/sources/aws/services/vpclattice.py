"""VPC Lattice: services with their access logs, and who may call them."""

from cloudaudit.sources.aws.declare import Call, Collect

_SERVICE = "vpc-lattice"

SERVICES = Collect(
    type="aws_vpclattice_service",
    call=Call(_SERVICE, "list_services", "items"),
    arn="{arn}",
    name="name",
    attributes={"id": "id", "name": "name", "custom_domain_name": "customDomainName", "status": "status"},
    bulk_tags=True,
)
NETWORKS = Collect(
    type="aws_vpclattice_service_network",
    call=Call(_SERVICE, "list_service_networks", "items"),
    arn="{arn}",
    name="name",
    attributes={"id": "id", "name": "name"},
    bulk_tags=True,
)


def _shared(over: Collect) -> Collect:
    """What is shared with other accounts, by a policy."""
    return Collect(
        type="aws_vpclattice_resource_policy",
        call=Call(_SERVICE, "get_resource_policy", per={"resourceArn": "arn"}, unset=("ResourceNotFoundException",)),
        over=over,
        when="policy",
        attributes={"resource_arn": "_parent.arn", "policy": "policy"},
    )


COLLECTORS = (
    SERVICES,
    Collect(
        type="aws_vpclattice_access_log_subscription",
        call=Call(_SERVICE, "list_access_log_subscriptions", "items", per={"resourceIdentifier": "arn"}),
        over=SERVICES,
        arn="{arn}",
        name="id",
        attributes={
            "id": "id",
            "destination_arn": "destinationArn",
            "resource_arn": "resourceArn",
            "resource_identifier": "resourceId",
        },
        bulk_tags=True,
    ),
    _shared(SERVICES),
    NETWORKS,
    _shared(NETWORKS),
)
