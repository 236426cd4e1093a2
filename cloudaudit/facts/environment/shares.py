"""Accounts that a snapshot or an image is shared with, where they are of another environment."""

from cloudaudit.facts.environment.entries import Entry, Target, across, entry
from cloudaudit.facts.environment.inference import Inference, environment_of
from cloudaudit.facts.environment.literals import literal
from cloudaudit.facts.iam.principals import home_account
from cloudaudit.facts.reading import leaves
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_ACCOUNTS = {
    "aws_ami_launch_permission": "account_id",
    "aws_db_cluster_snapshot": "shared_accounts",
    "aws_db_snapshot": "shared_accounts",
    "aws_ram_principal_association": "principal",
    "aws_snapshot_create_volume_permission": "account_id",
}
TYPES = tuple(_ACCOUNTS)


def shares(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The accounts of other environments, or of none that is known, that the resource gives something to."""
    attribute = _ACCOUNTS[resource.type]
    ours = environment_of(resource, graph)
    found = []
    for value in leaves(resource.attributes, attribute):
        if value is None or value == (resource.account or home_account(graph)):
            continue
        place = f"{resource.address}.{attribute}"
        hidden = isinstance(value, Unknown)
        theirs = Inference(because=f"{place}: {value.because}") if hidden else literal(str(value), graph)
        to = place if hidden else f"account {value}"
        found.append(Target(to=to, kind="account", attribute=attribute, environment=theirs))
    return across(entry(resource.address, each, ours) for each in found)
