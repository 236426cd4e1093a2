"""What an expression reads, and which of its constructs a rule may not use: found without evaluating it."""

import re
from collections.abc import Iterator, Mapping

from cloudaudit.engine.syntaxtree import Call, Const, Ident, Items, Loop, Node, Select

ROOTS = ("resource", "related", "facts", "parameters", "before", "after", "actions")
OF_RESOURCES = frozenset({"resource", "related", "facts", "parameters"})
OF_CHANGES = frozenset({"before", "after", "actions", "related", "parameters"})
"""What rules about resources read, and rules about changes."""

SET = "__set"
"""Ends the name of a key that says whether the attribute of that name is set, where its value is not known either."""
FILLED = "__filled"
"""The same for a list: whether it has members, where these are not known."""


def without_question(path: str) -> str:
    """The path of the attribute that a path with `SET` or `FILLED` asks about."""
    return path.removesuffix(SET).removesuffix(FILLED)


MAX_LOOPS = 4
"""How deep `exists`, `all`, `filter` ... may nest."""
MAX_FREE_LOOPS = 2
"""How many nested loops may each run over data of their own: the cost is the product of their lengths."""

_RELATION = re.compile(r"related\.\w+")
_GROWING = frozenset({"replace", "join", "format", "quote"})
_COMPARISONS = frozenset({"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"})
_OF_STRINGS = frozenset({"startsWith", "endsWith", "contains", "matches", "lowerAscii", "upperAscii", "split", "trim"})
_CONCATENATION, _CONDITION, _INDEX = "_+_", "_?_:_", "_[_]"

_Paths = frozenset[str]
_NOTHING: _Paths = frozenset()


