"""Terraform source beside what it was in a git revision."""

import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cloudaudit.errors import SourceError
from cloudaudit.graph import Changing, ResourceGraph, difference
from cloudaudit.sources.hcl.files import Repository
from cloudaudit.sources.hcl.revision import Revision

Makers = Mapping[str, Callable[[], ResourceGraph]]


class Earlier:
    """The graphs of a revision, each made when it is first asked for. `makers` finds the roots in a repository and says
    how to make the graph of each. SourceError without a repository or revision."""

    def __init__(
        self, target: Path, repository: Repository, revision: str, makers: Callable[[Repository], Makers]
    ) -> None:
        if not repository.versioned:
            raise SourceError(f"{target}: there is no git repository around it, so there is nothing to compare with")
        tree = Revision(repository.root, revision)
        weakref.finalize(self, tree.close)
        there = tree.is_dir(repository.target) or tree.is_file(repository.target)
        self._makers = makers(Repository(target, tree)) if there else {}
        self._made: dict[str, ResourceGraph] = {}

    def changing(self, graph: ResourceGraph) -> Changing:
        """The change from the revision to a graph: from the root of its name, else from one that became it."""
        if graph.root in self._makers:
            before = self._make(graph.root)
        else:
            before = _became(graph, map(self._make, self._makers)) or ResourceGraph(
                (), target=graph.target, root=graph.root, origin=graph.origin
            )
        for name, value in graph.environment.items():
            before.environment.setdefault(name, value)  # what the settings say of the place holds for both
        return difference(before, graph, _renamed(before, graph))

    def _make(self, root: str) -> ResourceGraph:
        if root not in self._made:
            self._made[root] = self._makers[root]()
        return self._made[root]


def _became(graph: ResourceGraph, earlier: Iterable[ResourceGraph]) -> ResourceGraph | None:
    """The root of before that was moved to where the graph is now: most of its addresses are there."""
    here = {resource.address for resource in graph}
    ranked = [(len(here & (there := {one.address for one in each})), len(there), each.root, each) for each in earlier]
    shared, size, _, best = max(ranked, key=lambda row: row[:3], default=(0, 0, "", None))
    return best if best is not None and shared * 2 > max(size, len(here)) and shared > 1 else None


def _renamed(before: ResourceGraph, after: ResourceGraph) -> dict[str, str]:
    """Keys of a moved root, from old to new."""
    if before.root == after.root:
        return {}
    new = {resource.address: resource.key for resource in after}
    return {one.key: new[one.address] for one in before if one.address in new and one.key != new[one.address]}
