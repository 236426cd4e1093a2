"""The examples inside rule files, run: each is a small configuration with the verdict that the rule must give."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cloudaudit.engine.check import check
from cloudaudit.engine.parameters import parameters
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.errors import CloudauditError, RuleError
from cloudaudit.facts.environment.places import placed
from cloudaudit.graph import Changing, ResourceGraph, difference
from cloudaudit.model import Record, Rule

Load = Callable[[str, bool], ResourceGraph]
"""Reads Terraform text; the flag promises that it is a whole account."""

NONE = "none"
"""Expected where the rule does not apply."""

_DIRECTIVE = re.compile(r"^# (expect|parameters|scope): *(.*?)(?: {2,}.*)?$", re.MULTILINE)  # two spaces: a remark


_FILE = re.compile(r"^# file: *([\w.-]+)\n((?:#(?! file:).*\n?)*)", re.MULTILINE)


_ENVIRONMENTS = re.compile(r"^# environments: *(\S+)=([\w-]+)$", re.MULTILINE)
_AFTER = re.compile(r"^# after\n?", re.MULTILINE)
_ACTIONS = re.compile(r"^# actions: *(.+)=([\w+-]+)$", re.MULTILINE)


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
        wanted, values, _ = directives(text)
        graph = read(rule, text, load)
        if rule.stage == "withdrawn":
            return Outcome(rule=id_, example=name, expected=expected)
        got = {finding.address: str(finding.verdict) for finding in check(rules.only([id_]), graph, values)}
    except CloudauditError as error:
        return Outcome(rule=id_, example=name, expected=expected, why=str(error))
    gaps = "; ".join(f"{gap.what}: {gap.why}" for gap in graph.gaps if not _is_called(gap.what, rule))
    why = _compare(rule, expected, wanted, got, graph) + (f" ({gaps})" if gaps else "")
    return Outcome(rule=id_, example=name, expected=expected, got=got, why=why)


def read(rule: Rule, text: str, load: Load) -> ResourceGraph:
    """The graph of an example; of one about a change beside what was before."""
    _, _, complete = directives(text)
    graph = changed(text, complete, load) if rule.scope == "change" else load(text, complete)
    graph.environment.update(placed(dict(_ENVIRONMENTS.findall(text))))
    return graph


def changed(text: str, complete: bool, load: Load) -> ResourceGraph:
    """The graph of what stands after a line `# after` in an example, beside that of what stands before it."""
    sides = _AFTER.split(text)
    if len(sides) != 2:
        message = "an example about a change has one line `# after` between what was and what will be"
        raise RuleError(message)
    found = [load(side, complete) if side.strip() else None for side in sides]
    some = found[0] or found[1]
    if some is None:
        raise RuleError("the example holds no resource")
    before, after = (graph or _empty(some) for graph in found)
    made = difference(before, after)
    said = {name: tuple(actions.split("+")) for name, actions in _ACTIONS.findall(text)}
    changing = Changing(before=before, actions={**made.actions, **said})
    after.changing = lambda: changing
    return after


def _empty(like: ResourceGraph) -> ResourceGraph:
    return ResourceGraph((), target=like.target, root=like.root, origin=like.origin, complete=like.complete)


def _is_called(what: str, rule: Rule) -> bool:
    """Whether it is a module that a rule on module calls is about: an example cannot hold the module itself."""
    return what.startswith("module.") and not {"terraform_module_call", "terraform_written"}.isdisjoint(rule.types)


def _compare(rule: Rule, expected: str, wanted: dict[str, str], got: dict[str, str], graph: ResourceGraph) -> str:
    """What is not as expected, as a sentence; empty when all is."""
    then = graph.changing().before if graph.changing else ()
    absent = sorted(wanted.keys() - {resource.address for resource in (*graph, *then)})
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


def files(text: str) -> dict[str, str]:
    """The files of an example: the whole as main.tf, and what stands in comments after `# file: NAME`."""
    found = {"main.tf": text}
    for name, lines in _FILE.findall(text):
        found[name] = "".join(f"{line.removeprefix('#').removeprefix(' ')}\n" for line in lines.splitlines())
    return found


def _plain(text: str) -> Any:
    if text.startswith("["):
        return [_plain(member.strip()) for member in text.strip("[]").split(",") if member.strip()]
    if text.startswith('"'):
        return text.strip('"')
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d+", text) else text