class Reading:
    """The dotted paths that an expression reads, and what is wrong with it.

    `paths` holds "resource.storage_encrypted", "related.logs.rule.status", "facts.iam.allows": members of lists are
    read through their list, whether by index or by the variable of a loop. Where a longer path is read, its beginnings
    are left out. `loops` says what the variables of loops may stem from; `compared` holds paths with the kind of
    literal that they are compared with; `patterns` are regular expressions. `faults` are sentences.
    """

    def __init__(self, tree: Node) -> None:
        self.faults: list[str] = []
        self.loops: dict[str, _Paths] = {}
        self.compared: set[tuple[str, str]] = set()
        self.patterns: list[str] = []
        self._used: set[str] = set()
        self._visit(tree, {})
        self._measure(tree, frozenset(), 0, 0)
        self.paths = _longest(self._used)

    def _visit(self, node: Node, variables: Mapping[str, _Paths], *, leaf: bool = True) -> _Paths:
        """The paths that the value of `node` may stem from; `leaf` says that the value itself is used."""
        match node:
            case Ident(name):
                paths = variables.get(name, frozenset({name}) if name in ROOTS else _NOTHING)
            case Select():
                paths = self._select(node, variables)
            case Call():
                return self._call(node, variables, leaf=leaf)
            case Items(members, is_map):
                paths = _NOTHING.union(*(self._visit(member, variables) for member in members))
                if is_map and paths:
                    self._fault("a map may hold constants only: write the attribute where it is compared")
                return paths
            case Loop():
                return self._loop(node, variables)
            case _:
                return _NOTHING
        if leaf:
            self._use(paths)
        return paths

    def _use(self, paths: _Paths) -> None:
        for path in sorted(paths & set(ROOTS) - {"actions"}):
            self._fault(f"`{path}` must be followed by a name, as in `{path}.NAME`")
        self._used |= paths

    def _select(self, node: Select, variables: Mapping[str, _Paths]) -> _Paths:
        if node.test:
            self._fault("has() is forbidden: it calls an unknown value absent; compare with null instead")
        self._forbid_list_use(node.operand, f".{node.field}")
        return frozenset(f"{path}.{node.field}" for path in self._visit(node.operand, variables, leaf=False))

    def _call(self, node: Call, variables: Mapping[str, _Paths], *, leaf: bool) -> _Paths:
        if node.function in _GROWING:
            self._fault(f"{node.function} is forbidden: what it makes may be larger than memory; this wants a fact")
        operands = (node.target, *node.args) if node.target else node.args
        if node.function not in (_CONCATENATION, _CONDITION):
            for operand in operands:
                self._forbid_list_use(operand, node.function)
        if node.function == _INDEX:
            return self._index(node, variables, leaf=leaf)
        paths = [self._visit(operand, variables) for operand in operands]
        self._note(node, operands, paths)
        if node.function == _CONDITION:
            return paths[1] | paths[2]
        return _NOTHING.union(*paths) if node.function in (_CONCATENATION, "dyn") else _NOTHING

    def _note(self, node: Call, operands: tuple[Node, ...], paths: list[_Paths]) -> None:
        """Remember what kind of value each path is taken for."""
        if node.function in _COMPARISONS:
            for path, other in zip(paths, reversed(operands), strict=True):
                self._compare(path, other)
        elif node.function == "@in" and isinstance(operands[1], Items) and not operands[1].is_map:
            for member in operands[1].members:
                self._compare(paths[0], member)
        elif node.function in _OF_STRINGS:
            self._compare(paths[0], Const("string"))
            if node.function == "matches" and isinstance(operands[1], Const):
                self.patterns.append(operands[1].value)

    def _compare(self, paths: _Paths, other: Node) -> None:
        if isinstance(other, Const) and other.kind not in ("", "null"):
            self.compared |= {(path, other.kind) for path in paths if not path.endswith(SET)}

    def _index(self, node: Call, variables: Mapping[str, _Paths], *, leaf: bool) -> _Paths:
        operand, key = node.args
        name = key.value if isinstance(key, Const) else ""
        if not name.isidentifier():
            self._visit(key, variables)
            return self._visit(operand, variables)
        paths = frozenset(f"{path}.{name}" for path in self._visit(operand, variables, leaf=False))
        if leaf:
            self._use(paths)
        return paths

    def _loop(self, node: Loop, variables: Mapping[str, _Paths]) -> _Paths:
        members = self._visit(node.range, variables)
        self.loops[node.variable] = self.loops.get(node.variable, _NOTHING) | members
        inner = {**variables, node.variable: members, node.accumulator: _NOTHING}
        for part in node.parts:
            self._visit(part, inner)
        return self._visit(node.step, inner)

    def _forbid_list_use(self, node: Node, use: str) -> None:
        """The list may be incomplete, so its size, and what is not in it, mean nothing."""
        match node:
            case Select(Ident("related"), name):
                use = use.removeprefix("@").strip("_") or "an operator"
                self._fault(
                    f"`related.{name}` is a list that may be incomplete: use exists, all, exists_one, filter or map "
                    f"on it, not `{use}`"
                )

    def _measure(self, node: Node, variables: _Paths, depth: int, free: int) -> None:
        """Find nested loops, whose cost multiplies."""
        if isinstance(node, Loop):
            self._measure(node.range, variables, depth, free)
            depth += 1
            free += not isinstance(node.range, Items) and _root(node.range) not in variables
            if depth > MAX_LOOPS:
                self._fault(f"loops nest deeper than {MAX_LOOPS}: this wants a fact")
            if free > MAX_FREE_LOOPS:
                self._fault(f"more than {MAX_FREE_LOOPS} nested loops run over data of their own: this wants a fact")
            variables |= {node.variable}
        for child in _children(node):
            self._measure(child, variables, depth, free)

    def _fault(self, sentence: str) -> None:
        if sentence not in self.faults:
            self.faults.append(sentence)


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Select(operand):
            return (operand,)
        case Call(_, target, args):
            return (target, *args) if target else args
        case Items(members):
            return members
        case Loop():
            return (*node.parts, node.step)
    return ()


def _root(node: Node) -> str:
    """The variable that a chain of names and indices starts from, or ""."""
    while True:
        match node:
            case Ident(name):
                return name
            case Select(operand):
                node = operand
            case Call("_[_]", None, args):
                node = args[0]
            case _:
                return ""


def _longest(paths: set[str]) -> tuple[str, ...]:
    return tuple(sorted(paths - {start for path in paths for start in beginnings(path)}))


def beginnings(path: str) -> Iterator[str]:
    """The paths that a dotted path leads through: "a.b" and "a" of "a.b.c"."""
    end = path.rfind(".")
    while end > 0:
        yield path[:end]
        end = path.rfind(".", 0, end)
