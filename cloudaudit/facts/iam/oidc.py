"""Facts about roles that a pipeline assumes with an OpenID Connect token: who else could present such a token."""

import re
from collections.abc import Callable

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.document import UNKNOWN, Condition, Document, Statement, Text, is_settled, sketch
from cloudaudit.facts.iam.effect import with_doubts
from cloudaudit.facts.iam.policies import trust_policy
from cloudaudit.facts.iam.principals import of_kind
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

TYPES = ("aws_iam_role",)
GITHUB = "token.actions.githubusercontent.com"

_POSITIVE = {"stringequals", "stringequalsignorecase", "stringlike"}

# What the subject of each provider must fix: the one repository, project, pipeline or workspace. A wildcard before
# the end of that part admits strangers. Customised subjects may begin with another claim, as long as it holds the
# repository.
_WORD = r"[^*?:/\s]+"
_BOUND = {
    "github": rf"(?:repo|repository|job_workflow_ref):{_WORD}/{_WORD}(?:[:/@].*)?|repository_id:\d+(?::.*)?",
    "gitlab": rf"project_path:{_WORD}(?:/{_WORD})+(?::.*)?|project_id:\d+(?::.*)?",
    "buildkite": rf"organization:{_WORD}:pipeline:{_WORD}(?::.*)?",
    "circleci": rf"org/{_WORD}/project/{_WORD}(?:/.*)?",
    "terraform": rf"organization:{_WORD}:project:(?:{_WORD}|\*):workspace:{_WORD}(?::.*)?",
    "bitbucket": rf"\{{?{_WORD}\}}?:.*",
}
_REF = {
    "github": r".*:(?:ref:refs/(?:heads|tags)/[^*?]+|environment:[^*?:]+)(?::.*)?|.*@refs/(?:heads|tags)/[^*?]+",
    "gitlab": r".*:ref_type:(?:branch|tag):ref:[^*?]+|.*:environment:[^*?:]+.*",
}

_OWNER = rf"(?:repo|repository|job_workflow_ref):{_WORD}/.*|repository_owner(?:_id)?:{_WORD}(?::.*)?"

# Claims besides the subject that fix the repository on their own.
_CLAIMS = {
    "github": ("repository", "repository_id", "job_workflow_ref"),
    "gitlab": ("project_path", "project_id"),
    "circleci": ("oidc.circleci.com/project-id",),
    "buildkite": ("pipeline_slug",),
    "terraform": ("terraform_workspace_id", "terraform_workspace_name"),
    "bitbucket": ("repositoryuuid",),
}
# Services whose issuer is one organisation's own: whoever holds a token of it is no stranger.
_OWN_ISSUER = {"circleci", "bitbucket"}
_BRANCH_CLAIMS = ("ref", "environment", "base_ref", "job_workflow_ref", "workflow_ref", "ref_protected")


def provider(host: str) -> str:
    """The pipeline service whose issuer this is; empty for any other identity provider."""
    host = host.lower()
    if host.startswith(GITHUB):
        return "github"
    if "gitlab" in host:
        return "gitlab"
    for name, sign in (
        ("buildkite", "agent.buildkite.com"),
        ("circleci", "oidc.circleci.com"),
        ("terraform", "app.terraform.io"),
        ("bitbucket", "api.bitbucket.org"),
    ):
        if host.startswith(sign):
            return name
    return ""


def _host(name: Text, graph: ResourceGraph) -> str:
    """The issuer of a federated principal: out of its ARN, or of the provider resource it refers to."""
    host = sketch(name).partition(":oidc-provider/")[2]
    if isinstance(name, str) or (host and UNKNOWN not in host):
        return host
    for resource in graph.of_type("aws_iam_openid_connect_provider"):
        url = resource.attributes.get("url")
        if isinstance(url, str) and any(ref.startswith(f"{resource.address}.") for ref in name.refs):
            return url.removeprefix("https://")
    return host.partition(UNKNOWN)[0]


def _hosts(part: Statement, graph: ResourceGraph) -> set[str]:
    """The issuers that a statement trusts: by principal, or by the conditions it sets on their claims."""
    federated = of_kind(part, "Federated")
    hosts = {_host(name, graph) for name in federated}
    if any(isinstance(name, Unknown) for name in federated):
        hosts |= {condition.key.rpartition(":")[0] for condition in part.conditions if "." in condition.key}
    return hosts - {""}


def _trusting(resource: Resource, graph: ResourceGraph) -> tuple[Document, list[tuple[str, Statement]]]:
    """The statements that trust a pipeline service, each with the service's name."""
    document = trust_policy(resource, graph)
    pairs = {(name, part.sid, id(part)): part for part in document.allows for host in _hosts(part, graph)
             if (name := provider(host))}  # fmt: skip
    return document, [(key[0], part) for key, part in pairs.items()]


def _unidentified(document: Document, graph: ResourceGraph) -> list[str]:
    """Why principals may be a pipeline service after all: nothing about them is known, nor do claims name their
    issuer."""
    return [
        name.because
        for part in document.allows
        if not _hosts(part, graph)
        for name in of_kind(part, "Federated")
        if isinstance(name, Unknown) and not name.prefix
    ]


def _claims(part: Statement, names: tuple[str, ...]) -> list[Condition]:
    """The positive conditions on claims of the token. The token always holds its subject, so IfExists does no harm."""
    return [
        c for c in part.conditions if c.operator in _POSITIVE and c.key.endswith(tuple(f":{name}" for name in names))
    ]


def _matching(conditions: list[Condition], pattern: str) -> list[Truth]:
    """For each condition, whether all the values it admits have the form `pattern`."""
    return [all_of(_has_form(value, pattern) for value in condition.values or ("*",)) for condition in conditions]


