"""Terraform source: every root below a folder becomes a graph."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Gap, Origin
from cloudaudit.schema import expand_all
from cloudaudit.sources.hcl import backends, files, following, references, roots, strays
from cloudaudit.sources.hcl.boundary import outside
from cloudaudit.sources.hcl.declarations import Declarations
from cloudaudit.sources.hcl.files import Repository
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.library import Library
from cloudaudit.sources.hcl.modules import Module, Root
from cloudaudit.sources.hcl.namespaces import Absent
from cloudaudit.sources.hcl.resources import resources
from cloudaudit.sources.hcl.scope import Session
from cloudaudit.sources.hcl.variables import given_values
from cloudaudit.sources.source import Options, Source

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.earlier import Earlier

_RECURSION = 6_000
"""Names refer to names, each a few calls deep; what is deeper still is a gap."""


def detect(target: Path) -> bool:
    """Whether there is Terraform source in a folder or below it."""
    if target.is_file():
        return target.name.endswith((".tf", ".tofu", ".tf.json", ".tofu.json"))
    return any(not problem for _, problem in files.module_folders(target))


def load(target: Path, options: Options) -> Iterator[ResourceGraph]:
    """The graph of each root, in the order of their names. What cannot be read is a gap of some graph."""
    repository = Repository(target)
    found = _roots(target, repository, options)
    earlier = _earlier(target, repository, options) if options.base else None
    if not found.makers and found.gaps:
        root = repository.relative(repository.target)
        yield ResourceGraph((), target=str(target), root=root, origin=Origin.SOURCE, gaps=found.gaps)
    for number, (name, make) in enumerate(found.makers.items()):
        if options.takes is None or options.takes(name):
            graph = make()
            if number == 0:
                graph.gaps = (*found.gaps, *graph.gaps)
            if earlier is not None:
                graph.changing = functools.partial(earlier.changing, graph)
            yield graph


def _earlier(target: Path, repository: Repository, options: Options) -> "Earlier":
    from cloudaudit.sources.hcl.earlier import Earlier  # noqa: PLC0415 - what calls git is rarely needed

    whole = msgspec.structs.replace(options, roots=())
    return Earlier(target, repository, options.base, lambda tree: _roots(target, tree, whole).makers)


class _Found(NamedTuple):
    """What can be made of the roots, by name, and the gaps that belong to none of them."""

    makers: dict[str, Callable[[], ResourceGraph]]
    gaps: list[Gap]


def _roots(target: Path, repository: Repository, options: Options) -> _Found:
    known = Library(repository, options.reader)
    top = repository.target
    gaps: list[Gap] = []
    if repository.tree.is_file(top):
        found = [known.declarations(top.parent)]
    else:
        found, gaps = roots.find(top, known)
    named = [(repository.relative(each.folder), each) for each in found]
    beside = backends.of(named)
    known.strays = strays.resources(repository, [(name, each.folder) for name, each in named], options.reader)

    def make(name: str, declarations: Declarations) -> ResourceGraph:
        with _deep():
            graph = _graph(declarations, name, str(target), known, options)
        graph.environment["backends"] = beside
        return graph

    makers = {
        name: functools.partial(make, name, each)
        for name, each in named
        if roots.wanted(name, options.roots, options.exclude)
    }
    return _Found(dict(makers), gaps)


@contextmanager
def _deep() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _graph(declarations: Declarations, name: str, target: str, known: Library, options: Options) -> ResourceGraph:
    folder = declarations.folder
    repository = known.repository
    context = CallContext(repository.root, folder, repository.beside, repository.tree)
    session = Session(context, options.reader)
    given = given_values(folder, options, known.repository, session)
    module = Module(declarations, Root(folder, known, session, options.workspace, given))
    prefix = "" if name == "." else f"{name}:"
    found = [*expand_all(resources(module, prefix)), *known.strays.get(name, ())]
    blind = dict(_blind(module))
    used = {id(each.declarations): each.declarations for each in modules(module)}
    noted = [gap for each in used.values() for gap in each.gaps]
    return ResourceGraph(
        found,
        target=target,
        root=name,
        origin=Origin.SOURCE,
        complete=options.complete,
        gaps=[*noted, *session.gaps.values()],
        blind=blind,
        environment={**_environment(module, name), "followed": _followed(module, prefix)},
    )


def _followed(module: Module, prefix: str) -> dict[str, Any]:
    """Where the secrets of a root end, found by modules of the same root in a session that follows them."""
    root = module.root

    def again() -> Iterator[Module]:
        session = Session(root.session.files, root.session.reader, follows=True)
        return modules(
            Module(module.declarations, Root(root.folder, root.library, session, root.workspace, root.given))
        )

    return following.followed(modules(module), again, prefix)


def modules(module: Module) -> Iterator[Module]:
    """The module and all that it calls, at every depth."""
    yield module
    for name in module.declarations.calls:
        called = module.called_modules(name)
        for inner in [] if isinstance(called, Absent) else called:
            yield from modules(inner)


def _blind(module: Module) -> Iterator[tuple[str, str]]:
    """What modules that were not looked at were given, with the reason why it is not known what they did with it."""
    for each in modules(module):
        for name in each.declarations.calls:
            called = each.called_modules(name)
            if isinstance(called, Absent):
                for address in references.given(called, each):
                    yield address, called.because


def _environment(module: Module, name: str) -> dict[str, Any]:
    """What the root says about the place it is for."""
    provider = module.provider("aws")
    return {
        "workspace": module.root.workspace,
        "path": name,
        "default_tags": outside(provider.default_tags) if provider else None,
        "account": provider.account if provider else "",
        "region": outside(provider.region) if provider else None,
        "variables": dict(_words(module)),
    }


def _words(module: Module) -> Iterator[tuple[str, str]]:
    """The variables that hold a text and no secret."""
    for name, declared in module.declarations.variables.items():
        if "sensitive" not in declared.block.body.attributes and isinstance(value := module.variable(name), str):
            yield name, value


SOURCE = Source(name="terraform", detect=detect, load=load)
