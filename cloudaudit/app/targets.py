"""Targets become resource graphs."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cloudaudit import plugins
from cloudaudit.app.request import Request
from cloudaudit.errors import SettingsError, SourceError
from cloudaudit.sources import Options, Source

if TYPE_CHECKING:
    from cloudaudit.graph import ResourceGraph


def load(target: str | Path, options: Options | None = None) -> Iterator["ResourceGraph"]:
    """The resource graphs of a folder, plan or state, one for each root. SourceError if it cannot be read.

    ROOT=FILE names the root of a plan or state, so that two with the same addresses keep their findings apart.
    """
    path, root = place(target)
    chosen = options or Options()
    return source(path).load(path, msgspec.structs.replace(chosen, root=root) if root else chosen)


def place(target: str | Path) -> tuple[Path, str]:
    """The path of a target, and the root that it names before it. SourceError if there is no such path."""
    path, root = Path(target), ""
    name, sign, file = str(target).partition("=")
    if sign and not path.exists():
        path, root = Path(file), name
    if not path.exists():
        raise SourceError(f"{target}: there is no such file or folder")
    return path, root


def source(path: Path) -> Source:
    """What reads the path, by its content. SourceError if nothing does."""
    # The likely one is asked first, so that a folder does not load what reads plans.
    likely = "terraform" if path.is_dir() else "plan"
    first: Source = importlib.import_module(f"cloudaudit.sources.{likely}").SOURCE
    if first.detect(path):
        return first
    for other in plugins.find("cloudaudit.sources", "SOURCE"):
        if other.detect(path):
            return other  # type: ignore[no-any-return]
    hint = 'give a Terraform folder, or what "terraform show -json" prints for a plan or a state'
    raise SourceError(f"{path}: nothing here that can be scanned; {hint}")


def graphs(request: Request) -> Iterator["ResourceGraph"]:
    """The graphs of all targets, in the order of the targets."""
    return (graph for target in request.targets for graph in read(target, request))


def read(target: str, request: Request, takes: Callable[[str], bool] | None = None) -> Iterator["ResourceGraph"]:
    """The graphs of one target as the settings want it read; `takes` says which roots this process reads."""
    from cloudaudit.facts.environment.places import placed  # noqa: PLC0415 - 50 ms that --help need not pay

    settings = request.settings
    options = msgspec.structs.replace(
        request.options,
        exclude=(*request.options.exclude, *settings.exclude),
        complete=request.options.complete or settings.complete,
        takes=takes,
    )
    for graph in load(target, options):
        graph.environment.update(placed(settings.environments), environment_names=settings.environment_names)
        yield graph


def draw(request: Request, form: str) -> str:
    """The graph of the target as json, graphml, dot or mermaid. Only JSON can hold those of several roots."""
    found = list(graphs(request))
    if len(found) == 1:
        return found[0].export(form)
    if not found:
        raise nothing(request)
    if form != "json":
        roots = "\n".join(sorted(graph.root for graph in found))
        raise SettingsError(f"{form} holds one graph, and here are {len(found)} roots; name one with --root:\n{roots}")
    drawn = b",".join(msgspec.json.encode(msgspec.Raw(graph.export(form).encode())) for graph in found)
    return msgspec.json.format(b'{"graphs":[' + drawn + b"]}", indent=2).decode() + "\n"


def nothing(request: Request) -> SettingsError:
    """Why nothing is left to look at, with the roots that there are."""
    roots: list[str] = []

    def note(name: str) -> bool:
        roots.append(name)
        return False

    options = msgspec.structs.replace(request.options, roots=(), takes=note)
    for target in request.targets:
        roots += [graph.root for graph in load(target, options)]
    if not roots:
        return SettingsError(f"{', '.join(request.targets)}: there is no root here")
    asked = (
        f"no root is named {' or '.join(request.options.roots)}" if request.options.roots else "every root is excluded"
    )
    names = "\n".join(sorted(set(roots)))
    return SettingsError(f"{asked}; there are:\n{names}")
