"""One instance of a module: its names, worked out lazily and once, and the modules it calls."""

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.model import Location, Unknown
from cloudaudit.sources.hcl import expansion, following, inputs, sourcing
from cloudaudit.sources.hcl.blocks import failed, settle
from cloudaudit.sources.hcl.data import DataSource
from cloudaudit.sources.hcl.declarations import Declarations, Declared
from cloudaudit.sources.hcl.evaluate import evaluate, value_of
from cloudaudit.sources.hcl.expansion import SINGLE, Expansion, Group
from cloudaudit.sources.hcl.instances import Instance, Managed
from cloudaudit.sources.hcl.library import Library
from cloudaudit.sources.hcl.namespaces import Absent, Outputs, Space, Undeclared
from cloudaudit.sources.hcl.providers import Provider, reference
from cloudaudit.sources.hcl.scope import Lazy, Scope, Session, bounded
from cloudaudit.sources.hcl.syntax import Span
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError
from cloudaudit.sources.hcl.values import Value

_RUNNING = object()


class Root(msgspec.Struct):
    """What all modules of one root share: where it lies, and what its variables were given."""

    folder: Path
    library: Library
    session: Session
    workspace: str
    given: Mapping[str, Any]
    modules: int = 0


class Called(msgspec.Struct, frozen=True):
    """How a module was called: by whom, with which arguments, and under which instance key."""

    module: "Module"
    declared: Declared
    scope: Scope
    location: Location


