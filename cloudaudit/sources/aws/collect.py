"""Runs collectors over the regions of an account: resources, and what stood in the way of others."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cloudaudit.graph import EVERYWHERE
from cloudaudit.model import Reading, Resource, Unknown
from cloudaudit.sources.aws.crew import Crew
from cloudaudit.sources.aws.declare import GLOBAL, TAGGED, TAGS, Collect, Item, Part, every
from cloudaudit.sources.aws.expressions import pick
from cloudaudit.sources.aws.permissions import actions
from cloudaudit.sources.aws.reader import Answered, Gone, Reader, Refusal, Refused
from cloudaudit.sources.aws.shape import Found, begin, region_of, resource

_AT_ONCE = 20  # items that one thread looks at before others may


class Collected:
    """What was found. `refused` maps a type to regions, `untold` to keys of resources, each with why; `refusals` are
    the calls that told nothing, once for each thing that they were made for."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self.refused: dict[str, dict[str, str]] = {}
        self.untold: dict[str, dict[str, str]] = {}
        self.refusals: list[Refusal] = []
        self._lock = threading.Lock()

    def add(self, resources: Iterable[Resource]) -> None:
        """These exist. What another call tells more of is not kept as something that has tags."""
        with self._lock:
            for each in resources:
                if each.type != TAGGED or each.key not in self.resources:
                    self.resources[each.key] = each

    def refuse(self, types: Iterable[str], refusal: Refusal, *, region: str = EVERYWHERE, key: str = "") -> None:
        """Resources of these types could not be listed: of one region, or of one parent."""
        with self._lock:
            self.refusals.append(refusal)
            for kind in types:
                place, scope = (self.untold, key) if key else (self.refused, region)
                place.setdefault(kind, {})[scope] = refusal.because

    def note(self, refusal: Refusal) -> None:
        """A call told nothing of attributes that are unknown now."""
        with self._lock:
            self.refusals.append(refusal)


