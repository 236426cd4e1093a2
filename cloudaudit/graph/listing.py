"""What of an account was listed, and why the rest was not: rules must not take what nobody looked at for absent."""

from collections.abc import Iterable, Iterator, Mapping

from cloudaudit.model import Resource

EVERYWHERE = ""


class Listing:
    """The types that were looked for, and what stood in the way.

    `listed` are the types whose resources were asked for. `refused` says why all of a type may be missing in a region,
    or EVERYWHERE; `untold` why those that belong to one resource may be, by its key.
    """

    def __init__(
        self,
        listed: Iterable[str],
        refused: Mapping[str, Mapping[str, str]] | None = None,
        untold: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.listed = frozenset(listed)
        self._refused = refused or {}
        self._untold = untold or {}

    def why(self, kind: str, resource: Resource | None = None, *, every: bool = False) -> Iterator[str]:
        """Why resources of the type may be missing: any at all, or those that matter to one resource. To one that asks
        for `every` one of its region or account, those of others matter too."""
        if kind not in self.listed:
            if kind.startswith("aws_"):
                yield f"resources of type {kind} were not read"
            return
        for region, because in self._refused.get(kind, {}).items():
            if resource is None or region == EVERYWHERE or resource.region in ("", region):
                yield because
        untold = self._untold.get(kind, {})
        if resource is None or every:
            regions = ("", resource.region) if resource is not None and resource.region else ()
            yield from (because for key, because in untold.items() if not regions or _region(key) in regions)
        elif because := untold.get(resource.key, ""):
            yield because

    def missing(self) -> Iterator[tuple[str, str]]:
        """The types of which resources may be missing, each with the region, or EVERYWHERE."""
        yield from ((kind, region) for kind, regions in self._refused.items() for region in regions)
        yield from ((kind, EVERYWHERE) for kind in self._untold)

    def lacks(self, kind: str) -> bool:
        """Whether resources of the type may be missing."""
        return next(self.why(kind), None) is not None


def _region(key: str) -> str:
    """The region in an ARN, or in the key of what has none; empty where neither says one."""
    parts = key.split(":")
    return parts[3] if key.startswith("arn:") and len(parts) > 3 else ""
