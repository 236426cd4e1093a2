"""What the files of one folder declare, read once and shared by all roots and all calls of the module."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from cloudaudit.model import Gap, Location
from cloudaudit.sources.hcl import files, readers
from cloudaudit.sources.hcl.files import Refused, Repository
from cloudaudit.sources.hcl.merging import merge_block
from cloudaudit.sources.hcl.scope import locate
from cloudaudit.sources.hcl.syntax import Attribute, Block, Expression, File, SyntaxProblem


class Declared(msgspec.Struct, gc=False):
    """One block and the file it stands in; `foreign` are the files of the arguments that an override file gave it.
    `broken` says why some of the block may not have been read."""

    block: Block
    file: str
    foreign: dict[str, str] = {}
    broken: str = ""

    def location(self) -> Location:
        """Where the whole block stands."""
        return locate(self.file, self.block.span)

    def place(self, attribute: Attribute) -> Location:
        """Where one argument stands."""
        return locate(self.foreign.get(attribute.name, self.file), attribute.span)


class Local(msgspec.Struct, gc=False):
    """One local value."""

    value: Expression
    location: Location


class Declarations(msgspec.Struct):
    """Blocks by name: resources and data sources by type and name, providers by name or name.alias."""

    folder: Path
    variables: dict[str, Declared] = {}
    locals: dict[str, Local] = {}
    outputs: dict[str, Declared] = {}
    resources: dict[tuple[str, str], Declared] = {}
    data: dict[tuple[str, str], Declared] = {}
    ephemeral: dict[tuple[str, str], Declared] = {}
    calls: dict[str, Declared] = {}
    providers: dict[str, Declared] = {}
    settings: list[Declared] = []
    gaps: list[Gap] = []

    @property
    def is_root(self) -> bool:
        """Whether anything here could be applied by itself."""
        return bool(self.resources or self.calls)

    @property
    def any(self) -> bool:
        """Whether anything at all is declared, or could not be read."""
        found = (self.variables, self.locals, self.outputs, self.data, self.providers, self.settings, self.gaps)
        return self.is_root or any(found)


def declare(folder: Path, repository: Repository, reader: str) -> Declarations:
    """What the folder declares. What could not be read is in its `gaps`."""
    found = Declarations(folder)
    paths = files.terraform_files(folder, repository.tree)
    for path in [path for path in paths if not files.overrides(path)]:
        for declared in _blocks(path, repository, reader, found.gaps):
            _add(found, declared)
    for path in [path for path in paths if files.overrides(path)]:
        for declared in _blocks(path, repository, reader, found.gaps):
            _override(found, declared)
    return found


def _blocks(path: Path, repository: Repository, reader: str, gaps: list[Gap]) -> Iterator[Declared]:
    name = repository.relative(path)
    try:
        read = readers.read(reader, name, repository.read(path))
    except Refused as refused:
        gaps.append(Gap(what=name, why=f"it was not read: {refused}"))
        return
    gaps.extend(_problems(read))
    lost = [problem for problem in read.problems if problem.lost]
    for block in read.body.blocks:
        yield Declared(block, name, broken=_broken(block, name, lost))


def _broken(block: Block, file: str, lost: list[SyntaxProblem]) -> str:
    inside = (problem for problem in lost if block.span[0] <= problem.line <= block.span[2])
    return next((f"{file}:{problem.line} cannot be read" for problem in inside), "")


def _problems(read: File) -> Iterator[Gap]:
    for problem in read.problems:
        place = Location(read.path, problem.line, problem.column, problem.line, problem.column)
        what = f"{read.path}:{problem.line}:{problem.column}"
        yield Gap(what=what, why=problem.message, remedy="mend the syntax; the rest was scanned", location=place)


def _add(found: Declarations, declared: Declared) -> None:
    block = declared.block
    kind, labels = block.type, block.labels
    if kind == "locals":
        _add_locals(found, declared)
    elif kind == "terraform":
        found.settings.append(declared)
    elif kind == "provider" and labels:
        found.providers.setdefault(_provider(block), declared)
    elif kind in _TYPED and len(labels) == 2:
        table, address = _TYPED[kind](found), (labels[0], labels[1])
        if address in table:
            _twice(found, declared, ".".join(("data", *address) if kind == "data" else address))
        else:
            table[address] = declared
    elif kind in _NAMED and len(labels) == 1:
        table_ = _NAMED[kind](found)
        if labels[0] in table_:
            _twice(found, declared, f'{kind} "{labels[0]}"')
        else:
            table_[labels[0]] = declared
    elif kind in _TYPED or kind in _NAMED:
        wanted = "two labels, type and name" if kind in _TYPED else "one label, its name"
        why = f'a "{kind}" block takes {wanted}'
        found.gaps.append(Gap(what=f"{declared.file}:{block.span[0]}", why=why, location=declared.location()))


def _twice(found: Declarations, declared: Declared, what: str) -> None:
    why = "it is declared twice in this folder, which Terraform refuses"
    found.gaps.append(Gap(what=what, why=why, remedy="remove one of the two", location=declared.location()))


def _add_locals(found: Declarations, declared: Declared) -> None:
    for name, attribute in declared.block.body.attributes.items():
        found.locals.setdefault(name, Local(attribute.value, declared.place(attribute)))


def _provider(block: Block) -> str:
    alias = block.body.attributes.get("alias")
    value = getattr(alias.value, "value", None) if alias else None
    return f"{block.labels[0]}.{value}" if isinstance(value, str) else block.labels[0]


def _override(found: Declarations, declared: Declared) -> None:
    block = declared.block
    if block.type == "locals":
        for name, attribute in block.body.attributes.items():
            found.locals[name] = Local(attribute.value, declared.place(attribute))
        return
    base = _overridden(found, block)
    if base is None:
        _add(found, declared)
        return
    base.foreign = {**base.foreign, **dict.fromkeys(block.body.attributes, declared.file)}
    base.block = merge_block(base.block, block)


def _overridden(found: Declarations, block: Block) -> Declared | None:
    if block.type in _TYPED and len(block.labels) == 2:
        return _TYPED[block.type](found).get((block.labels[0], block.labels[1]))
    if block.type in _NAMED and len(block.labels) == 1:
        return _NAMED[block.type](found).get(block.labels[0])
    if block.type == "provider" and block.labels:
        return found.providers.get(_provider(block))
    return found.settings[0] if block.type == "terraform" and found.settings else None


_TYPED: dict[str, Callable[[Declarations], dict[tuple[str, str], Declared]]] = {
    "resource": lambda found: found.resources,
    "data": lambda found: found.data,
    "ephemeral": lambda found: found.ephemeral,
}
_NAMED: dict[str, Callable[[Declarations], dict[str, Declared]]] = {
    "variable": lambda found: found.variables,
    "output": lambda found: found.outputs,
    "module": lambda found: found.calls,
}
