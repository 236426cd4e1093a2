"""Which environment a resource belongs to, and what says so."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.environment.words import Vocabulary, named
from cloudaudit.facts.memory import per_graph, per_resource
from cloudaudit.facts.reading import blocks
from cloudaudit.graph import ResourceGraph, is_read
from cloudaudit.model import Link, Origin, Record, Resource, Unknown
from cloudaudit.schema import resource_schema

_TAGS = {"environment", "env", "stage", "environmentname", "environmenttype", "envname", "deploymentenvironment"}


class Signal(Record, frozen=True):
    """One hint: what says it ("tag Environment"), which environment, and whether it is the resource's own."""

    basis: str
    name: str
    own: bool = False


class Inference(Record, frozen=True):
    """The environment of a resource; empty if nothing tells or signals contradict. `because` says why it is not known,
    `own` that the resource itself tells it and not only the root it stands in, `silent` that nothing says anything."""

    name: str = ""
    basis: str = ""
    own: bool = False
    because: str = ""
    contradictions: tuple[str, ...] = ()
    silent: bool = False


@per_graph
def vocabulary(graph: ResourceGraph) -> Vocabulary:
    """The words that name an environment here: ours and those of the settings."""
    return Vocabulary(graph.environment.get("environment_names") or {})


@per_resource
def environment_of(resource: Resource, graph: ResourceGraph) -> Inference:
    """By account map, tag, default tags, workspace, variable, path, name, and then by the resource it belongs to."""
    found = list(_signals(resource, graph))
    doubt = _doubt(resource)
    if doubt and not any(signal.basis == "account map" for signal in found):
        return Inference(because=doubt)
    if not found and (doubt := _doubt(resource, "tags_all")):
        return Inference(because=doubt)
    if not found:
        return _inherited(resource, graph)
    first = found[0]
    against = tuple(f"{signal.basis} says {signal.name}" for signal in found[1:] if signal.name != first.name)
    if against:
        stated = f"{first.basis} says {first.name}"
        return Inference(because="; ".join((stated, *against)), contradictions=(stated, *against))
    return Inference(name=first.name, basis=first.basis, own=any(signal.own for signal in found))


def _signals(resource: Resource, graph: ResourceGraph) -> Iterator[Signal]:
    """The signals in order. A name counts against stronger ones only if it says prod or staging outright."""
    stronger = [*_by_account(resource, graph), *_by_tag(resource, graph), *_by_root(graph)]
    yield from stronger
    names, words = _names(resource), vocabulary(graph)
    for basis, text in names if words.may_name(" ".join(text for _, text in names)) else ():
        if (name := words.named(text)) and (not stronger or name in ("prod", "staging")):
            yield Signal(basis=f"{basis} {text}", name=name, own=True)


def _by_account(resource: Resource, graph: ResourceGraph) -> list[Signal]:
    accounts: Mapping[str, str] = graph.environment.get("account_map") or {}
    account = resource.account or str(graph.environment.get("account") or "")
    name = accounts.get(account)
    stated = vocabulary(graph).stated
    return [Signal(basis="account map", name=stated(name), own=bool(resource.account))] if name else []


def _by_tag(resource: Resource, graph: ResourceGraph) -> list[Signal]:
    """The tag that AWS will see: the resource's own, else the provider's default."""
    stated = vocabulary(graph).stated
    if found := _tag(_own_tags(resource)):
        return [Signal(basis=f"tag {found[0]}", name=stated(found[1]), own=True)]
    found = _tag(resource.attributes.get("tags_all") or graph.environment.get("default_tags"))
    return [Signal(basis=f"default tag {found[0]}", name=stated(found[1]))] if found else []


def _own_tags(resource: Resource) -> dict[str, Any]:
    tags = resource.attributes.get("tags")
    found = dict(tags) if isinstance(tags, dict | Mapping) else {}
    for block in blocks(resource.attributes, "tag").items if "tag" in resource.attributes else ():
        if isinstance(block.get("key"), str):
            found.setdefault(block["key"], block.get("value"))
    return found


def _tag(tags: object) -> tuple[str, str] | None:
    """The first tag that names an environment: its key and value."""
    if not tags or not isinstance(tags, dict | Mapping):
        return None
    for key in sorted(key for key in tags if is_environment_key(str(key))):
        value = tags[key]
        text = known_text(value)
        if text.strip() and (isinstance(value, str) or named(text)):
            return str(key), text
    return None


@functools.lru_cache(maxsize=4096)
def is_environment_key(key: str) -> bool:
    """Whether a tag or variable of that name names an environment."""
    plain = key.replace("/", ":").rpartition(":")[2]
    return plain.replace("-", "").replace("_", "").replace(" ", "").lower() in _TAGS


