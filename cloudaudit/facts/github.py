"""What protects the default branch of a GitHub repository, and which secrets for its workflows are written out."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

_CLASSIC = {"github_branch_protection": "pattern", "github_branch_protection_v3": "branch"}
_BRANCHES = ("main", "master")
_ANY = ("*", "~ALL", "~DEFAULT_BRANCH")
_SECRETS = (
    "github_actions_environment_secret",
    "github_actions_organization_secret",
    "github_actions_secret",
    "github_codespaces_organization_secret",
    "github_codespaces_secret",
    "github_dependabot_organization_secret",
    "github_dependabot_secret",
)


def _protected(resource: Resource, graph: ResourceGraph) -> Truth:
    return any_of([*(covers for _, covers in _protections(resource, graph)), *_doubts(resource, graph)])


def _reviewed(resource: Resource, graph: ResourceGraph) -> Truth:
    found = [all_of([covers, _asks_approval(each)]) for each, covers in _protections(resource, graph)]
    return any_of([*found, *_doubts(resource, graph)])


def _protections(resource: Resource, graph: ResourceGraph) -> Iterator[tuple[Resource, Truth]]:
    """Protections and rulesets of the repository, each with whether it covers the default branch and is in force."""
    names = _default_branches(resource, graph)
    for each in _related(resource, graph).found:
        if attribute := _CLASSIC.get(each.type):
            yield each, _matches(each.attributes.get(attribute), names)
        else:
            yield each, _in_force(each, names)
    for each in graph.of_type("github_organization_ruleset"):
        yield each, all_of([_names_repository(each, resource), _in_force(each, names)])


def _related(resource: Resource, graph: ResourceGraph) -> Any:
    types = (*_CLASSIC, "github_repository_ruleset")
    return graph.related(resource, Relation(type=types, by=("repository_id", "repository")))


def _doubts(resource: Resource, graph: ResourceGraph) -> list[Truth]:
    because = _related(resource, graph).because
    return [unknown(because)] if because else []


def _default_branches(resource: Resource, graph: ResourceGraph) -> tuple[str | Unknown, ...]:
    """What the default branch is called, or may be where nothing says so."""
    chosen = graph.related(resource, Relation(type=("github_branch_default",), by=("repository",)))
    stated = [*(each.attributes.get("branch") for each in chosen.found), resource.attributes.get("default_branch")]
    names = tuple(name for name in stated if isinstance(name, str | Unknown))
    return (*names, unknown(chosen.because)) if chosen.because else names or _BRANCHES


def _matches(pattern: object, names: tuple[str | Unknown, ...]) -> Truth:
    if isinstance(pattern, Unknown):
        # "github_branch_default.main.branch" and the like say which branch is meant without telling its name
        about = ("github_branch_default.", ".default_branch")
        return True if any(text in ref for ref in pattern.refs for text in about) else pattern
    if pattern in _ANY:
        return True
    return any_of(name if isinstance(name, Unknown) else fnmatchcase(name, str(pattern or "")) for name in names)


def _in_force(ruleset: Resource, names: tuple[str | Unknown, ...]) -> Truth:
    """Whether a ruleset is active for the default branch."""
    attributes = ruleset.attributes
    full = (name if isinstance(name, Unknown) else f"refs/heads/{name}" for name in names)
    return all_of(
        [
            _is(attributes.get("enforcement"), "active"),
            _is(attributes.get("target"), "branch"),
            any_of(_includes(attributes, "ref_name", (*names, *full))),
        ]
    )


def _names_repository(ruleset: Resource, repository: Resource) -> Truth:
    name = repository.attributes.get("name")
    return any_of(_includes(ruleset.attributes, "repository_name", (name,) if isinstance(name, str | Unknown) else ()))


def _includes(attributes: Mapping[str, Any], kind: str, names: tuple[str | Unknown, ...]) -> Iterator[Truth]:
    """For each condition whether it includes one of the names and excludes none."""
    conditions = blocks(attributes, "conditions")
    yield from (unknown([text]) for text in conditions.because)
    for condition in conditions.items:
        found = blocks(condition, kind)
        yield from (unknown([text]) for text in found.because)
        for block in found.items:
            included, excluded = (_any_matches(block.get(name), names) for name in ("include", "exclude"))
            yield all_of([included, negate(excluded)])


def _any_matches(patterns: object, names: tuple[str | Unknown, ...]) -> Truth:
    members = patterns if isinstance(patterns, list) else [patterns]
    return any_of(_matches(member, names) for member in members if member is not None)


def _is(value: object, wanted: str) -> Truth:
    return value if isinstance(value, Unknown) else value == wanted


def _asks_approval(protection: Resource) -> Truth:
    if protection.type in _CLASSIC:
        return _counts(protection.attributes, "required_pull_request_reviews")
    rules = blocks(protection.attributes, "rules")
    counts = [_counts(each, "pull_request") for each in rules.items]
    return any_of([*counts, *(unknown([text]) for text in rules.because)])


def _counts(attributes: Mapping[str, Any], name: str) -> Truth:
    found = blocks(attributes, name)
    counts = [block.get("required_approving_review_count") for block in found.items]
    truths: list[Truth] = [
        count if isinstance(count, Unknown) else isinstance(count, int) and count > 0 for count in counts
    ]
    return any_of([*truths, *(unknown([text]) for text in found.because)])


def _secret_is_written(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    value = resource.attributes.get("plaintext_value")
    if isinstance(value, Unknown):
        given = bool(value.refs) or value.because.endswith("has no value")
        return False if given else value
    if value and resource.origin is not Origin.SOURCE:
        return Unknown(because="plaintext_value has a value, but only source shows where it comes from")
    return bool(value)


FACTS = (
    Fact(
        name="github.default_branch_protected",
        types=("github_repository",),
        compute=_protected,
        doc="bool: a branch protection or an active ruleset, also of the organisation, covers the default branch.",
    ),
    Fact(
        name="github.default_branch_reviewed",
        types=("github_repository",),
        compute=_reviewed,
        doc="bool: what covers the default branch asks for an approving review.",
    ),
    Fact(
        name="github.secret_is_written",
        types=_SECRETS,
        compute=_secret_is_written,
        doc="bool: plaintext_value is written out, not taken from a resource or a variable. Unknown in plans and "
        "states.",
    ),
)
