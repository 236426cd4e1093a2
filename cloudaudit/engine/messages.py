"""What a finding says: in the words of its rule, with a sentence for each thing that the rule fails on."""

import re
from collections.abc import Iterable
from typing import Any

from cloudaudit.engine.cel import FAIL, Program, activate, judge
from cloudaudit.engine.ruleset import Compiled
from cloudaudit.engine.view import View
from cloudaudit.errors import RuleError
from cloudaudit.facts import Fact, find
from cloudaudit.model import Location, Resource, Verdict

OWN = ("name", "type")
"""What every message may name: the address and the type of the resource."""

PLACEHOLDER = re.compile(r"\{(.*?)\}")
_SENTENCES = 3


def listing(require: Program) -> Fact | None:
    """The fact whose members a message may name: the condition reads it, and it lists objects."""
    facts = (find(path.removeprefix("facts.")) for path in require.reads if path.startswith("facts."))
    return next((fact for fact in facts if fact and fact.members), None)


def witnesses(compiled: Compiled, view: View) -> list[dict[str, Any]]:
    """The members of the listing on which the rule fails by themselves; none where it reads no listing."""
    fact = listing(compiled.require)
    if fact is None:
        return []
    *parents, name = ("facts", *fact.name.split("."))
    level: Any = view.variables
    for parent in parents:
        level = level.get(parent, {})
    return [member for member in level.get(name) or () if _fails(compiled, view, (*parents, name), member)]


def _fails(compiled: Compiled, view: View, path: tuple[str, ...], member: dict[str, Any]) -> bool:
    try:
        return judge(compiled.require, activate(_with(view.variables, path, [member]))) is FAIL
    except RuleError:
        return False


def _with(variables: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The same with another value at the path."""
    name, *rest = path
    return {**variables, name: _with(variables[name], tuple(rest), value) if rest else value}


def message_of(compiled: Compiled, view: View, verdict: Verdict, *, eased: bool = False) -> str:
    """What is wrong, in the words of the rule; else its statement, or that it is not known."""
    rule = compiled.rule
    if verdict is not Verdict.FAIL:
        return rule.title if verdict is Verdict.PASS else f"Not known: {rule.title}"
    text = ((rule.eased.message if eased and rule.eased else "") or rule.message).strip()
    text = text.replace("{name}", view.resource.address).replace("{type}", view.resource.type)
    if not PLACEHOLDER.search(text):
        return text
    said = dict.fromkeys(_fill(text, member) for member in witnesses(compiled, view))
    return _several(said) or f"Not so for {view.resource.address}: {rule.title}."


def _fill(text: str, member: dict[str, Any]) -> str:
    return PLACEHOLDER.sub(lambda found: str(member.get(found[1], "something")), text)


def _several(sentences: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = list(sentences)
    more = [f"And {len(found) - _SENTENCES} more."] if len(found) > _SENTENCES else []
    return " ".join([*found[:_SENTENCES], *more])


def place_of(compiled: Compiled, view: View, verdict: Verdict) -> Location | None:
    """Where the finding points: to the rule's attribute, else to the one that leads to what it fails on."""
    rule, resource = compiled.rule, view.resource
    if rule.at or verdict is not Verdict.FAIL or not resource.places:
        return resource.locate(rule.at)
    attributes = (member.get("attribute") for member in witnesses(compiled, view))
    path = next((found for each in attributes if isinstance(each, str) and (found := _written(each, resource))), "")
    return resource.locate(path)


def _written(attribute: str, resource: Resource) -> str:
    """The path at which the attribute is written, with the positions of blocks in it; empty if it is nowhere."""
    for path in resource.places:
        if ".".join(part for part in path.split(".") if not part.isdigit()) == attribute:
            return path
    return ""