class Module:
    """One instance of a module; `address` ends with a dot, or is empty for the root."""

    def __init__(self, declarations: Declarations, root: Root, address: str = "", called: Called | None = None) -> None:
        self.declarations = declarations
        self.root = root
        self.session = root.session
        self.address = address
        self.called = called
        self.scope = Scope(self)
        self._memo: dict[str, Any] = {}
        self._groups: dict[tuple[str, str, str], Lazy] = {}
        self._members: dict[tuple[str, str, str], list[Any]] = {}
        self._spaces: dict[str, Any] = {}
        self._providers: dict[str, Provider | None] = {}
        root.modules += 1

    # Names

    def resolve(self, name: str) -> Any:
        """What the first name of a reference stands for."""
        space = self._spaces.get(name)
        if space is None:
            make = _SPACES.get(name)
            space = self._spaces[name] = make(self) if make else Space(self._typed("resource", name))
        return space

    def variable(self, name: str) -> Value:
        """The value of `var.NAME`."""
        return self._recall(f"var.{name}", functools.partial(inputs.value, self), name)

    def local(self, name: str) -> Any:
        """The value of `local.NAME`."""
        return self._recall(f"local.{name}", self._local, name)

    def output(self, name: str) -> Value:
        """The value of an output, as the calling module sees it."""
        return self._recall(f"output.{name}", self._output, name)

    def _recall(self, what: str, compute: Callable[[str], Any], name: str) -> Any:
        entry = self._memo.get(what)
        session = self.session
        if entry is None:
            before = session.tainted, session.assumed
            session.tainted, session.assumed = False, None
            self._memo[what] = _RUNNING
            try:
                value = compute(name)
            except RecursionError:
                del self._memo[what]
                raise
            if session.follows and not isinstance(value, Lazy):
                value = following.stamped(value, self._place(what))
            self._memo[what] = entry = (value, session.tainted)
            session.tainted, session.assumed = before
        elif entry is _RUNNING:
            session.gap(f"{self.address}{what}", "it refers to itself")
            return Unknown(because=f"{self.address}{what} refers to itself")
        if entry[1]:
            session.tainted = True
        return entry[0]

    def _place(self, what: str) -> str:
        return self.address + (what.removeprefix("output.") if self.called else what)

    def _local(self, name: str) -> Any:
        local = self.declarations.locals.get(name)
        if local is None:
            return Unknown(because=f"local.{name} is not declared")
        try:
            value = evaluate(local.value, self.scope)
            if isinstance(value, Lazy):
                return value
            value = bounded(value)
            return following.marked_local(self.address, name, value) if self.session.follows else value
        except (EvaluationError, LimitError, RecursionError) as error:
            return self.failed(f"local.{name}", error, local.location.file, local.value.span)

    def _output(self, name: str) -> Value:
        declared = self.declarations.outputs.get(name)
        if declared is None:
            return Unknown(because=f"{self.address}{name} is no output of the module")
        body = declared.block.body.attributes
        if inputs.constant(self, body.get("sensitive")) is True:
            self.session.tainted = True
        if "value" not in body:
            return None
        what = f"{self.address}output.{name}"
        return settle(body["value"].value, self.scope, what, declared.file, body["value"].span)

    def failed(self, what: str, error: Exception, file: str, span: Span) -> Unknown:
        """The `Unknown` for something of this module that could not be evaluated; the gap is noted."""
        return failed(self.scope, f"{self.address}{what}", error, file, span)

    # Resources and data sources

    def _typed(self, mode: str, type_: str) -> Callable[[str], Any]:
        return lambda name: self.group(mode, type_, name)

    def group(self, mode: str, type_: str, name: str) -> Any:
        """What `TYPE.NAME` refers to: an instance, or all of them when there is a count or for_each."""
        key = (mode, type_, name)
        known = self._groups.get(key)
        if known is None:
            known = self._groups[key] = self._group(key)
        return known

    def _group(self, key: tuple[str, str, str]) -> Lazy:
        mode, type_, name = key
        table = self._table(mode)
        short = ".".join(key[1:] if mode == "resource" else key)
        declared = table.get((type_, name))
        if declared is None:
            return Undeclared(f"{self.address}{short}", "is not declared")
        expanded = self.expand(declared, short)
        if isinstance(expanded, Undeclared):
            return expanded
        members = self._members[key] = self.instances(mode, declared, expanded)
        return members[0] if expanded.kind == "single" else Group(short, expanded, members, self.session)

    def _table(self, mode: str) -> dict[tuple[str, str], Declared]:
        found = self.declarations
        return {"resource": found.resources, "data": found.data}.get(mode, found.ephemeral)

    def instances(self, mode: str, declared: Declared, expanded: Expansion) -> list[Any]:
        """The instances of one block."""
        type_, name = declared.block.labels
        stem = f"{self.address}{'' if mode == 'resource' else mode + '.'}{type_}.{name}"
        found: list[Instance] = []
        for key, names in expanded.instances:
            scope = Scope(self, names) if names else self.scope
            address = stem + expansion.key_text(expanded.kind, key)
            if mode == "resource":
                found.append(Managed(declared, scope, address, key, module=self))
            else:
                found.append(DataSource(declared, scope, address, key, module=self))
        return found

    def members(self, mode: str, type_: str, name: str) -> list[Any]:
        """The instances of one declared block."""
        self.group(mode, type_, name)
        return self._members.get((mode, type_, name), [])

    def expand(self, declared: Declared, what: str) -> Expansion | Undeclared:
        """Which instances count or for_each make. Whoever asks while it is being worked out gets an `Undeclared`."""
        body = declared.block.body.attributes
        chosen = body.get("count") or body.get("for_each")
        if chosen is None:
            return SINGLE
        entry = self._memo.get(what)
        if entry is _RUNNING:
            self.session.gap(f"{self.address}{what}", "its count or for_each refers to itself")
            return Undeclared(f"{self.address}{what}", "refers to itself")
        self._memo[what] = _RUNNING
        before = self.session.tainted, self.session.assumed
        try:
            if chosen.name == "count":
                return expansion.by_count(value_of(chosen.value, self.scope))
            return expansion.by_each(evaluate(chosen.value, self.scope))
        except (EvaluationError, LimitError, RecursionError) as error:
            return expansion.unknown(self.failed(f"{what}.{chosen.name}", error, declared.file, chosen.span))
        finally:
            del self._memo[what]
            self.session.tainted, self.session.assumed = before

    def scopes(self, declared: Declared, what: str) -> list[Scope]:
        """What each instance of a block sees."""
        expanded = self.expand(declared, what)
        if isinstance(expanded, Undeclared):
            return []
        return [Scope(self, names) for _, names in expanded.instances]

    # Calls

    def call(self, name: str) -> Any:
        """What `module.NAME` refers to: the outputs of the called module, or of all its instances."""
        key = ("module", "", name)
        known = self._groups.get(key)
        if known is None:
            known = self._groups[key] = self._call(name)
        return known

    def called_modules(self, name: str) -> "list[Module] | Absent":
        """The instances of the module that a call makes, or why there are none to be looked at."""
        found = self.call(name)
        if isinstance(found, Absent):
            return found
        return self._members.get(("module", "", name), [])

    def _call(self, name: str) -> Lazy:
        declared = self.declarations.calls.get(name)
        if declared is None:
            return Undeclared(f"{self.address}module.{name}", "is not declared")
        folder = sourcing.folder(self, name, declared)
        if isinstance(folder, Absent):
            return folder
        expanded = self.expand(declared, f"module.{name}")
        if isinstance(expanded, Undeclared):
            return expanded
        declarations = self.root.library.declarations(folder)
        members = []
        for key, names in expanded.instances:
            address = f"{self.address}module.{name}{expansion.key_text(expanded.kind, key)}."
            scope = Scope(self, names) if names else self.scope
            members.append(Module(declarations, self.root, address, Called(self, declared, scope, declared.location())))
        self._members["module", "", name] = members
        outputs = [Outputs(member) for member in members]
        return outputs[0] if expanded.kind == "single" else Group(f"module.{name}", expanded, outputs, self.session)

    # Providers

    def provider(self, name: str) -> Provider | None:
        """The configuration that a provider name ("aws", "aws.west") means here."""
        if name not in self._providers:
            self._providers[name] = self._provider(name)
        return self._providers[name]

    def _provider(self, name: str) -> Provider | None:
        if declared := self.declarations.providers.get(name):
            return Provider(name, declared, self.scope)
        if self.called is None:
            return None
        passed = self.called.declared.block.body.attributes.get("providers")
        if passed is not None:
            for key, value in getattr(passed.value, "items", ()):
                if reference(key) == name:
                    return self.called.module.provider(reference(value))
        return self.called.module.provider(name) if "." not in name else None

    def provider_of(self, declared: Declared) -> Provider | None:
        """The provider configuration that manages a block."""
        chosen = declared.block.body.attributes.get("provider")
        return self.provider(reference(chosen.value) if chosen else declared.block.labels[0].partition("_")[0])

    @property
    def calls(self) -> tuple[Location, ...]:
        """The module calls that lead here, outermost first."""
        return (*self.called.module.calls, self.called.location) if self.called else ()

    @property
    def path(self) -> str:
        """path.module"""
        return os.path.relpath(self.declarations.folder, self.root.folder).replace(os.sep, "/")


def _outside(name: str) -> Any:
    raise EvaluationError(f'"{name}" has no meaning here')


_SPACES: dict[str, Callable[[Module], Any]] = {
    "var": lambda module: Space(module.variable),
    "local": lambda module: Space(module.local),
    "module": lambda module: Space(module.call),
    "data": lambda module: Space(lambda type_: Space(module._typed("data", type_))),  # noqa: SLF001
    "resource": lambda module: Space(lambda type_: Space(module._typed("resource", type_))),  # noqa: SLF001
    "ephemeral": lambda module: Space(lambda type_: Space(module._typed("ephemeral", type_))),  # noqa: SLF001
    "path": lambda module: {
        "module": module.path,
        "root": ".",
        "cwd": Unknown(because="path.cwd is the folder in which Terraform runs"),
    },
    "terraform": lambda module: {"workspace": module.root.workspace},
    "each": lambda _: _outside("each"),
    "count": lambda _: _outside("count"),
    "self": lambda _: _outside("self"),
    "*": lambda _: _outside("*"),
}
