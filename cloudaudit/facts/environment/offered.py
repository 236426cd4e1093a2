"""The facts about environments that rules read."""

from typing import Any

from cloudaudit.facts.environment import deployment, joins, lookups, mixes, policies, ranges, roots, shares
from cloudaudit.facts.environment.crossings import crossed_by, crossings
from cloudaudit.facts.environment.entries import MEMBERS, PAIR
from cloudaudit.facts.environment.inference import environment_of, hidden_names, root_environment, tag_of
from cloudaudit.facts.environment.secrets import same_secret
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.policies import IDENTITY, RESOURCE_TYPES
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown
from cloudaudit.schema.data_sources import READING


def _name(resource: Resource, graph: ResourceGraph) -> str | Unknown:
    found = environment_of(resource, graph)
    return found.name or Unknown(because=found.because)


def _basis(resource: Resource, graph: ResourceGraph) -> str:
    return environment_of(resource, graph).basis


def _is_production(resource: Resource, graph: ResourceGraph) -> Truth:
    found = environment_of(resource, graph)
    return found.name == "prod" if found.name else Unknown(because=found.because)


def _root_is_production(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    found = root_environment(graph)
    return found.name == "prod" if found.name else Unknown(because=found.because)


def _is_aws_provider(resource: Resource, graph: ResourceGraph) -> bool:  # noqa: ARG001 - the form of a fact
    return ".aws." in f".{resource.address}."


def _contradictions(resource: Resource, graph: ResourceGraph) -> list[dict[str, Any]]:
    found = environment_of(resource, graph)
    if found.contradictions:
        first, *others = found.contradictions
        return [{"first": first, "against": other, "certain": True} for other in others]
    causes = [] if found.silent else hidden_names(resource, whole=True)
    if found.silent or (found.name and not causes):
        return []
    hidden = Unknown(because=found.because or causes[0])
    return [{"first": hidden, "against": hidden, "certain": hidden}]


def _is_told(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the environment can be told; unknown where a tag is there that cannot be read, or where only source, by
    its path, might have told."""
    found = environment_of(resource, graph)
    if found.name or found.contradictions:
        return bool(found.name)
    causes = hidden_names(resource)
    if found.silent and graph.origin is Origin.SOURCE and not causes:
        return False
    return Unknown(because=causes[0] if causes else found.because)


def _some_are_told(resource: Resource, graph: ResourceGraph) -> bool:  # noqa: ARG001 - the form of a fact
    return _any_is_told(graph)


@per_graph
def _any_is_told(graph: ResourceGraph) -> bool:
    return any(environment_of(each, graph).name for each in graph.everything() if each.type.startswith("aws_"))


_ENTRY = (
    "{to, type, attribute, path, ours, ours_by, theirs, theirs_by, crosses, production}. Listed is only what may "
    "cross: crosses is true where both environments are known and must be kept apart, and unknown where one is not; "
    "production says that one of them is. `ours_by` and `theirs_by` are what tells them, `path` the way from one to "
    'the other. Ask with exists(c, c.crosses), and exists(c, c.type == "aws_kms_key" && c.crosses) for one kind.'
)
_PAIR = "{one, one_type, other, other_type} and, as in environment.crossings, {attribute, path, ours, ours_by, ...}"

FACTS = (
    Fact(
        name="environment.basis",
        compute=_basis,
        doc='string: what tells the environment: "tag Environment", "account map", "workspace prod", "path '
        'envs/prod", "its aws_vpc.main, tag Environment"; empty if it is not known.',
    ),
    Fact(
        name="environment.contradictions",
        compute=_contradictions,
        members=("first", "against"),
        doc="list of {first, against, certain}: what signals say if they do not agree: tag Environment says prod, "
        "path envs/dev says dev. Ask with exists(c, c.certain).",
    ),
    Fact(
        name="environment.crossed_by",
        compute=crossed_by,
        members=MEMBERS,
        doc=f"list of what refers to the resource from other environments (it is `to`): {_ENTRY}",
    ),
    Fact(
        name="environment.crossings",
        compute=crossings,
        members=MEMBERS,
        doc=f"list of what the resource refers to in other environments, also by literal ARN: {_ENTRY}",
    ),
    Fact(
        name="environment.defaults",
        types=("terraform_variable",),
        compute=roots.defaults,
        members=MEMBERS,
        doc=f"list of what a variable of the root takes by default in other environments, if it is used: {_ENTRY}",
    ),
    Fact(
        name="environment.held",
        types=("aws_iam_role",),
        compute=policies.held,
        members=PAIR,
        doc=f"list of pairs of resources of different environments that the role's policies allow to use: {_PAIR}.",
    ),
    Fact(
        name="environment.is_aws_provider",
        types=("terraform_provider",),
        compute=_is_aws_provider,
        doc="bool: the provider is that of AWS, whatever its alias.",
    ),
    Fact(
        name="environment.is_production",
        compute=_is_production,
        doc="bool: the resource belongs to production; unknown if its environment is.",
    ),
    Fact(
        name="environment.is_told",
        compute=_is_told,
        doc="bool: some signal tells the environment, and none contradicts.",
    ),
    Fact(
        name="environment.joins",
        types=joins.TYPES,
        compute=joins.joins,
        members=PAIR,
        doc="list of pairs of things that the resource connects (networks of a peering, queue and function of a "
        f"mapping, attachments of a gateway): {_PAIR}. Ask with exists(j, j.crosses).",
    ),
    Fact(
        name="environment.kept_apart",
        types=("aws_account",),
        compute=mixes.kept_apart,
        doc="bool: no VPC of the account is home to two environments.",
    ),
    Fact(
        name="environment.mixes",
        compute=mixes.mixes,
        members=PAIR,
        doc=f"list of pairs of resources of different environments that live in the account or VPC, or that use the "
        f"resource: {_PAIR}. Ask with exists(m, m.crosses).",
    ),
    Fact(
        name="environment.name",
        compute=_name,
        doc='string: "prod", "staging", "dev", "test", "nonprod", "shared", or what the tag says; by account map,'
        " tag, default tags, workspace, variable of a plan, path, name, or the resource it belongs to. "
        "Unknown if nothing tells or signals contradict.",
    ),
    Fact(
        name="environment.people",
        types=("aws_iam_role",),
        compute=deployment.people,
        members=deployment.PERSON,
        doc="list of {to, certain}: users, roles of single sign-on and whole accounts that may assume the role without "
        "a second factor. Ask with exists(p, p.certain).",
    ),
    Fact(
        name="environment.principals",
        types=("aws_iam_role", *RESOURCE_TYPES),
        compute=policies.principals,
        members=MEMBERS,
        doc="list of the principals of other environments that the trust or policies allow, with `writes`: whether "
        'they may do more than read. `attribute` is "principal", "source" for what a service acts for, and "subject" '
        f"for the deployment environment in a pipeline's token: {_ENTRY}",
    ),
    Fact(
        name="environment.ranges",
        types=ranges.TYPES,
        compute=ranges.ranges,
        members=MEMBERS,
        doc=f"list of incoming ranges of addresses that lie in networks of other environments: {_ENTRY}",
    ),
    Fact(
        name="environment.reaches",
        types=tuple(IDENTITY),
        compute=policies.reaches,
        members=MEMBERS,
        doc=f"list of the resources of other environments that the policy allows something on: {_ENTRY}",
    ),
    Fact(
        name="environment.reads",
        types=READING,
        compute=lookups.reads,
        members=MEMBERS,
        doc=f"list of what a data source names in other environments than that of its root: {_ENTRY}",
    ),
    Fact(
        name="environment.root_is_production",
        compute=_root_is_production,
        doc="bool: the root, by account map, default tags, workspace, variable or path, is of production.",
    ),
    Fact(
        name="environment.same_secret",
        compute=same_secret,
        members=MEMBERS,
        doc=f"list of resources of other environments with the same password or key: {_ENTRY}",
    ),
    Fact(
        name="environment.shares",
        types=shares.TYPES,
        compute=shares.shares,
        members=MEMBERS,
        doc=f"list of accounts of other environments that get a snapshot, an image or a share: {_ENTRY}",
    ),
    Fact(
        name="environment.some_are_told",
        compute=_some_are_told,
        doc="bool: of some resource of this root the environment is told.",
    ),
    Fact(
        name="environment.state",
        types=("terraform_backend",),
        compute=roots.state,
        members=MEMBERS,
        doc="list of what the place of the state has to do with other environments: it is named after one, or roots of "
        f"others keep their state there, too: {_ENTRY}",
    ),
    Fact(
        name="environment.tag",
        compute=tag_of,
        doc="string: the value of the tag that names the environment, own or by the provider's default; empty if "
        "there is none.",
    ),
)
