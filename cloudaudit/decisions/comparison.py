"""What a change did: each finding after it beside those before, by fingerprint.

A failure is the change's doing only where the change touched the resource, what it refers to, or what the verdict rests
on: plans and states do not show everything alike, and such a difference is nobody's doing. A resource that only got
another address (a moved module, a renamed key of for_each) brings its failures along.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cloudaudit.graph import Changing, ResourceGraph, strip_keys
from cloudaudit.model import Change, Finding, Resource, Verdict, unknown_paths

_ASSIGNED = frozenset({"id", "arn", "tags_all"})


def compare(
    found: Sequence[Finding], earlier: Iterable[Finding], graph: ResourceGraph, changing: Changing
) -> tuple[list[Finding], list[Finding]]:
    """The findings with what the change did to each, and the failures from before that are none any more."""
    before = {(one.rule, changing.moved.get(one.resource, one.resource)): one for one in earlier}
    wanting = {key: one for key, one in before.items() if one.verdict is not Verdict.PASS}
    now = {key: one.verdict for one in found if (key := (one.rule, one.resource)) in wanting} if wanting else {}
    leaving = [one for key, one in wanting.items() if key not in now]
    removals = Removals(leaving, changing.before, graph)
    reach = Reach(graph, changing)
    answers = []
    for one in found:
        is_plain = one.verdict is Verdict.PASS and not wanting  # most are: nothing was there to be mended
        change = None if is_plain else _change(one, before.get((one.rule, one.resource)), reach, removals)
        answers.append(one if change is None else msgspec.structs.replace(one, change=change))
    passed = (one for key, one in wanting.items() if now.get(key) is Verdict.PASS)
    gone = (one for one in (*passed, *removals.left) if one.verdict is Verdict.FAIL)
    fixed = [msgspec.structs.replace(one, change=Change.FIXED) for one in gone]
    return answers, sorted(fixed, key=lambda one: (one.resource, one.rule))


def _change(after: Finding, before: Finding | None, reach: "Reach", removals: "Removals") -> Change | None:
    """What the change did to a finding; None for what passes and did before."""
    was = before.verdict if before else None
    if after.verdict is Verdict.PASS:
        return Change.FIXED if was is Verdict.FAIL else None
    if not reach.touches(after, before) or (was is None and removals.take(after)):
        return Change.EXISTING
    if after.verdict is Verdict.FAIL and before is not None and was is Verdict.FAIL:
        return Change.WORSENED if _is_worse(after, before) else Change.EXISTING
    if after.verdict is Verdict.UNKNOWN and was in (Verdict.UNKNOWN, Verdict.FAIL):
        return Change.EXISTING
    return Change.INTRODUCED


def _is_worse(after: Finding, before: Finding) -> bool:
    """Whether it weighs more, or more is wrong: a fact lists what it did not list before."""
    if after.severity.weight > before.severity.weight:
        return True
    listed = _listed(before)
    return any(set(members) - set(listed.get(path, members)) for path, members in _listed(after).items())


def _listed(finding: Finding) -> dict[str, list[str]]:
    """What facts about the resource list, by path, as text."""
    reads = finding.evidence.reads if finding.evidence else ()
    return {
        read.path: [_text(member) for member in read.value]
        for read in reads
        if read.path.startswith("facts.") and isinstance(read.value, list)
    }


def _text(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str, order="deterministic").decode()


class Reach:
    """What a change touches: resources, and what refers to them or is referred to, then and now."""

    def __init__(self, graph: ResourceGraph, changing: Changing) -> None:
        self._touched = changing.actions.keys()
        self._near: Mapping[str, set[str]] = self._neighbours(graph, changing)

    def _neighbours(self, graph: ResourceGraph, changing: Changing) -> dict[str, set[str]]:
        near: dict[str, set[str]] = defaultdict(set)
        for key in self._touched:
            for other in graph.neighbours(key):
                near[other].add(key)
            for other in changing.before.neighbours(key):
                near[changing.moved.get(other, other)].add(key)
        return near

    def touches(self, after: Finding, before: Finding | None) -> bool:
        """Whether the finding can be the change's doing."""
        if self._is_touched(after.resource) or after.resource in self._near:
            return True
        return any(self._is_touched(source) for one in (after, before) for source in _sources(one))

    def _is_touched(self, key: str) -> bool:
        # what is written inline in a resource has the resource's key with a suffix
        return key in self._touched or key.partition("/")[0] in self._touched


def _sources(finding: Finding | None) -> Iterator[str]:
    reads = finding.evidence.reads if finding and finding.evidence else ()
    return (read.source for read in reads if read.source)


class Removals:
    """Failures and unknowns that went away with their resource. What comes back at another address was there before."""

    def __init__(self, leaving: Iterable[Finding], then: ResourceGraph, now: ResourceGraph) -> None:
        self._by_rule: dict[str, list[Finding]] = defaultdict(list)
        for one in leaving:
            self._by_rule[one.rule].append(one)
        self._then = then
        self._now = now

    @property
    def left(self) -> Iterator[Finding]:
        """Those that have not come back so far."""
        return (one for some in self._by_rule.values() for one in some)

    def take(self, arriving: Finding) -> bool:
        """Whether the finding came along from another address; each can do so once."""
        candidates = self._by_rule.get(arriving.rule, [])
        for place, one in enumerate(candidates):
            if (one.verdict is Verdict.FAIL or arriving.verdict is Verdict.UNKNOWN) and self._is_same(one, arriving):
                del candidates[place]
                return True
        return False

    def _is_same(self, leaving: Finding, arriving: Finding) -> bool:
        """The same block under another instance key, or the same thing of that name in another module."""
        old, new = strip_keys(leaving.resource), strip_keys(arriving.resource)
        if old == new:
            return True
        then, now = self._then.get(leaving.resource), self._now.get(arriving.resource)
        if then is None or now is None or then.type != now.type:
            return False
        same_name = old.rsplit(".", 2)[-2:] == new.rsplit(".", 2)[-2:]
        return _alike(then, now, object if same_name else str)


def _alike(then: Resource, now: Resource, kind: type) -> bool:
    """Whether all that is known of both, and set in both, is the same, a value of the kind among it."""
    shared = [
        (value, now.attributes[name])
        for name, value in then.attributes.items()
        if name not in _ASSIGNED and value and now.attributes.get(name)
    ]
    known = [(old, new) for old, new in shared if not (_has_unknown(old) or _has_unknown(new))]
    return any(isinstance(old, kind) for old, _ in known) and all(_is_same(old, new) for old, new in known)


def _is_same(old: Any, new: Any) -> bool:
    """Equal, or two writings of one JSON document: AWS answers policies in a form of its own."""
    if old == new:
        return True
    try:
        return isinstance(old, str) and old[:1] in ("{", "[") and bool(json.loads(old) == json.loads(new))
    except (ValueError, TypeError, RecursionError):
        return False


def _has_unknown(value: Any) -> bool:
    return any(True for _ in unknown_paths(value))