class Collection:
    """One go through the collectors. Items of a collector are shared among threads, each with all its further calls."""

    def __init__(self, reader: Reader, collectors: Sequence[Collect], crew: Crew, into: Collected) -> None:
        self._reader = reader
        self._crew = crew
        self._into = into
        self._below: dict[int, list[Collect]] = {}
        self._tops = []
        for one in every(collectors):
            if one.over is None:
                self._tops.append(one)
            else:
                self._below.setdefault(id(one.over), []).append(one)

    def start(self, regions: Iterable[str]) -> None:
        """Put the first calls to the crew: those of global types once, the others for each region; service by service,
        since each needs its client."""
        places = tuple(regions)
        for one in sorted(self._tops, key=lambda one: one.call.service, reverse=True):
            for region in ("",) if one.scope == GLOBAL else places:
                self._crew.put(self._list, one, region, None)

    def _list(self, collect: Collect, region: str, parent: Item | None) -> None:
        answered = self._ask(collect, region, parent)
        if answered is None:
            return
        items = [item for item in answered.items if not collect.when or pick(collect.when, item)]
        size = max([part.batch for part in collect.parts] + [_AT_ONCE if collect.parts or self._has(collect) else 0])
        reading = answered.reading(collect.call)
        for start in range(0, len(items), size or len(items) or 1):
            chunk = items[start : start + size] if size else items
            if parent is None and len(items) > (size or len(items)):
                self._crew.put(self._shape, collect, region, chunk, reading)
            else:
                self._shape(collect, region, chunk, reading)

    def _has(self, collect: Collect) -> bool:
        return id(collect) in self._below

    def _ask(self, collect: Collect, region: str, parent: Item | None) -> Answered | None:
        """The items; None where they are refused, or their parent is gone."""
        try:
            return self._reader.items(collect.call, region, parent)
        except Gone:
            return None
        except Refused as refused:
            key = parent["_key"] if parent else ""
            place = EVERYWHERE if collect.scope == GLOBAL else region
            self._into.refuse(self._types(collect), refused.refusal, region=place, key=key)
            return None

    def _types(self, collect: Collect) -> Iterator[str]:
        """The type, and those that are found through its items."""
        yield from (collect.type, *collect.also)
        for one in self._below.get(id(collect), ()):
            yield from self._types(one)

    def _shape(self, collect: Collect, region: str, items: list[Item], reading: Reading) -> None:
        found = [begin(collect, item, reading) for item in items]
        for one in found:
            one.item["_key"] = one.key
        for part in collect.parts:
            found = self._complete(part, region, found)
        if collect.keep:
            found = [one for one in found if pick(collect.keep, one.item)]
        for one in found:
            one.item["_region"] = region_of(one)
            if collect.bulk_tags:
                self._tag(one)
        self._into.add(resource(one) for one in found)
        for below in self._below.get(id(collect), ()):
            for one in found:
                if not below.among or pick(below.among, one.item):
                    self._list(below, one.item["_region"], one.item)

    def _complete(self, part: Part, region: str, found: list[Found]) -> list[Found]:
        """Fill in what a further call tells; those that are gone meanwhile are left out."""
        asked = [one for one in found if not part.when or pick(part.when, one.item)]
        if part.batch:
            for start in range(0, len(asked), part.batch):
                self._many(part, region, asked[start : start + part.batch])
            return found
        gone = {id(one) for one in asked if not self._single(part, one)}
        return [one for one in found if id(one) not in gone]

    def _single(self, part: Part, one: Found) -> bool:
        try:
            answered = self._reader.items(part.call, region_of(one), one.item)
        except Gone:
            return False
        except Refused as refused:
            self._unknown(part, [one], refused.refusal)
            return True
        self._fill(part, one, answered.items[0] if answered.items else {}, answered.reading(part.call))
        return True

    def _many(self, part: Part, region: str, some: list[Found]) -> None:
        try:
            answered = self._reader.items(part.call, region, many=[one.item for one in some])
        except Gone as gone:  # one of them was; nothing is told of the others
            for one in some:
                one.attributes |= dict.fromkeys(part.attributes, Unknown(because=str(gone)))
            return
        except Refused as refused:
            self._unknown(part, some, refused.refusal)
            return
        ours, theirs = part.match
        answers = {pick(theirs, item): item for item in answered.items}
        untold = Unknown(because=f"{actions(part.call)[0]} told nothing of it")
        for one in some:
            item = _belonging(pick(ours, one.item), answers)
            if item or part.sparse or not part.call.per:
                self._fill(part, one, item, answered.reading(part.call))
            else:
                one.attributes |= dict.fromkeys(part.attributes, untold)

    def _fill(self, part: Part, one: Found, item: Item, reading: Reading) -> None:
        merged = {**item, "_item": one.item}
        one.item[f"_{part.call.operation}"] = item
        one.attributes |= {name: pick(read, merged) for name, read in part.attributes.items()}
        one.readings |= dict.fromkeys(part.attributes, reading)

    def _unknown(self, part: Part, some: list[Found], refusal: Refusal) -> None:
        value = Unknown(because=refusal.because)
        for one in some:
            one.attributes |= dict.fromkeys(part.attributes, value)
            if part.attributes:  # else it only tells what else to ask
                self._into.note(refusal)

    def _tag(self, one: Found) -> None:
        """Tags of all resources of the region come in one call for every hundred."""
        try:
            answered = self._reader.items(TAGS, region_of(one))  # buckets are listed once, their tags where they are
        except (Gone, Refused) as refused:
            because = refused.refusal.because if isinstance(refused, Refused) else str(refused)
            one.attributes["tags"] = Unknown(because=because)
            if isinstance(refused, Refused):
                self._into.note(refused.refusal)
            return
        one.attributes["tags"] = _by_arn(answered).get(one.key, {})
        one.readings["tags"] = answered.reading(TAGS)


def _belonging(wanted: Any, answers: Mapping[Any, Item]) -> Item:
    """What of a batch's answer belongs to one item, which may name several."""
    if isinstance(wanted, list):
        return {"_several": [answers[name] for name in wanted if name in answers]}
    return answers.get(wanted, {})


def _by_arn(answered: Answered) -> dict[str, dict[str, str]]:
    return {
        item["ResourceARN"]: {tag["Key"]: tag.get("Value", "") for tag in item.get("Tags", ())}
        for item in answered.items
    }
