"""Which version of foreign code a configuration takes: of modules and of providers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import certain
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_LOCAL = ("./", "../", ".\\", "..\\")
_GIT = ("git::", "git@", "github.com/", "bitbucket.org/", "gitlab.com/")
_REGISTRY = re.compile(r"(?:[\w.-]+\.[a-z]{2,}(?::\d+)?/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?")
_REF = re.compile(r"[?&]ref=([^&]*)")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# Names that move with every merge. A tag may be named freely, so other names count as tags.
_BRANCHES = {"main", "master", "head", "develop", "dev", "trunk", "latest", "staging", "production"}
_BOUND = re.compile(r"(?:^|,)\s*(?:=|~>|<=?)?\s*v?\d")  # a lower bound (>, >=) or an exclusion (!=) is none


def _source(resource: Resource, graph: ResourceGraph) -> dict[str, Any] | Unknown:  # noqa: ARG001 - the form of a fact
    value = resource.attributes.get("source")
    if isinstance(value, Unknown):
        return value
    text = value if isinstance(value, str) else ""
    found = _REF.search(text)
    ref = found.group(1) if found else ""
    return {"kind": _kind(text), "ref": ref, "moves": _moves(ref), "commit": bool(_COMMIT.fullmatch(ref))}


def _kind(source: str) -> str:
    if not source or source.startswith(_LOCAL):
        return "local"
    path = source.partition("?")[0].partition("://")[2] or source.partition("?")[0]
    if source.startswith(_GIT) or ".git//" in path or path.endswith(".git"):
        return "git"
    return "registry" if _REGISTRY.fullmatch(source) else "archive"


def _moves(ref: str) -> bool:
    return not ref or ref.lower().removeprefix("refs/heads/") in _BRANCHES or ref.startswith("refs/heads/")


def _is_bounded(version: str) -> bool:
    """Whether the constraint excludes versions to come, so that the next major release does not slip in."""
    return _BOUND.search(version) is not None


def _version_is_bounded(resource: Resource, graph: ResourceGraph) -> bool | Unknown:  # noqa: ARG001 - form of a fact
    version = resource.attributes.get("version")
    return version if isinstance(version, Unknown) else isinstance(version, str) and _is_bounded(version)


def _open_providers(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - form of a fact
    required = resource.attributes.get("required_providers")
    if isinstance(required, Unknown):
        return required
    found, doubts = [], []
    for name, version in _versions(required):
        if isinstance(version, Unknown):
            doubts.append(version.because)
        elif not isinstance(version, str) or not _is_bounded(version):
            found.append(name)
    return certain(found, doubts)


def _versions(required: object) -> Iterator[tuple[str, Any]]:
    """Each provider with its constraint; what is built into Terraform has no versions."""
    for name, value in required.items() if isinstance(required, Mapping) else ():
        if isinstance(value, Mapping):
            if value.get("source") != "terraform.io/builtin/terraform":
                yield name, value.get("version")
        else:
            yield name, value


FACTS = (
    Fact(
        name="pins.source",
        types=("terraform_module_call",),
        compute=_source,
        doc="where a module comes from: {kind: local, registry, git or archive; ref: of git; moves: the ref is missing "
        "or a branch; commit: the ref is a full commit hash}.",
    ),
    Fact(
        name="pins.version_is_bounded",
        types=("terraform_module_call",),
        compute=_version_is_bounded,
        doc="bool: the version of a module is exact or has an upper bound.",
    ),
    Fact(
        name="pins.open_providers",
        types=("terraform_settings",),
        compute=_open_providers,
        doc="list of the required providers without a version, or with a lower bound only.",
    ),
)