def tag_of(resource: Resource, graph: ResourceGraph) -> str | Unknown:
    """The value of the environment tag, own or by default; empty if there is none."""
    if doubt := _doubt(resource):
        return Unknown(because=doubt)
    found = _tag(_own_tags(resource)) or _tag(resource.attributes.get("tags_all"))
    found = found or _tag(graph.environment.get("default_tags"))
    return found[1] if found else ""


def _doubt(resource: Resource, attribute: str = "tags") -> str:
    """Why the tags may say what we do not see."""
    doubt = _doubt_of(resource.attributes.get(attribute))
    return f"{resource.address}.{attribute}: {doubt}" if doubt else ""


def _doubt_of(tags: object) -> str:
    if isinstance(tags, Unknown):
        return tags.because
    for key, value in tags.items() if isinstance(tags, dict | Mapping) else ():
        if isinstance(value, Unknown) and is_environment_key(str(key)) and not named(known_text(value)):
            return value.because
    return ""


@per_graph
def _root_signals(graph: ResourceGraph) -> tuple[Signal, ...]:
    found: list[Signal] = []
    words = vocabulary(graph)
    workspace = str(graph.environment.get("workspace") or "")
    if workspace != "default" and (name := words.recognised(workspace)):
        found.append(Signal(basis=f"workspace {workspace}", name=name))
    variables = graph.environment.get("variables")
    for key, value in sorted(variables.items()) if isinstance(variables, Mapping) else ():
        if is_environment_key(str(key)) and isinstance(value, str) and (name := words.recognised(value)):
            found.append(Signal(basis=f"variable {key}", name=name))
    # The path of a plan or state is where somebody put the file, of a root where the configuration lives.
    if graph.origin is Origin.SOURCE and (
        name := words.in_path(path := str(graph.environment.get("path") or graph.root))
    ):
        found.append(Signal(basis=f"path {path}", name=name))
    return tuple(found)


def _by_root(graph: ResourceGraph) -> tuple[Signal, ...]:
    return _root_signals(graph)


@per_graph
def root_environment(graph: ResourceGraph) -> Inference:
    """The environment of the root itself, to which belongs what is no resource: its state, what it reads."""
    found: list[Signal] = []
    accounts: Mapping[str, str] = graph.environment.get("account_map") or {}
    stated = vocabulary(graph).stated
    if name := accounts.get(str(graph.environment.get("account") or "")):
        found.append(Signal(basis="account map", name=stated(name)))
    tags = graph.environment.get("default_tags")
    if tag := _tag(tags):
        found.append(Signal(basis=f"default tag {tag[0]}", name=stated(tag[1])))
    found += _root_signals(graph)
    if doubt := _doubt_of(tags):
        return Inference(because=f"the default tags: {doubt}")
    if len({signal.name for signal in found}) > 1:
        return Inference(because="; ".join(f"{signal.basis} says {signal.name}" for signal in found))
    if found:
        return Inference(name=found[0].name, basis=found[0].basis)
    return Inference(because="nothing says to which environment this root belongs", silent=True)


_NAMES = (
    "name", "bucket", "identifier", "cluster_identifier", "function_name", "family", "repository_name", "cluster_name",
    "replication_group_id", "db_name", "title", "alias",
)  # fmt: skip


def _names(resource: Resource) -> list[tuple[str, str]]:
    """What the resource is called: by itself, by its Name tag, and by its address, modules included."""
    attributes = resource.attributes
    written = (known_text(attributes[name]) for name in _NAMES if name in attributes)
    found = [("name", text) for text in written if text]
    tags = attributes.get("tags")
    if isinstance(tags, dict | Mapping) and (text := known_text(tags.get("Name"))):
        found.append(("name", text))
    return [*found, ("address", resource.address.replace("module.", "").replace(f"{resource.type}.", ""))]


def hidden_names(resource: Resource, *, whole: bool = False) -> list[str]:
    """Why the name of the resource, which may tell an environment, is not known, or the whole of it is not."""
    attributes = resource.attributes
    return [
        f"{resource.address}.{name}: {value.because}"
        for name in _NAMES
        if isinstance(value := attributes.get(name), Unknown)
        and not _is_number(value)
        and not (whole and known_text(value))
    ]


def known_text(value: object) -> str:
    """A text, or what is known of it: "acme-" and "-dev" of `acme-${random_id.x.hex}-dev`."""
    if isinstance(value, Unknown):
        pieces = value.partial if isinstance(value.partial, tuple) else (value.prefix,)
        return "…".join(piece for piece in pieces if isinstance(piece, str) and piece)
    return value if isinstance(value, str) else ""


