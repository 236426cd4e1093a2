"""Policies that reach from one environment into another: whom they trust, and what they allow to touch."""

import re
from collections.abc import Iterator
from typing import Any

from cloudaudit.facts.environment import words
from cloudaudit.facts.environment.entries import Entry, Target, across, doubt, entry, pairs
from cloudaudit.facts.environment.inference import Inference, environment_of, vocabulary
from cloudaudit.facts.environment.literals import kind_of, literal, out_of_sight
from cloudaudit.facts.iam.document import Document, Statement, Text, sketch
from cloudaudit.facts.iam.policies import identity_policy, resource_policy, trust_policy
from cloudaudit.facts.iam.principals import account, home_account, of_kind
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_HOLDERS = ("aws_iam_group", "aws_iam_role", "aws_iam_user")
_READING = re.compile(r"[a-z0-9-]+:(?:get|list|describe|batchget|batchcheck|head|query|scan|select)[a-z]*\*?", re.ASCII)

PRINCIPAL = "writes"
"""What an entry about a principal says besides: whether it may change something."""


def principals(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The principals of other environments that a role's trust or a resource's policy allows: AWS principals, sources
    on whose behalf a service acts, and deployment environments of a pipeline."""
    trust = resource.type == "aws_iam_role"
    document = trust_policy(resource, graph) if trust else resource_policy(resource, graph)
    ours = environment_of(resource, graph)
    found: dict[tuple[str, str], Entry] = {}
    for part in document.allows:
        for target in _allowed(part, resource, graph):
            row = {**entry(resource.address, target, ours), "writes": _writes(part)}
            found.setdefault((target.attribute, f"{target.to} {row['writes']}"), row)
    doubts = [{**doubt(why), "writes": Unknown(because=why)} for why in _reasons(document)]
    return across(found.values()) + doubts


def _reasons(document: Document) -> list[str]:
    """Why the policy may say more, as one cause."""
    return ["; ".join(document.doubts[:3])] if document.doubts else []


def _writes(part: Statement) -> Truth:
    """Whether the statement allows anything but reading."""
    known = [action.lower() for action in part.actions if isinstance(action, str)]
    if part.not_actions is not None or any(not _READING.fullmatch(action) for action in known):
        return True
    return (
        unknown([action.because for action in part.actions if isinstance(action, Unknown)])
        if len(known) < len(part.actions)
        else False
    )


def _allowed(part: Statement, resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    """Whom one statement lets in, as far as that is of some environment."""
    for name in dict.fromkeys(of_kind(part, "AWS")):
        if name != "*" and not _is_of_aws(name) and (target := _principal(name, resource, graph)):
            yield target
    for condition in part.conditions:
        if condition.key in ("aws:sourcearn", "aws:sourceaccount") and "not" not in condition.operator:
            for value in condition.values:
                yield from _source(value, resource, graph)
        elif condition.key.endswith((":sub", ":environment", ":terraform_workspace_name")):
            for value in condition.values:
                yield from _subject(value, graph)


_LOG_DELIVERY = {
    "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "589379963580",
    "718504428378", "383597477331", "600734575887", "114774131450", "783225319266", "582318560864", "985666609251",
    "054676820928", "156460612806", "652711504416", "635631232127", "009996457667", "897822967062", "076674570225",
    "507241528517", "048591011584", "190560391635", "638102146993", "037604701340",
}  # fmt: skip
"""The accounts, one a region, from which load balancers write their logs."""
_SERVICE_ACCOUNTS = ("aws_elb_service_account.", "aws_cloudtrail_service_account.", "aws_redshift_service_account.")


def _is_of_aws(name: Text) -> bool:
    """Whether a principal is an account of AWS's own, which is of no environment."""
    if isinstance(name, Unknown):
        return any(f"data.{source}" in ref for ref in name.refs for source in _SERVICE_ACCOUNTS)
    return account(name) in _LOG_DELIVERY


def _principal(name: Text, resource: Resource, graph: ResourceGraph) -> Target | None:
    """One AWS principal; None for the account that the resource itself is in, whose policies decide who may."""
    if isinstance(name, Unknown):
        target = _named(name, graph)
        theirs = environment_of(target, graph) if target else Inference(because=name.because)
        shown, kind = (target.address, target.type) if target else (name.prefix or "a principal", "")
        if not target and _is_our_root(name, resource, graph):
            return None
        return Target(to=shown, kind=kind, attribute="principal", environment=theirs)
    target = _roles(graph).get(name)
    theirs = environment_of(target, graph) if target else literal(name, graph)
    if not target and (owner := account(name)) and owner == _home(resource, graph):
        if not (word := _by_name(name, graph)):
            return None
        theirs = word
    return Target(to=name, kind=kind_of(name), attribute="principal", environment=theirs)


_ROOT = re.compile(r"arn:[^:]*:iam::[^:]*:root")


def _is_our_root(name: Unknown, resource: Resource, graph: ResourceGraph) -> bool:
    """Whether a text known in part is the root of the account that the configuration is applied to."""
    if not _ROOT.fullmatch(sketch(name)):
        return False
    owner = account(sketch(name))
    return owner == _home(resource, graph) if owner else any("data.aws_caller_identity." in ref for ref in name.refs)


def _by_name(arn: str, graph: ResourceGraph) -> Inference | None:
    """What the name of a role of our own account says: several environments may share it."""
    name = arn.rpartition(":")[2]
    found = vocabulary(graph).named(name)
    return Inference(name=found, basis=f"name {name}", own=True) if found else None


def _home(resource: Resource, graph: ResourceGraph) -> str:
    return resource.account or home_account(graph)


def _source(value: Text, resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    """What a service acts for, where it is of some environment: a topic that writes to a queue."""
    if isinstance(value, Unknown):
        if target := _named(value, graph):
            theirs = environment_of(target, graph)
            yield Target(to=target.address, kind=target.type, attribute="source", environment=theirs)
        elif not value.refs:
            yield Target(to="a source", kind="", attribute="source", environment=Inference(because=value.because))
        return
    found = _arns(graph).get((kind_of(value), value.removesuffix("*").removesuffix("/")))
    theirs = environment_of(found, graph) if found else literal(value, graph)
    if theirs.name and (found or (account(value) or value) != _home(resource, graph)):
        yield Target(to=value, kind=kind_of(value), attribute="source", environment=theirs)
    elif theirs.name and (word := _by_name(value, graph)):
        yield Target(to=value, kind=kind_of(value), attribute="source", environment=word)
    elif not found and out_of_sight(value, graph):
        yield Target(to=value, kind=kind_of(value), attribute="source", environment=theirs)


_OF_SUBJECT = re.compile(r"(?:^|:)(?:environment|workspace):([^:*?]+)")


def _subject(value: Text, graph: ResourceGraph) -> Iterator[Target]:
    """The deployment environment that the subject of a pipeline's token names: repo:acme/app:environment:prod."""
    if isinstance(value, Unknown):
        yield Target(to="a subject", kind="subject", attribute="subject", environment=Inference(because=value.because))
        return
    for name in _OF_SUBJECT.findall(value):
        if found := vocabulary(graph).recognised(name):
            theirs = Inference(name=found, basis=f"name {name}", own=True)
            yield Target(to=value, kind="subject", attribute="subject", environment=theirs)


@per_graph
def _roles(graph: ResourceGraph) -> dict[str, Resource]:
    """The roles by ARN; the first where several have one."""
    arns = ((role.attributes.get("arn"), role) for role in reversed(graph.of_type("aws_iam_role")))
    return {arn: role for arn, role in arns if isinstance(arn, str)}


def _named(value: Unknown, graph: ResourceGraph) -> Resource | None:
    """The one resource that an unknown refers to."""
    for ref in value.refs:
        address = ref.rpartition(".")[0]
        key = address if graph.root in ("", ".") else f"{graph.root}:{address}"
        if found := graph.get(key):
            return found
    return None


def reaches(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The resources of other environments that an identity policy allows something on.

    ARNs that name no environment do not count: there is no telling what they will match.
    """
    document = identity_policy(resource, graph)
    ours = _holder(resource, graph)
    found = [entry(resource.address, target, ours) for target in _reached(document, graph)]
    return across(found) + [doubt(why) for why in _reasons(document)]


def _reached(document: Document, graph: ResourceGraph) -> Iterator[Target]:
    for name in dict.fromkeys(name for part in document.allows for name in part.resources):
        if isinstance(name, Unknown):
            if target := _named(name, graph):
                theirs = environment_of(target, graph)
                yield Target(to=target.address, kind=target.type, attribute="policy", environment=theirs)
        elif name.startswith("arn:") and ":aws:" not in name[8:]:
            theirs = _target(name, graph)
            if theirs.name or ("*" not in name and out_of_sight(name, graph)):
                yield Target(to=name, kind=kind_of(name), attribute="policy", environment=theirs)


_INLINE = Relation(type="aws_iam_role_policy", by="role")
_ATTACHED = Relation(type="aws_iam_role_policy_attachment", by="role")
_POLICY = Relation(type="aws_iam_policy", via="policy_arn")


def held(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """Pairs of resources of different environments that the policies of a role allow something on.

    None for a role that says its own environment: what it reaches elsewhere is seen where its policies are written.
    """
    ours = environment_of(resource, graph)
    if ours.name and ours.name not in words.SHARED:
        return []
    inline, attached = graph.related(resource, _INLINE), graph.related(resource, _ATTACHED)
    policies = [graph.related(each, _POLICY) for each in attached.found]
    holders = [resource, *inline.found, *(policy for related in policies for policy in related.found)]
    documents = [identity_policy(each, graph) for each in holders]
    found = [target for document in documents for target in _reached(document, graph)]
    kept = [each for each in found if each.environment.name not in words.SHARED and not each.environment.silent]
    doubts = [*inline.because, *attached.because, *(why for one in documents for why in _reasons(one))]
    # A policy that is not here, AWS's own aside, may allow anything.
    rows = pairs(sorted(kept, key=lambda each: each.environment.name != "prod"), resource.address)
    if not (ours.silent or ours.name):
        rows = [{**row, "crosses": Unknown(because=ours.because)} for row in rows]
    return rows + ([doubt("; ".join(doubts[:3]))] if doubts else [])


def _target(name: str, graph: ResourceGraph) -> Inference:
    plain = name.removesuffix("/*").removesuffix("*")
    target = _arns(graph).get((kind_of(name), plain))
    return environment_of(target, graph) if target else literal(name, graph)


@per_graph
def _arns(graph: ResourceGraph) -> dict[tuple[str, Any], Resource]:
    """The resources by type and ARN, also the one that a bucket will have; the first where several have one."""
    found: dict[tuple[str, Any], Resource] = {}
    for resource in graph.everything():
        bucket = resource.attributes.get("bucket")
        own = f"arn:aws:s3:::{bucket}" if isinstance(bucket, str) else ""
        for arn in (resource.arn, resource.attributes.get("arn"), own):
            if isinstance(arn, str):
                found.setdefault((resource.type, arn), resource)
    return found


def _holder(resource: Resource, graph: ResourceGraph) -> Inference:
    """The environment of a policy: its own, else that of the role, user or group it is written in."""
    own = environment_of(resource, graph)
    if own.name:
        return own
    for link in graph.outgoing(resource):
        target = graph.get(link.target)
        if target is not None and target.type in _HOLDERS:
            return environment_of(target, graph)
    return own
