"""What makes a well-formed rule a sound one: its names exist, its relations agree, its examples cover the verdicts."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from cloudaudit.engine.attributes import attribute_fault, kind_of, type_fault
from cloudaudit.engine.cel import Program
from cloudaudit.engine.messages import OWN, PLACEHOLDER, listing
from cloudaudit.engine.parameters import PARAMETERS
from cloudaudit.engine.profiles import PROFILES
from cloudaudit.engine.reads import OF_CHANGES, OF_RESOURCES
from cloudaudit.engine.strictyaml import Document, Path
from cloudaudit.facts import find
from cloudaudit.model import Relation, Rule, Theme

SCOPES = {"resource": OF_RESOURCES, "change": OF_CHANGES}
STAGES = ("preview", "stable", "withdrawn")
EFFECTS = ("in-place", "replace", "manual")
VERDICTS = ("pass", "fail", "unknown")
EXPECTATIONS = (*VERDICTS, "none")

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")

_Faults = Iterator[tuple[Path, str]]


class Draft:
    """A rule on its way into a rule set: where it stands, and its conditions as far as they compile."""

    programs: dict[str, Program]

    def __init__(self, rule: Rule, file: str, document: Document, path: Path) -> None:
        self.rule = rule
        self.id = rule.id
        self.file = file
        self.programs = {}
        self._document = document
        self._path = path

    def line(self, where: Path) -> int:
        """The line of a key of the rule."""
        return self._document.line((*self._path, *where))


def faults_of(draft: Draft, criteria: Collection[str] | None) -> _Faults:
    """What is wrong with one rule: the path of the key, and a sentence."""
    rule = draft.rule
    for fault in (type_fault(type_) for type_ in rule.types):
        if fault:
            yield ("resource",), fault
    yield from _words(rule)
    yield from _messages(draft)
    yield from _weight(rule)
    yield from _scope(draft)
    yield from _criteria(rule, criteria)
    yield from _relations(draft)
    yield from _reads(draft)
    yield from _fix(rule)
    yield from _examples(rule)


def check_together(drafts: Iterable[Draft]) -> list[tuple[str, int, str]]:
    """What is wrong between rules: file, line and a sentence."""
    found: list[tuple[str, int, str]] = []
    ids: dict[str, str] = {}
    last: dict[str, str] = {}
    relations: dict[tuple[str, str, str], tuple[str, Relation]] = {}
    for draft in drafts:
        line = draft.line(("id",))
        for id_ in (draft.id, *draft.rule.formerly):
            if id_ in ids:
                found.append((draft.file, line, f"{id_}: the id is taken at {ids[id_]}"))
            ids.setdefault(id_, f"{draft.file}:{line}")
        if draft.id < last.get(draft.file, ""):
            found.append((draft.file, line, f"{draft.id}: rules are ordered by id: move it before {last[draft.file]}"))
        last[draft.file] = draft.id
        found += [(draft.file, draft.line(where), f"{draft.id}: {text}") for where, text in _clashes(draft, relations)]
    return found


def _clashes(draft: Draft, relations: dict[tuple[str, str, str], tuple[str, Relation]]) -> _Faults:
    """One view of a resource serves all its rules, so a relation's name must mean the same to all of them."""
    for type_ in draft.rule.types:
        for name, relation in draft.rule.related.items():
            other, known = relations.setdefault((draft.rule.scope, type_, name), (draft.id, relation))
            if known != relation:
                text = f"{other} defines the relation {name} of {type_} otherwise: agree, or choose another name"
                yield ("related", name), text


def _words(rule: Rule) -> _Faults:
    if not _KEBAB.fullmatch(rule.id):
        yield ("id",), "an id is lower case words and digits joined by dashes: service-thing-requirement"
    for name in ("title", "message", "why"):
        if not getattr(rule, name).strip():
            yield (name,), f"{name} is empty"
    if rule.stage not in STAGES:
        yield ("stage",), f"stage is one of {', '.join(STAGES)}, not {rule.stage}"
    if rule.theme is Theme.UNMAPPED:
        yield ("theme",), "unmapped is the theme of other scanners' checks that have none; a rule has one"
    if rule.at:
        yield from _missing_everywhere(("at",), rule.types, rule.at)


