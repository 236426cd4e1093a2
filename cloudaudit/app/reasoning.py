"""Why another tool and we differ about a resource: what our verdict rests on, or why we have none."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cloudaudit.model import Finding, Read, Resource, Rule, Verdict
from cloudaudit.outputs.layout import plural

if TYPE_CHECKING:
    from cloudaudit.app.agreeing import Pair

ABSENT = "there is no instance of the block here: its count or for_each is empty"
_MOST = 3
_LONGEST = 160
_PARAMETER = re.compile(r"parameters\.(\w+)")


def why_differs(pair: "Pair", finding: Finding, resource: Resource) -> str:
    """What our verdict rests on: the cause of an unknown, else values, where they are written, defaults that hold where
    nothing is, and companions elsewhere."""
    whole = f"{pair.told.tool} judged the block as one, not its {pair.instances} instances; " if pair.instances else ""
    return whole + _rests_on(finding, resource)


def _rests_on(finding: Finding, resource: Resource) -> str:
    if finding.verdict is Verdict.UNKNOWN:
        return _clipped("not knowable here: " + "; ".join(finding.unknown_because))
    reads = finding.evidence.reads if finding.evidence else ()
    told = list(dict.fromkeys(text for read in sorted(reads, key=_kind) if (text := _read(read, resource))))
    more = [f"and {plural(len(told) - _MOST, 'value')} more"] if len(told) > _MOST else []
    return "; ".join([*told[:_MOST], *more])


def _kind(read: Read) -> int:
    """The resource's own values come first, then those of companions, then what was worked out."""
    order = ("resource.", "related.", "facts.")
    return next((place for place, start in enumerate(order) if read.path.startswith(start)), len(order))


def _read(read: Read, resource: Resource) -> str:
    start, _, path = read.path.partition(".")
    value = _value(read.value)
    if start == "parameters":
        return ""
    if start == "resource":
        return _own(path, read, value, resource)
    if start == "facts":
        return f"worked out: {path} is {value}"
    name, _, inner = path.partition(".")
    if read.source and read.source != resource.key:
        return f"elsewhere, in {read.source}: " + (f"{inner} is {value}" if inner else f"it is its {name}")
    return f"it has no {name} here" if read.value in ([], None, {}) else f"its {name}: {value}"


def _value(value: Any) -> str:
    """A value as JSON; one that is not known yet, but certainly set, by its cause."""
    if isinstance(value, dict) and value.keys() == {"unknown"}:
        return _clipped(f"set ({value['unknown']})")
    return _clipped(msgspec.json.encode(value, enc_hook=str).decode())


def _own(path: str, read: Read, value: str, resource: Resource) -> str:
    if path.partition(".")[0] not in resource.attributes:
        return f"{path} is not set" + ("" if read.value in (None, [], {}) else f", and the default is {value}")
    place = f" ({read.location.file}:{read.location.line})" if read.location and path in resource.places else ""
    return f"{path} is there{place}" if read.value == {} else f"{path} is {value}{place}"


def why_silent(pair: "Pair", rules: Mapping[str, Rule], applied: Collection[str]) -> str:
    """Why we have no verdict where the tool has one."""
    ours = [rules[name] for name in pair.rules if name in rules]
    if pair.told.accepted is not None:
        return "skipped there, so that nobody knows what it would have said"
    if pair.resource is None:
        return ABSENT if pair.is_absent else "it names no resource"
    fitting = [rule for rule in ours if pair.resource.type in rule.types]
    if not fitting:
        return f"our rule judges {', '.join(dict.fromkeys(each for rule in ours for each in rule.types))}"
    if off := [rule for rule in fitting if rule.id not in applied]:
        names = dict.fromkeys(name for rule in off for name in _PARAMETER.findall(rule.when))
        return f"our rule is switched off by {', '.join(names)}; cloudaudit.toml and profiles set it"
    return _clipped(f"our rule does not apply: it asks {' '.join(' or '.join(_conditions(fitting)).split())}")


def _conditions(rules: Collection[Rule]) -> Iterator[str]:
    return (rule.when for rule in rules)


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
