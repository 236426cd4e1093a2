"""What a client knows of its service, cut down to what is asked: of EC2's 800 operations an audit calls 60."""

from typing import Any

from cloudaudit.sources.aws.collectors import operations

_OURS = {
    "config": ("describe_configuration_aggregator_sources_status", "select_aggregate_resource_config"),
    "ec2": ("describe_regions",),
    "organizations": ("list_accounts", "list_accounts_for_parent", "list_organizational_units_for_parent"),
    "s3": ("create_session", "head_bucket"),  # by botocore itself, to find the region of a bucket
}
"""What is asked for beside collectors, of services that those ask."""


def cut(client: Any) -> None:
    """Take from a client of botocore what describes operations that nobody calls, which is most of its memory.

    Its methods stay; those that nobody calls fail. A service without collectors is left as it is.
    """
    service = client.meta.service_model.service_name
    if service not in operations():
        return
    description = client.meta.service_model._service_description  # noqa: SLF001 - there is no other way
    wanted = {client.meta.method_to_api_mapping[name] for name in (*operations()[service], *_OURS.get(service, ()))}
    # Of a service that has its own endpoint for each account, botocore asks for that.
    wanted |= {name for name, described in description["operations"].items() if described.get("endpointoperation")}
    _keep(description["operations"], wanted)
    shapes = description["shapes"]
    known: set[str] = set()
    waiting = _named(description["operations"])
    while waiting:
        known |= waiting
        waiting = _named([shapes.get(name) for name in waiting]) - known
    _keep(shapes, known)


def _keep(members: dict[str, Any], wanted: set[str]) -> None:
    for name in [name for name in members if name not in wanted]:
        del members[name]


def _named(written: Any) -> set[str]:
    """The shapes that a piece of a description names."""
    if isinstance(written, dict):
        own = {written["shape"]} if isinstance(written.get("shape"), str) else set()
        return own.union(*(_named(member) for member in written.values() if isinstance(member, dict | list)))
    if isinstance(written, list):
        return set().union(*(_named(member) for member in written if isinstance(member, dict | list)))
    return set()
