"""What one run looked at, and whether something that is absent from it is gone or was only not looked at."""

from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import fnmatchcase

from cloudaudit.history import Missed
from cloudaudit.model import Finding, Gap, Record
from cloudaudit.store.lifecycle import Ended


class Sight(Record, frozen=True):
    """What one run looked at in one target.

    `missed` says what it could not list; None says that nobody told, so that its gaps must be asked: `news` are those
    that the run before did not have, and `blind` is whether there are gaps at all. `covers` says of a root that was not
    found whether it was looked for.
    """

    target: str
    roots: Mapping[str, int]
    rules: Collection[str]
    resources: Collection[str]
    missed: tuple[Missed, ...] | None
    news: tuple[Gap, ...]
    blind: bool
    covers: Callable[[str], bool] | None

    def applies(self, rule: str, root: str) -> bool:
        """Whether the run asked this of the root at all."""
        if rule not in self.rules:
            return False
        return root in self.roots or (self.covers is not None and self.covers(root))

    def hidden(self, root: str, kind: str, key: str, *, was_hidden: bool) -> bool:
        """Whether a resource may be there although the run does not name it."""
        if key in self.resources:
            return False
        if self.missed is not None:
            return any(_matches(one, self.target, root, kind, key) for one in self.missed)
        if was_hidden:
            return self.blind
        return any(_concerns(gap, root, self.roots) for gap in self.news)

    def ended(self, key: str) -> Ended:
        """Why there is no verdict where there was one."""
        return Ended.INAPPLICABLE if key in self.resources else Ended.GONE


def resources(findings: Iterable[Finding]) -> frozenset[str]:
    """The keys of all resources that were judged."""
    return frozenset(finding.resource for finding in findings)


def _matches(missed: Missed, target: str, root: str, kind: str, key: str) -> bool:
    return (
        missed.target in ("", target)
        and (not missed.root or fnmatchcase(root, missed.root) or fnmatchcase(f"{root}/", missed.root))
        and (not missed.types or kind in missed.types)
        and missed.region in ("", region_of(key) or missed.region)
        and key.startswith(missed.prefix)
    )


def region_of(key: str) -> str:
    """The region that an ARN names, empty for none."""
    parts = key.split(":", 5)
    return parts[3] if len(parts) == 6 and parts[0] == "arn" else ""


def _concerns(gap: Gap, root: str, roots: Mapping[str, int]) -> bool:
    """Whether a gap may hide resources of the root: it is in its folder, or in none of a root that was looked at."""
    file = gap.location.file if gap.location else ""
    inside = [name for name in roots if name not in ("", ".") and file.startswith(f"{name}/")]
    return not inside or root == max(inside, key=len)
