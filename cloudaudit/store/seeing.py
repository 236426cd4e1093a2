"""What one run looked at, and whether something that is absent from it is gone or was only not looked at."""

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase

from cloudaudit.history import Missed
from cloudaudit.model import Finding, Gap, Record
from cloudaudit.store.lifecycle import Ended
from cloudaudit.store.states import Past


class Sight(Record, frozen=True):
    """What one run looked at in one target.

    `missed` says what it could not list; None says that nobody told, so that its gaps must be asked: `news` are those
    that the run before did not have, and `blind` is whether there are gaps at all. `regions` are those that were looked
    at, None for all. `roots` hold those that were looked for and are no more, with no resource.
    """

    target: str
    roots: Mapping[str, int]
    rules: Collection[str]
    resources: Collection[str]
    missed: tuple[Missed, ...] | None
    regions: Collection[str] | None
    news: tuple[Gap, ...]
    blind: bool

    def applies(self, rule: str, root: str) -> bool:
        """Whether the run asked this of the root at all."""
        return rule in self.rules and root in self.roots

    def hidden(self, known: Past, *, was_hidden: bool) -> bool:
        """Whether the resource of a recorded finding may be there although the run does not name it."""
        root, region = known.root, known.region
        if known.resource in self.resources:
            return False
        if self.regions is not None and region and region not in self.regions:
            return True
        if self.missed is not None:
            return any(_matches(one, self.target, known) for one in self.missed)
        if was_hidden:
            return self.blind
        return any(_concerns(gap, root, self.roots) for gap in self.news)

    def ended(self, key: str) -> Ended:
        """Why there is no verdict where there was one."""
        return Ended.INAPPLICABLE if key in self.resources else Ended.GONE


def resources(findings: Iterable[Finding]) -> frozenset[str]:
    """The keys of all resources that were judged."""
    return frozenset(finding.resource for finding in findings)


def _matches(missed: Missed, target: str, known: Past) -> bool:
    root = known.root
    return (
        missed.target in ("", target)
        and (not missed.root or fnmatchcase(root, missed.root) or fnmatchcase(f"{root}/", missed.root))
        and (not missed.types or known.type in missed.types)
        and missed.region in ("", known.region or missed.region)
        and known.resource.startswith(missed.prefix)
    )


def _concerns(gap: Gap, root: str, roots: Mapping[str, int]) -> bool:
    """Whether a gap may hide resources of the root: it is in its folder, or in none of a root that was looked at."""
    file = gap.location.file if gap.location else ""
    inside = [name for name in roots if _within(file, name)]
    return not inside or root == max(inside, key=len)


def _within(file: str, root: str) -> bool:
    return root not in ("", ".") and file.startswith(f"{root}/")
