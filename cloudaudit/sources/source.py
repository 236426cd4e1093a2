"""What a source is: one way to get resource graphs, found by its `SOURCE` constant."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record


class Options(Record, frozen=True):
    """How targets are read. `environment` holds TF_VAR_* variables; `root` names the root of a plan or state; `roots`
    and `exclude` narrow what is read of a folder, both by root; `complete` promises that nothing lives elsewhere.
    `base` is the git revision that a folder is compared with. `jobs` is how many processes may share the roots, 0 for
    one per processor; `takes`, asked for each root in turn, says whether this process reads it."""

    var_files: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    environment: Mapping[str, str] = {}
    workspace: str = "default"
    reader: str = "tree-sitter"
    root: str = ""
    roots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    complete: bool = False
    jobs: int = 0
    base: str = ""
    takes: Callable[[str], bool] | None = None


class Source(Record, frozen=True):
    """One way to get graphs. `detect` says whether a path is of this kind, by its content; `load` reads it, one graph
    per root, and raises `SourceError` when it cannot."""

    name: str
    detect: Callable[[Path], bool]
    load: Callable[[Path, Options], Iterator[ResourceGraph]]
