"""ResourceGraph: the resources of one root and what refers to what. Everything is worked out when first asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cloudaudit.graph.addresses import parse, strip_keys
from cloudaudit.graph.companions import Companions, Related, shorten, via
from cloudaudit.graph.identity import Identities
from cloudaudit.graph.linking import links_of
from cloudaudit.graph.listing import Listing
from cloudaudit.model import Gap, Link, Origin, Relation, Resource, Unknown

if TYPE_CHECKING:
    import networkx as nx

    from cloudaudit.graph.changing import Changing

ACCOUNT = "aws_account"
ANYTHING = "*"
"""Among the types that were sought: all of them, since a resource of any type would have counted."""

_OTHER_ROOTS = "other roots are not in this scan"


class ResourceGraph:
    """The resources of one root, one plan, one state or one account.

    `complete` promises that nothing of the account lives elsewhere. `blind` maps addresses to why it is not known what
    was done with them: a module that is not on disk was given a reference. `listing` says what of a live account was
    looked at; files show all that they hold. `sought` are the types that were looked for there in vain, or ANYTHING.
    `environment` is what the source knows about the place (workspace, account, path) for the fact of that name.
    `remembered` is for whoever works something out that others will ask for again; it lives as long as the graph.
    `changing`, where a change is looked at, tells what was before.
    """

    def __init__(  # noqa: PLR0913 - a value with many optional parts
        self,
        resources: Iterable[Resource],
        *,
        target: str,
        root: str,
        origin: Origin,
        complete: bool = False,
        gaps: Iterable[Gap] = (),
        blind: Mapping[str, str] | None = None,
        environment: Mapping[str, Any] | None = None,
        listing: Listing | None = None,
    ) -> None:
        self.target = target
        self.root = root
        self.origin = origin
        self.complete = complete
        self.gaps = tuple(gaps)
        self.environment = dict(environment or {})
        self.listing = listing
        self.missed: set[str] = set()
        self.sought: set[str] = set()
        self.remembered: dict[Any, Any] = {}
        self.changing: Callable[[], Changing] | None = None
        found = {resource.key: resource for resource in resources}
        if any(resource.type.startswith("aws_") for resource in found.values()):
            account = _account(root, origin, found.values())
            found.setdefault(account.key, account)
        self.resources = {key: found[key] for key in sorted(found)}
        self._types: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            self._types.setdefault(resource.type, []).append(resource)
        self._identities = Identities(self.resources.values(), self._types)
        self._companions: dict[tuple[tuple[str, ...], tuple[str, ...], str], Companions] = {}
        self._blind = _parse_blind(blind or {})
        self._links: tuple[list[Link], list[Link]] | None = None
        self._outgoing: dict[str, list[Link]] | None = None
        self._network: nx.MultiDiGraph[str] | None = None
        self._adjacent: dict[str, set[str]] | None = None

    def __iter__(self) -> Iterator[Resource]:
        """All resources in key order."""
        return iter(self.resources.values())

    def __len__(self) -> int:
        return len(self.resources)

    def without(self, keys: set[str]) -> "ResourceGraph":
        """The same graph with some resources less."""
        kept = (resource for key, resource in self.resources.items() if key not in keys)
        rest = ResourceGraph(
            kept,
            target=self.target,
            root=self.root,
            origin=self.origin,
            complete=self.complete,
            environment=self.environment,
            listing=self.listing,
        )
        rest._blind = self._blind
        return rest

    def get(self, key: str) -> Resource | None:
        """The resource with that key."""
        return self.resources.get(key)

    def of_type(self, kind: str) -> list[Resource]:
        """The resources of a type, in key order. Where the list may lack some, `missed` hears of it."""
        if self.listing is not None and self.listing.lacks(kind):
            self.missed.add(kind)
            self.sought.add(kind)
        return list(self._types.get(kind, ()))

    def everything(self) -> Iterator[Resource]:
        """All resources in key order, for a fact that one of any type would change."""
        self.sought.add(ANYTHING)
        return iter(self)

    def links(self) -> list[Link]:
        """All certain references, sorted: by unknown values, ids, ARNs, and names where the link table knows them."""
        self.sought.add(ANYTHING)
        return self._all_links()[0]

    def possible_links(self) -> list[Link]:
        """The references that an unknown value may turn out to make, sorted: `var.x ? a.id : b.id` makes two."""
        self.sought.add(ANYTHING)
        return self._all_links()[1]

    def outgoing(self, resource: Resource) -> Sequence[Link]:
        """The certain references of one resource, to what was read."""
        if self._outgoing is None:
            self._outgoing = {}
            for link in self._all_links()[0]:
                self._outgoing.setdefault(link.source, []).append(link)
        return self._outgoing.get(resource.key, ())

    def unlisted(self, resource: Resource, types: Sequence[str]) -> tuple[str, ...]:
        """Why resources of the types that matter to this one may be missing from an account; they are looked for."""
        return self._unlisted(resource, tuple(types), every=resource.type == ACCOUNT)

    def related(self, resource: Resource, relation: Relation, start: Sequence[Resource] | None = None) -> Related:
        """The neighbours that a rule reads as `related.NAME`; `start` are the resources of its relation `of`."""
        if self.listing is not None:
            self.sought.update(set(relation.types) - self.listing.listed)
        if relation.of is not None or start is not None:
            parts = [self._neighbours_by(each, relation) for each in start or ()]
            found = {other.key: other for part in parts for other in part.found}
            return Related(
                tuple(found[key] for key in sorted(found)), shorten(text for part in parts for text in part.because)
            )
        return self._neighbours_by(resource, relation)

    def dangling(self, companion: Resource, attribute: str, parent: str) -> str | Unknown | None:
        """The value by which a companion names a parent of that type that is not in the graph; None if it is there, may
        be there, or is something else."""
        references = list(self._identities.references(companion, attribute, (parent,)))
        if len(references) != 1 or references[0].found:
            return None
        value = references[0].value
        if not isinstance(value, Unknown):
            return value
        kinds = {address.type if (address := parse(text)) else "" for text in value.refs}
        return value if not references[0].elsewhere or parent in kinds else None

    def neighbours(self, key: str) -> list[str]:
        """The keys of all resources that refer to this one, or that it refers to."""
        if self._adjacent is None:
            self._adjacent = {}
            for link in self.links():
                self._adjacent.setdefault(link.source, set()).add(link.target)
                self._adjacent.setdefault(link.target, set()).add(link.source)
        return sorted(self._adjacent.get(key, ()))

    def path(self, source: str, target: str) -> list[str]:
        """The keys along a shortest chain of references from one resource to another; empty when there is none."""
        import networkx as nx  # noqa: PLC0415 - 0.4 s that a scan need not pay

        try:
            return list(nx.shortest_path(self._as_network(), source, target))
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return []

    def reachable(self, key: str) -> list[str]:
        """The keys of all resources that this one depends on, directly or not."""
        import networkx as nx  # noqa: PLC0415 - as above

        return sorted(nx.descendants(self._as_network(), key)) if key in self.resources else []

    def components(self) -> list[list[str]]:
        """The keys of the resources that hang together, the largest group first."""
        import networkx as nx  # noqa: PLC0415 - as above

        groups = [sorted(group) for group in nx.weakly_connected_components(self._as_network())]
        return sorted(groups, key=lambda group: (-len(group), group))

    def export(self, form: str) -> str:
        """The graph as json, graphml, dot or mermaid: names and links, never values. ValueError for other forms."""
        from cloudaudit.graph import drawing  # noqa: PLC0415 - only the graph command draws

        return drawing.draw(self, form)

    def _all_links(self) -> tuple[list[Link], list[Link]]:
        if self._links is None:
            self._links = links_of(self, self._identities)
        return self._links

    def _neighbours_by(self, resource: Resource, relation: Relation) -> Related:
        if relation.by is not None:
            return self._referring(resource, relation.types, _paths(relation.by))
        if relation.via is not None:
            self._seek(relation.types)
            related = via(self._identities, resource, _paths(relation.via), relation.types)
            if related.because and (unlisted := self._unlisted(resource, relation.types)):
                return Related(related.found, unlisted)  # that is why they are not here
            return related
        found = [other for kind in relation.types for other in self._types.get(kind, ())]
        everything = self.complete or self.origin is Origin.LIVE
        because = self._unlisted(resource, relation.types, every=True) if everything else (_OTHER_ROOTS,)
        return Related(tuple(sorted(found, key=lambda other: other.key)), because)

    def _referring(self, resource: Resource, types: tuple[str, ...], paths: tuple[str, ...]) -> Related:
        index = self._companions.get((types, paths, resource.type))
        if index is None:
            candidates = [other for kind in types for other in self._types.get(kind, ())]
            index = Companions(self._identities, candidates, paths, resource.type)
            self._companions[types, paths, resource.type] = index
        related = index.of(resource)
        if self.listing is not None and (unlisted := self._unlisted(resource, types)):
            related = Related(related.found, shorten((*related.because, *unlisted)))
        if self._blind and (unseen := self._unseen(resource)):
            return Related(related.found, shorten((*related.because, *unseen)))
        return related

    def _unlisted(self, resource: Resource, types: tuple[str, ...], *, every: bool = False) -> tuple[str, ...]:
        """Why some of the types may not all be in the graph."""
        listing = self.listing
        if listing is None:
            return ()
        self._seek(types)
        return shorten(why for kind in types for why in listing.why(kind, resource, every=every))

    def _seek(self, types: tuple[str, ...]) -> None:
        if self.listing is not None:
            self.sought.update(kind for kind in types if kind not in self.listing.listed)

    def _unseen(self, resource: Resource) -> Iterable[str]:
        """Why something that is not in this graph may refer to the resource."""
        plain = strip_keys(resource.address)
        for (address, without_keys), because in self._blind.items():
            name = resource.address if address != without_keys else plain
            if name == address or name.startswith((f"{address}.", f"{address}[", f"{address}/")):
                yield because

    def _as_network(self) -> "nx.MultiDiGraph[str]":
        if self._network is None:
            import networkx as nx  # noqa: PLC0415 - as above

            self._network = nx.MultiDiGraph()
            self._network.add_nodes_from(self.resources)
            self._network.add_edges_from((link.source, link.target, link.attribute) for link in self.links())
        return self._network


def _account(root: str, origin: Origin, resources: Iterable[Resource]) -> Resource:
    accounts = {resource.account for resource in resources if resource.account}
    key = ACCOUNT if root in {"", "."} else f"{root}:{ACCOUNT}"
    account = accounts.pop() if len(accounts) == 1 else ""
    return Resource(key=key, type=ACCOUNT, name=ACCOUNT, address=ACCOUNT, attributes={}, origin=origin, account=account)


def _paths(attribute: str | tuple[str, ...]) -> tuple[str, ...]:
    return (attribute,) if isinstance(attribute, str) else tuple(attribute)


def _parse_blind(blind: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """By address without the attribute at its end, and the same without instance keys."""
    parsed = {}
    for text, because in sorted(blind.items()):
        address = parse(text)
        known = address.address if address and address.is_managed else text
        parsed[known, strip_keys(known)] = because
    return parsed