def _messages(draft: Draft) -> _Faults:
    rule = draft.rule
    fact = listing(draft.programs["require"]) if "require" in draft.programs else None
    known = (*OWN, *(fact.members if fact else ()))
    for place, text in (("message", rule.message), ("eased", rule.eased.message if rule.eased else "")):
        for placeholder in PLACEHOLDER.findall(text):
            if placeholder not in known:
                *most, last = (f"{{{name}}}" for name in known)
                yield (place,), f"message may hold {', '.join(most)} and {last}, not {{{placeholder}}}"


def _weight(rule: Rule) -> _Faults:
    if rule.eased and rule.eased.severity.weight >= rule.severity.weight:
        yield ("eased", "severity"), f"eased to {rule.eased.severity}, which is no less than {rule.severity}"
    if rule.profile not in PROFILES:
        yield ("profile",), f"profile is one of {', '.join(PROFILES)}, not {rule.profile}"


def _scope(draft: Draft) -> _Faults:
    rule = draft.rule
    if rule.scope not in SCOPES:
        yield ("scope",), f"scope is one of {', '.join(SCOPES)}, not {rule.scope}"
        return
    allowed = SCOPES[rule.scope]
    for key, program in draft.programs.items():
        roots = {path.partition(".")[0] for path in program.reads}
        for root in sorted(roots - allowed):
            yield (key,), f"{key}: a rule of scope {rule.scope} reads {', '.join(sorted(allowed))}, not {root}"


def _criteria(rule: Rule, known: Collection[str] | None) -> _Faults:
    if not rule.criteria:
        yield ("criteria",), "a rule maps to one criterion at least"
    for number, id_ in enumerate(rule.criteria):
        if known is not None and id_ not in known:
            yield ("criteria", number), f"there is no criterion {id_}"
        if id_ in rule.criteria[:number]:
            yield ("criteria", number), f"criterion {id_} stands here twice"


def _relations(draft: Draft) -> _Faults:
    rule = draft.rule
    read = {path.split(".")[1] for program in draft.programs.values() for path in program.reads if _is_related(path)}
    read |= {relation.of for relation in rule.related.values() if relation.of}
    for name, relation in rule.related.items():
        where = ("related", name)
        for fault in (type_fault(type_) for type_ in relation.types):
            if fault:
                yield where, fault
        if not name.isidentifier():
            yield where, f"{name} is no name: letters, digits and underscores"
        if name not in read and len(draft.programs) == 1 + (rule.when.strip() != "true") + (rule.eased is not None):
            yield where, f"the relation {name} is never read"
        if relation.by and relation.via:
            yield where, "a relation has `by` (they refer to us) or `via` (we refer to them), not both"
        if relation.of is not None and not _starts(rule, name):
            yield where, f"`of: {relation.of}` must name another relation of this rule, without a circle"
            continue
        start = rule.related[relation.of].types if relation.of else rule.types
        for attribute in _tuple(relation.by):
            yield from _missing_everywhere(where, relation.types, attribute)
        for attribute in _tuple(relation.via):
            yield from _missing_everywhere(where, start, attribute)


def _starts(rule: Rule, name: str) -> bool:
    """Whether the chain of `of` from this relation ends at the judged resource."""
    seen: set[str] = set()
    while (of := rule.related[name].of) is not None:
        if of in seen or of not in rule.related:
            return False
        seen.add(of)
        name = of
    return True


def _reads(draft: Draft) -> _Faults:
    for key, program in draft.programs.items():
        for path in program.reads:
            root, _, rest = path.partition(".")
            for fault in _READERS[root](draft.rule, rest):
                yield (key,), f"{key}: {fault}"
        for path, kind in program.compared:
            yield from (((key,), f"{key}: {fault}") for fault in _misfits(draft.rule, path, kind))