def _has_form(value: Text, pattern: str) -> Truth:
    if isinstance(value, str) or is_settled(value):
        return re.fullmatch(pattern, sketch(value), re.DOTALL) is not None
    return True if re.fullmatch(pattern, value.prefix, re.DOTALL) and value.prefix.endswith((":", "/")) else value


def _doubt(part: Statement) -> list[Truth]:
    return [unknown(part.doubt)] if part.doubt else []


def _bound(name: str, part: Statement) -> Truth:
    """Whether one repository, project or pipeline is fixed."""
    claims = _claims(part, _CLAIMS[name])
    return any_of(
        [*_matching(_claims(part, ("sub",)), _BOUND[name]), *_matching(claims, r"[^*?]+(?:@.*)?"), *_doubt(part)]
    )


def _fixes_ref(name: str, part: Statement) -> Truth:
    """Whether a branch, tag or deployment environment is fixed too."""
    claims = _claims(part, _BRANCH_CLAIMS)
    pattern = _REF.get(name, ".*")
    return any_of([*_matching(_claims(part, ("sub",)), pattern), *_matching(claims, r"[^*?]+"), *_doubt(part)])


def _fixes_owner(name: str, part: Statement) -> Truth:
    """Whether the repositories of one owner are fixed."""
    claims = _claims(part, ("repository_owner", "repository_owner_id", "enterprise", "enterprise_id"))
    owned = _matching(_claims(part, ("sub", "repository", "job_workflow_ref")), rf"{_OWNER}|{_WORD}/.*")
    return any_of([*owned, *_matching(claims, r"[^*?]+"), _bound(name, part)])


def _checks_audience(part: Statement) -> Truth:
    return any_of([*_matching(_claims(part, ("aud",)), r"[^*?]+"), *_doubt(part)])


def _github_trusted(resource: Resource, graph: ResourceGraph) -> Truth:
    document, pairs = _trusting(resource, graph)
    if any(name == "github" for name, _ in pairs):
        return True
    doubts = _unidentified(document, graph)
    return unknown(doubts) if doubts else with_doubts(document, False)


def _some(resource: Resource, graph: ResourceGraph, judge: Callable[[str, Statement], Truth]) -> Truth:
    document, pairs = _trusting(resource, graph)
    truth = any_of(negate(judge(name, part)) for name, part in pairs if name == "github")
    doubts = _unidentified(document, graph)
    return unknown(doubts) if doubts and truth is False else with_doubts(document, truth)


def _github_unbound(resource: Resource, graph: ResourceGraph) -> Truth:
    return _some(resource, graph, _bound)


def _github_any_owner(resource: Resource, graph: ResourceGraph) -> Truth:
    return _some(resource, graph, _fixes_owner)


def _github_any_ref(resource: Resource, graph: ResourceGraph) -> Truth:
    return _some(resource, graph, _fixes_ref)


def _github_any_audience(resource: Resource, graph: ResourceGraph) -> Truth:
    return _some(resource, graph, lambda _, part: _checks_audience(part))


def _ci_trusted(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document, pairs = _trusting(resource, graph)
    return certain([name for name, _ in pairs], [*document.doubts, *_unidentified(document, graph)])


def _ci_unbound(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document, pairs = _trusting(resource, graph)
    answers = [(name, _bound(name, part)) for name, part in pairs if name not in _OWN_ISSUER]
    doubts = [truth.because for _, truth in answers if isinstance(truth, Unknown)]
    unsure = [*document.doubts, *doubts, *_unidentified(document, graph)]
    return certain([name for name, truth in answers if truth is False], unsure)


def _ci_any_ref(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document, pairs = _trusting(resource, graph)
    answers = [(name, _fixes_ref(name, part)) for name, part in pairs if name in _REF]
    doubts = [truth.because for _, truth in answers if isinstance(truth, Unknown)]
    unsure = [*document.doubts, *doubts, *_unidentified(document, graph)]
    return certain([name for name, truth in answers if truth is False], unsure)


FACTS = (
    Fact(
        name="iam.ci_any_ref",
        types=TYPES,
        compute=_ci_any_ref,
        doc="list of github and gitlab, if they are trusted from any branch: no ref, tag or environment is fixed.",
    ),
    Fact(
        name="iam.ci_trusted",
        types=TYPES,
        compute=_ci_trusted,
        doc="list of pipeline services that may assume the role by OpenID Connect: github, gitlab, buildkite, "
        "circleci, terraform, bitbucket.",
    ),
    Fact(
        name="iam.ci_unbound",
        types=TYPES,
        compute=_ci_unbound,
        doc="list of those whose trust does not fix one repository, project, pipeline or workspace, so strangers "
        "at the same service may assume the role. CircleCI and Bitbucket have an issuer for each "
        "organisation.",
    ),
    Fact(
        name="iam.github_any_audience",
        types=TYPES,
        compute=_github_any_audience,
        doc="bool: GitHub Actions is trusted without a condition on the audience.",
    ),
    Fact(
        name="iam.github_any_owner",
        types=TYPES,
        compute=_github_any_owner,
        doc="bool: GitHub Actions is trusted without fixing so much as the owner of the repository.",
    ),
    Fact(
        name="iam.github_any_ref",
        types=TYPES,
        compute=_github_any_ref,
        doc="bool: GitHub Actions is trusted from any branch: no ref, tag or environment is fixed.",
    ),
    Fact(
        name="iam.github_trusted",
        types=TYPES,
        compute=_github_trusted,
        doc="bool: GitHub Actions may assume the role by OpenID Connect.",
    ),
    Fact(
        name="iam.github_unbound",
        types=TYPES,
        compute=_github_unbound,
        doc="bool: GitHub Actions is trusted without fixing owner and repository, so repositories of strangers "
        "may assume the role.",
    ),
)
