"""After how many days the lifecycle rules of a bucket delete what lies under a path."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record, Relation, Resource, Unknown

# An end of what is stored: {"days", "applies", "by"}. `days` and `applies` may be unknown.
End = dict[str, Any]

LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
_CONFIGURATION = Relation(type=LIFECYCLE, by="bucket")


class Path(Record, frozen=True):
    """Where objects lie: keys begin with `start`, in which a segment `*` stands for any name. `rest` is why more of
    their beginning is not known, `doubt` why nothing may lie there at all."""

    start: str = ""
    rest: Unknown | None = None
    doubt: Unknown | None = None


EVERYWHERE = (Path(),)


def ends(bucket: Resource, graph: ResourceGraph, paths: Iterable[Path] = EVERYWHERE) -> list[End]:
    """The expirations that reach objects under one of the paths. Moving objects to another storage class ends nothing,
    and rules for tagged objects do not reach logs, which services write without tags."""
    related = graph.related(bucket, _CONFIGURATION)
    wanted = tuple(paths)
    found = [end for configuration in related.found for end in ends_by(configuration, wanted)]
    return [*found, *(maybe_ends(text, bucket.address) for text in related.because)]


def ends_by(configuration: Resource, paths: Iterable[Path]) -> list[End]:
    """The expirations of one lifecycle configuration that reach objects under one of the paths."""
    return [*_of_configuration(configuration, tuple(paths))]


def maybe_ends(because: str, by: str) -> End:
    """An end of which nothing is known, not even whether there is one."""
    hidden = Unknown(because=because)
    return {"days": hidden, "applies": hidden, "by": by}


def _of_configuration(configuration: Resource, paths: tuple[Path, ...]) -> Iterator[End]:
    rules = blocks(configuration.attributes, "rule")
    yield from (maybe_ends(text, configuration.address) for text in rules.because)
    for rule in rules.items:
        applies = all_of([_is(rule.get("status"), "Enabled"), _reaches(rule, paths)])
        if applies is not False:
            for days in _days(rule):
                yield {"days": days, "applies": applies, "by": configuration.address}


def _is(value: object, wanted: str) -> Truth:
    return value if isinstance(value, Unknown) else value == wanted


def _days(rule: Mapping[str, Any]) -> Iterator[int | Unknown]:
    """After how many days current versions go. Older versions are no log that somebody reads."""
    expirations = blocks(rule, "expiration")
    yield from (unknown([text]) for text in expirations.because)
    for expiration in expirations.items:
        days, date = expiration.get("days"), expiration.get("date")
        if isinstance(days, Unknown) or days:
            yield days
        if isinstance(date, Unknown) or date:
            yield date if isinstance(date, Unknown) else unknown([f"everything older expires on {date}"])


def _reaches(rule: Mapping[str, Any], paths: tuple[Path, ...]) -> Truth:
    filters = blocks(rule, "filter")
    doubts: list[Truth] = [unknown([text]) for text in filters.because]
    tagged = any_of(truth for each in filters.items for truth in _tagged(each))
    prefixes = [rule.get("prefix"), *(prefix for each in filters.items for prefix in _prefixes(each))]
    stated = [prefix for prefix in prefixes if prefix not in (None, "")]
    return all_of([negate(tagged), *doubts, *(any_of(_overlap(prefix, path) for path in paths) for prefix in stated)])


def _tagged(selection: Mapping[str, Any]) -> Iterator[Truth]:
    tags = blocks(selection, "tag")
    yield bool(tags.items)
    yield from (unknown([text]) for text in tags.because)
    several = blocks(selection, "and")
    yield from (unknown([text]) for text in several.because)
    for each in several.items:
        wanted = each.get("tags")
        yield wanted if isinstance(wanted, Unknown) else bool(wanted)


def _prefixes(selection: Mapping[str, Any]) -> Iterator[Any]:
    yield selection.get("prefix")
    yield from (each.get("prefix") for each in blocks(selection, "and").items)


def _overlap(prefix: object, path: Path) -> Truth:
    """Whether a rule for keys that begin with `prefix` reaches objects under the path."""
    if isinstance(prefix, Unknown):
        return prefix if overlap(prefix.prefix, path.start) is not None else False
    covers = overlap(str(prefix), path.start)
    if covers is None:
        return False
    return path.doubt or (True if covers or path.rest is None else path.rest)


def overlap(prefix: str, start: str) -> bool | None:
    """How keys that begin with `prefix` and keys that begin with `start` go together, where a segment `*` of `start`
    is any name: true if all of `start` begin with `prefix`, false if only some do, None if none does."""
    parts, names = prefix.split("/"), start.split("/")
    every = True
    for part, name in zip(parts[:-1], names[:-1], strict=False):
        if part != name and not (name == "*" and part):
            return None
        every = every and part == name
    index = min(len(parts), len(names)) - 1
    part, name = parts[index], names[index]
    if len(names) < len(parts):
        return False if part.startswith(name) or (name == "*" and part) else None
    if name == "*":
        return every and not part
    if name.startswith(part):
        return every
    return False if len(names) == len(parts) and part.startswith(name) else None
