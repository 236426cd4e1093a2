"""Audits Terraform for SOC 2: pass, fail or unknown, and why.

    import cloudaudit

    for graph in cloudaudit.load("infra/"):
        for finding in cloudaudit.check(graph):
            print(finding.verdict, finding.rule, finding.address)

The names below load what they need when they are first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudaudit.app import check, load
    from cloudaudit.model import Finding, Resource, Rule, Verdict

__version__ = "0.1.0"

__all__ = ["Finding", "Resource", "Rule", "Verdict", "__version__", "check", "load"]

_HOMES = {
    "Finding": "cloudaudit.model",
    "Resource": "cloudaudit.model",
    "Rule": "cloudaudit.model",
    "Verdict": "cloudaudit.model",
    "check": "cloudaudit.app",
    "load": "cloudaudit.app",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nothing is loaded before it is used

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