_NUMBERS = ("random_", "data.aws_caller_identity.", "data.aws_region.", "data.aws_partition.", "time_")


def _is_number(value: Unknown) -> bool:
    """Whether all that is not known of a name is a number, a region or the like, and so no word of an environment."""
    pieces = value.partial if isinstance(value.partial, tuple) else (value,)
    parts = [piece for piece in pieces if isinstance(piece, Unknown)]
    refs = [[ref.rpartition("module.")[2] for ref in part.refs] for part in parts]
    return all(of and all(any(start in f".{ref}" for start in _NUMBERS) for ref in of) for of in refs)


_GROUPS = ("aws_default_security_group", "aws_security_group")
_IMAGES = ("aws_ami", "aws_ami_copy", "aws_ami_from_instance")
_VPCS = ("aws_default_vpc", "aws_vpc")

# A resource without environment of its own has that of the resource that it configures or lies in.
_PARENTS = {
    "aws_ami_launch_permission": ("image_id", _IMAGES),
    "aws_ec2_transit_gateway_vpc_attachment": ("vpc_id", _VPCS),
    "aws_internet_gateway": ("vpc_id", _VPCS),
    "aws_lambda_event_source_mapping": ("function_name", ("aws_lambda_function",)),
    "aws_lambda_permission": ("function_name", ("aws_lambda_function",)),
    "aws_network_acl": ("vpc_id", _VPCS),
    "aws_ram_principal_association": ("resource_share_arn", ("aws_ram_resource_share",)),
    "aws_route_table": ("vpc_id", _VPCS),
    "aws_security_group": ("vpc_id", _VPCS),
    "aws_security_group_rule": ("security_group_id", _GROUPS),
    "aws_snapshot_create_volume_permission": ("snapshot_id", ("aws_ebs_snapshot",)),
    "aws_subnet": ("vpc_id", _VPCS),
    "aws_vpc_endpoint": ("vpc_id", _VPCS),
    "aws_vpc_security_group_egress_rule": ("security_group_id", _GROUPS),
    "aws_vpc_security_group_ingress_rule": ("security_group_id", _GROUPS),
}


def parents(resource: Resource, graph: ResourceGraph) -> list[Resource]:
    """The resources that this one configures or lies in."""
    wanted = _PARENTS.get(resource.type)
    found: dict[str, Resource] = {}
    for link in graph.outgoing(resource):
        target = graph.get(link.target)
        if target is None or target.type == resource.type:
            continue
        if link.attribute == wanted[0] if wanted else _configures(resource, target, link.attribute):
            found[target.key] = target
    return list(found.values())


def _unseen_parents(resource: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    """Why what the resource configures or lies in may not be in sight, in an account."""
    attribute, types = _PARENTS.get(resource.type) or ("", _configurable(resource.type))
    return graph.unlisted(resource, types) if not attribute or resource.attributes.get(attribute) else ()


@functools.cache
def _configurable(kind: str) -> tuple[str, ...]:
    """The types a part of which the type may be, by its name."""
    words = kind.split("_")
    starts = ("_".join(words[:count]) for count in range(2, len(words)))
    return tuple(start for start in starts if start not in _CONNECTED and resource_schema(start))


def _configures(resource: Resource, target: Resource, attribute: str) -> bool:
    """Whether the resource is a part of the target's configuration, by its type: a bucket's policy, a role's policy."""
    return target.type not in _CONNECTED and resource.type.startswith(f"{target.type}_") and "." not in attribute


# What is named after these connects them with others.
_CONNECTED = {"aws_ec2_transit_gateway", "aws_vpc"}


def _inherited(resource: Resource, graph: ResourceGraph) -> Inference:
    found = {parent.address: environment_of(parent, graph) for parent in parents(resource, graph)}
    if not found and (unseen := _unseen_parents(resource, graph)):
        return Inference(because=f"{resource.address} has no environment of its own; {unseen[0]}")
    names = {inference.name for inference in found.values()}
    if len(names) == 1 and (name := names.pop()):
        parent, inference = next(iter(found.items()))
        return Inference(name=name, basis=f"its {parent}, {inference.basis}", own=True)
    silent = all(inference.silent for inference in found.values())
    return Inference(because=f"nothing says to which environment {resource.address} belongs", silent=silent)


def is_data(resource: Resource | None) -> bool:
    """Whether it only reads: a data source uses nothing itself."""
    return resource is None or resource.type.startswith("data.") or is_read(resource.address)


@per_graph
def incoming(graph: ResourceGraph) -> dict[str, list[Link]]:
    """The links of others to each resource, by key."""
    found: dict[str, list[Link]] = {}
    for link in graph.links():
        if not is_data(graph.get(link.source)):
            found.setdefault(link.target, []).append(link)
    return found
