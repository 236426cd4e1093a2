"""The examples inside rule files, run: each is a small configuration with the verdict that the rule must give."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cloudaudit.engine.check import check
from cloudaudit.engine.parameters import parameters
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.errors import CloudauditError, RuleError
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record, Rule

Load = Callable[[str, bool], ResourceGraph]
"""Reads Terraform text; the flag promises that it is a whole account."""

NONE = "none"
"""Expected where the rule does not apply."""

_DIRECTIVE = re.compile(r"^# (expect|parameters|scope): *(.*?)(?: {2,}.*)?$", re.MULTILINE)  # two spaces: a remark


class Outcome(Record, frozen=True):
    """What became of one example. `got` holds a verdict per address; `why` is empty when all is as expected."""

    rule: str
    example: str
    expected: str
    got: dict[str, str] = {}
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether the rule did what its example says."""
        return not self.why


def run(rules: RuleSet, load: Load, ids: Iterable[str] | None = None) -> Iterator[Outcome]:
    """The outcome of every example of the rules, or of those named."""
    for id_ in rules.rules if ids is None else ids:
        for name in rules.rules[id_].examples:
            yield run_one(rules, id_, name, load)


def run_one(rules: RuleSet, id_: str, name: str, load: Load) -> Outcome:
    """The outcome of one example. Errors in it, and in the rule, are part of the outcome."""
    rule = rules.rules[id_]
    text = rule.examples[name]
    expected = name.partition("-")[0]
    try:
        wanted, values, complete = directives(text)
        graph = load(text, complete)
        if rule.stage == "withdrawn":
            return Outcome(rule=id_, example=name, expected=expected)
        got = {finding.address: str(finding.verdict) for finding in check(rules.only([id_]), graph, values)}
    except CloudauditError as error:
        return Outcome(rule=id_, example=name, expected=expected, why=str(error))
    gaps = "; ".join(f"{gap.what}: {gap.why}" for gap in graph.gaps if not _is_called(gap.what, rule))
    why = _compare(rule, expected, wanted, got, graph) + (f" ({gaps})" if gaps else "")
    return Outcome(rule=id_, example=name, expected=expected, got=got, why=why)


def _is_called(what: str, rule: Rule) -> bool:
    """Whether it is a module that a rule on module calls is about: an example cannot hold the module itself."""
    return what.startswith("module.") and "terraform_module_call" in rule.types


def _compare(rule: Rule, expected: str, wanted: dict[str, str], got: dict[str, str], graph: ResourceGraph) -> str:
    """What is not as expected, as a sentence; empty when all is."""
    absent = sorted(wanted.keys() - {resource.address for resource in graph})
    if absent:
        return f"expects a verdict on {', '.join(absent)}, which the example does not have"
    if not got and expected != NONE and not any(verdict != NONE for verdict in wanted.values()):
        return f"the rule judges nothing here: it wants {' or '.join(rule.types)} to which `when` applies"
    addresses = got.keys() | wanted.keys()
    wrong = {
        address: (verdict, should)
        for address in sorted(addresses)
        if (verdict := got.get(address, NONE)) != (should := wanted.get(address, expected))
    }
    return "; ".join(f"{address} is {verdict}, not {should}" for address, (verdict, should) in wrong.items())


def directives(text: str) -> tuple[dict[str, str], dict[str, Any], bool]:
    """Verdicts by address, parameters, and whether the example is a whole account."""
    wanted: dict[str, str] = {}
    overrides: dict[str, Any] = {}
    complete = False
    for kind, value in _DIRECTIVE.findall(text):
        name, sign, setting = value.rpartition("=")
        if kind == "scope":
            complete = value == "complete"
        elif not sign:
            message = f"`# {kind}: {value}`: NAME=VALUE expected"
            raise RuleError(message)
        elif kind == "expect":
            wanted[name] = setting
        else:
            overrides[name] = _plain(setting)
    return wanted, parameters(overrides), complete


def _plain(text: str) -> Any:
    if text.startswith("["):
        return [_plain(member.strip().strip('"')) for member in text.strip("[]").split(",") if member.strip()]
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d+", text) else text