def _misfits(rule: Rule, path: str, literal: str) -> Iterator[str]:
    """An attribute compared with what it can never be: a number with text is always unequal, without an error."""
    root, _, rest = path.partition(".")
    types: tuple[str, ...] = rule.types if root in ("resource", "before", "after") else ()
    if root == "related":
        name, _, rest = rest.partition(".")
        types = rule.related[name].types if name in rule.related and not rest.startswith("facts.") else ()
    kinds = {kind_of(type_, rest) for type_ in types} - {None}
    if kinds and literal not in kinds:
        yield f"{path} is a {' or '.join(sorted(map(str, kinds)))} and is compared with a {literal}"


def _read_resource(rule: Rule, path: str) -> Iterator[str]:
    yield from {fault: None for type_ in rule.types if (fault := attribute_fault(type_, path))}


def _read_side(rule: Rule, path: str) -> Iterator[str]:
    if path.startswith("facts."):
        yield from _read_fact(rule.types, path.removeprefix("facts."))
    else:
        yield from _read_resource(rule, path)


def _read_related(rule: Rule, path: str) -> Iterator[str]:
    name, _, attribute = path.partition(".")
    if name not in rule.related:
        yield f"there is no relation {name}: define it under `related`"
    elif attribute.startswith("facts."):
        yield from _read_fact(rule.related[name].types, attribute.removeprefix("facts."))
    elif attribute:
        yield from (text for _, text in _missing_everywhere((), rule.related[name].types, attribute))


def _read_facts(rule: Rule, path: str) -> Iterator[str]:
    yield from _read_fact(rule.types, path)


def _read_fact(types: tuple[str, ...], path: str) -> Iterator[str]:
    fact = find(path)
    if fact is None:
        yield f"there is no fact {path}"
    elif fact.types is not None and not set(types) <= set(fact.types):
        yield f"the fact {fact.name} is not defined for {', '.join(sorted(set(types) - set(fact.types)))}"


def _read_parameters(_: Rule, path: str) -> Iterator[str]:
    if path not in PARAMETERS:
        yield f"there is no parameter {path}; there are {', '.join(PARAMETERS)}"


_READERS: dict[str, Callable[[Rule, str], Iterator[str]]] = {
    "resource": _read_resource,
    "related": _read_related,
    "facts": _read_facts,
    "parameters": _read_parameters,
    "before": _read_side,
    "after": _read_side,
    "actions": lambda _rule, _path: iter(()),
}


def _fix(rule: Rule) -> _Faults:
    fix = rule.fix
    if fix.effect not in EFFECTS:
        yield ("fix", "effect"), f"effect is one of {', '.join(EFFECTS)}, not {fix.effect}"
    if not (fix.set or fix.add or fix.steps):
        yield ("fix",), "a fix says what to `set`, what to `add`, or the `steps` to take"
    for path in fix.set:
        yield from _missing_everywhere(("fix", "set", path), rule.types, path)


def _examples(rule: Rule) -> _Faults:
    expected = {name.partition("-")[0] for name in rule.examples}
    # what a change does is always known, so a rule about changes may never be unknown
    needed = VERDICTS if rule.scope == "resource" else ("pass", "fail")
    for verdict in needed:
        if verdict not in expected:
            yield ("examples",), f"an example that is `{verdict}` is missing"
    for name in rule.examples:
        if name.partition("-")[0] not in EXPECTATIONS:
            text = f"the name of an example starts with what is expected: {', '.join(EXPECTATIONS)}"
            yield ("examples", name), text
    if rule.scope == "resource" and not any("omitted" in name or "default" in name for name in rule.examples):
        text = "an example with the attribute left out is missing: name it pass-default or fail-omitted"
        yield ("examples",), text


def _missing_everywhere(where: Path, types: tuple[str, ...], attribute: str) -> _Faults:
    """A fault if none of the types has the attribute."""
    faults = [attribute_fault(type_, attribute) for type_ in types]
    if faults and all(faults):
        yield where, str(faults[0])


def _is_related(path: str) -> bool:
    return path.startswith("related.")


def _tuple(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()
