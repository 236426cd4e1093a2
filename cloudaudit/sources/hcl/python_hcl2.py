"""The second reader of Terraform source: python-hcl2's syntax tree, turned into the same nodes as `treesitter` does.

It is slower, needs no compiled code, and shares no grammar with the first reader. Known to be refused here, though
Terraform takes them: names that are not ASCII, `!!a`, `--1`, `a -12` without a space behind the minus, a comment
before a minus, line breaks in some places inside parentheses and template sequences.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from hcl2.parser import parser
from lark import Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

from cloudaudit.sources.hcl import bodies, literals, recovery, templates
from cloudaudit.sources.hcl.document import Broken, Document, byte_offsets, unexpected
from cloudaudit.sources.hcl.syntax import (
    MAX_DEPTH,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    File,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    Object,
    Span,
    Splat,
    Tuple,
    Unary,
)
from cloudaudit.sources.hcl.templates import Mark, Piece

LarkTree = Tree[Token]


def read(path: str, data: bytes) -> File:
    """Read one file of Terraform source. Never raises: what cannot be read is in the `problems` of the file."""
    document = Document(data)
    body = recovery.read_body(document, document.start, len(document.data), _read_body)
    return File(path, body, document.problems)


def read_expression(document: Document, start: int, end: int) -> Expression:
    """The expression that stands between two bytes; raises `Broken` when it cannot be read."""
    # Line breaks are free in an interpolation; for this grammar they are around what stands in parentheses.
    reading, tree = _parse(document, start, end, "x=(", "\n)")
    statements = _solid(_solid(tree)[0])
    value = _solid(statements[0])[-1] if len(statements) == 1 else None
    children = _solid(value) if value is not None else []
    if len(children) != 3 or reading.start(children[-1]) != end + 1:
        raise Broken("this is no expression", start)
    return reading.expression(children[1])


def _read_body(document: Document, start: int, end: int) -> Body:
    reading, tree = _parse(document, start, end)
    return reading.body(_solid(tree)[0])


def _parse(document: Document, start: int, end: int, prefix: str = "", suffix: str = "") -> tuple["_Reading", LarkTree]:
    text = prefix + document.text(start, end) + suffix
    reading = _Reading(document, start - len(prefix), text)
    try:
        tree = parser().parse(_masked(text) + "\n")
    except UnexpectedInput as error:
        offset = len(text) if error.pos_in_stream is None else error.pos_in_stream
        raise unexpected(document, min(max(reading.offset(offset), start), end)) from error
    except LarkError as error:
        raise Broken(str(error), start) from error
    return reading, tree


_HEREDOC = re.compile(r"<<-?([^\W\d][\w.-]*)[ \t]*\r?$", re.MULTILINE)
_LATE_ARROW = re.compile(r"\n(?=\s*=>)")
_STRIP_MARKER = re.compile(r"(?<=[$%]\{)~|~(?=\})")


def _masked(text: str) -> str:
    """The text as the grammar understands it, every character in its place: it allows no spaces behind the end of a
    heredoc, no line break before the arrow of a `for`, and no strip markers in interpolations."""
    for marker in {found[1] for found in _HEREDOC.finditer(text)}:
        text = re.sub(rf"^([ \t]*{re.escape(marker)})([ \t]+)(?=\r?$)", r"\2\1", text, flags=re.MULTILINE)
    return _STRIP_MARKER.sub(" ", _LATE_ARROW.sub(" ", text))


class _Reading:
    """Turns the nodes of one tree into ours. `base` is where the parsed text starts in the document."""

    def __init__(self, document: Document, base: int, text: str) -> None:
        self.document = document
        self.base = base
        self.offsets = byte_offsets(text)
        self.depth = 0
        self.kinds: dict[str, Callable[[LarkTree], Expression]] = {
            "expr_term": self._term,
            "int_lit": self._number,
            "float_lit": self._number,
            "literal_value": self._literal,
            "string": self._string,
            "heredoc_template": self._heredoc,
            "heredoc_template_trim": self._heredoc,
            "tuple": self._tuple,
            "object": self._object,
            "identifier": self._name,
            "function_call": self._call,
            "for_tuple_expr": self._for,
            "for_object_expr": self._for,
            "unary_op": self._unary,
            "binary_op": self._binary,
            "conditional": self._conditional,
            "index_expr_term": self._traversal,
            "get_attr_expr_term": self._traversal,
            "attr_splat_expr_term": self._traversal,
            "full_splat_expr_term": self._traversal,
        }

    def offset(self, position: int) -> int:
        """The byte of the document at which a character of the parsed text stands."""
        if self.offsets:
            position = self.offsets[min(position, len(self.offsets) - 1)]
        return self.base + position

    def start(self, node: Any) -> int:
        position: Any = node.start_pos if isinstance(node, Token) else node.meta.start_pos
        return self.offset(position)

    def end(self, node: Any) -> int:
        """Where a node ends, without the line break that the grammar counts to operations and heredocs."""
        while isinstance(node, Tree):
            node = _solid(node)[-1]
        position: int = node.start_pos
        start, end = self.offset(position), self.offset(position + len(node))
        return end if "\n" not in node else start + len(self.document.data[start:end].rstrip())

    def span(self, first: Any, last: Any = None) -> Span:
        return self.document.span(self.start(first), self.end(first if last is None else last))

    # Bodies

    def body(self, tree: LarkTree) -> Body:
        return bodies.collect(self.document, self._items(tree))

    def _items(self, tree: LarkTree) -> Iterator[Attribute | Block]:
        for item in _solid(tree):
            if item.data == "block":
                yield self._block(item)
            else:
                name, _, value = _solid(item)
                yield Attribute(str(name.children[0]), self.expression(value), self.span(name, value))

    def _block(self, tree: LarkTree) -> Block:
        self.deeper(tree)
        kind, *labels, opening, body, closing = _solid(tree)
        names = tuple(self._label(label) for label in labels)
        block = Block(str(kind.children[0]), names, self.body(body), self.span(kind, closing), self.span(kind, opening))
        self.depth -= 1
        return block

    def _label(self, tree: LarkTree) -> str:
        if tree.data != "string":
            return str(tree.children[0])
        label = self._string(tree)
        if not isinstance(label, Literal):
            raise Broken("a label cannot hold a template", self.start(tree))
        return str(label.value)

    # Expressions

    def deeper(self, tree: LarkTree) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Broken("nested too deeply", self.start(tree))

    def expression(self, tree: LarkTree) -> Expression:
        self.deeper(tree)
        kind = self.kinds.get(tree.data)
        if not kind:
            raise unexpected(self.document, self.start(tree))
        result = kind(tree)
        self.depth -= 1
        return result

    def _term(self, tree: LarkTree) -> Expression:
        """Anything, perhaps in parentheses; these are no level of their own otherwise."""
        children = _solid(tree)
        if len(children) == 3:
            return self.expression(children[1])
        inner = children[0]
        kind = self.kinds.get(inner.data)
        if not kind:
            raise unexpected(self.document, self.start(inner))
        return kind(inner)

    def _name(self, tree: LarkTree) -> Expression:
        return Name(str(tree.children[0]), self.span(tree))

    def _traversal(self, tree: LarkTree) -> Expression:
        """The grammar nests the steps to the left; `[*]` however takes all that follow."""
        steps: list[Any] = []
        term: Any = tree
        while term.data in _TRAVERSALS or (term.data == "expr_term" and len(_solid(term)) == 1):
            if term.data in _TRAVERSALS:
                term, step = _solid(term)
                inside = _solid(step) if step.data in _SPLATS else [step]
                steps[:0] = inside
            else:
                term = _solid(term)[0]
        if len(steps) + self.depth > MAX_DEPTH:
            raise Broken("nested too deeply", self.start(tree))
        return self._steps(self.expression(term), steps, self.start(term))

    def _steps(self, of: Expression, steps: list[Any], start: int) -> Expression:
        for number, step in enumerate(steps):
            span = self.document.span(start, self.end(step))
            if isinstance(step, Token):
                return self._splat(of, step, steps[number + 1 :], start)
            if step.data == "get_attr":
                of = GetAttr(of, str(_solid(step)[1].children[0]), span)
            elif step.data == "short_index":
                digits = _solid(step)[1]
                of = Index(of, Literal(literals.number(digits, span[4]), self.span(digits)), span)
            else:
                of = Index(of, self.expression(_solid(step)[1]), span)
        return of

    def _splat(self, of: Expression, marker: Token, steps: list[Any], start: int) -> Expression:
        full = marker.type == "FULL_SPLAT_START"
        taken = len(steps)
        if not full:
            taken = next((n for n, step in enumerate(steps) if not _legacy(step)), taken)
        last = steps[taken - 1] if taken else marker
        each = self._steps(Name("*", self.span(marker)), steps[:taken], self.start(marker))
        splat = Splat(of, each, full, self.document.span(start, self.end(last)))
        return self._steps(splat, steps[taken:], start)

    def _call(self, tree: LarkTree) -> Expression:
        children = _solid(tree)
        opening = next(n for n, child in enumerate(children) if isinstance(child, Token) and child.type == "LPAR")
        name = "".join(str(part) if isinstance(part, Token) else str(part.children[0]) for part in children[:opening])
        arguments = children[opening + 1]
        given = _solid(arguments) if isinstance(arguments, Tree) else []
        args = [self.expression(arg) for arg in given if isinstance(arg, Tree)]
        expand = any(isinstance(arg, Token) and arg.type == "ELLIPSIS" for arg in given)
        return Call(name, args, expand, self.span(tree))

    def _unary(self, tree: LarkTree) -> Expression:
        operator, operand = _solid(tree)
        return Unary(str(operator), self.expression(operand), self.span(tree))

    def _binary(self, tree: LarkTree) -> Expression:
        left, term = _solid(tree)
        operator, right = _solid(term)
        # Line breaks and comments before an operator are part of its token.
        written = str(operator.children[0])
        sign = next(sign for sign in _OPERATORS if written.endswith(sign))
        return Binary(sign, self.expression(left), self.expression(right), self.span(left, right))

    def _conditional(self, tree: LarkTree) -> Expression:
        condition, _, then, _, otherwise = _solid(tree)
        span = self.span(condition, otherwise)
        return Conditional(self.expression(condition), self.expression(then), self.expression(otherwise), span)

    # Collections

    def _tuple(self, tree: LarkTree) -> Expression:
        items = [self.expression(item) for item in _solid(tree) if isinstance(item, Tree)]
        return Tuple(items, self.span(tree))

    def _object(self, tree: LarkTree) -> Expression:
        return Object([self._pair(pair) for pair in _solid(tree) if isinstance(pair, Tree)], self.span(tree))

    def _pair(self, tree: LarkTree) -> tuple[Expression, Expression]:
        key, _, value = _solid(tree)
        word: Any = key.children[0]
        if word.data == "expr_term" and len(word.children) == 1:
            word = word.children[0]
        if word.data in {"identifier", "keyword", "literal_value"}:
            return Literal(str(word.children[0]), self.span(word)), self.expression(value)
        return self.expression(word), self.expression(value)

    def _for(self, tree: LarkTree) -> Expression:
        intro, *rest = [child for child in _solid(tree) if isinstance(child, Tree)]
        names = [str(name.children[0]) for name in _solid(intro)[1:4] if isinstance(name, Tree)]
        _, *names_and_collection = [child for child in _solid(intro) if isinstance(child, Tree)]
        condition = self.expression(_solid(rest.pop())[1]) if rest[-1].data == "for_cond" else None
        group = any(isinstance(child, Token) and child.type == "ELLIPSIS" for child in _solid(tree))
        keyed = len(names_and_collection) > 1
        return For(
            names[0] if keyed else None,
            names[1] if keyed else names[0],
            self.expression(names_and_collection[-1]),
            self.expression(rest[0]) if len(rest) > 1 else None,
            self.expression(rest[-1]),
            condition,
            group,
            self.span(tree),
        )

    # Literals and templates

    def _number(self, tree: LarkTree) -> Expression:
        text = str(tree.children[0])
        span = self.span(tree)
        if not text.startswith("-"):
            return Literal(literals.number(text, span[4]), span)
        digits = Literal(literals.number(text[1:], span[4]), self.document.span(span[4] + 1, span[5]))
        return Unary("-", digits, span)

    def _literal(self, tree: LarkTree) -> Expression:
        return Literal({"true": True, "false": False, "null": None}[str(tree.children[0])], self.span(tree))

    def _string(self, tree: LarkTree) -> Expression:
        pieces: list[Piece] = []
        position = self.end(tree.children[0])
        closing = tree.children[-1]
        for part in (*tree.children[1:-1], closing):
            content = part.children[0] if isinstance(part, Tree) else part
            if isinstance(content, Token) and content is not closing:
                continue
            if position < self.start(part):
                pieces.append(templates.quoted(self.document, position, self.start(part)))
            if isinstance(content, Tree):
                pieces.append(self._mark(content))
            position = self.end(part)
        return templates.whole(templates.assemble(pieces), self.span(tree))

    def _mark(self, tree: LarkTree) -> Mark:
        children = _solid(tree)
        mark = Mark(_MARKS[tree.data], self.span(tree))
        mark.left = self.document.data[mark.span[4] + 2 : mark.span[4] + 3] == b"~"
        mark.right = self.document.data[mark.span[5] - 2 : mark.span[5] - 1] == b"~"
        inside = [child for child in children if isinstance(child, Tree)]
        if mark.kind == "for":
            names = [str(name.children[0]) for name in inside[:-1]]
            mark.key, mark.value = names[0] if len(names) > 1 else None, names[-1]
        if inside:
            mark.expression = self.expression(inside[-1])
        return mark

    def _heredoc(self, tree: LarkTree) -> Expression:
        span = self.span(tree.children[0])
        data = self.document.data
        start, end = data.index(b"\n", span[4]) + 1, data.rindex(b"\n", 0, span[5]) + 1
        pieces = templates.split(self.document, start, end, templates.heredoc, read_expression)
        return templates.whole(templates.assemble(pieces, by_line=True, flush=tree.data.endswith("trim")), span)


_OPERATORS = ("==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%")
_SPLATS = frozenset({"attr_splat", "full_splat"})
_TRAVERSALS = frozenset({"index_expr_term", "get_attr_expr_term", "attr_splat_expr_term", "full_splat_expr_term"})
_MARKS = {
    "interpolation": "value",
    "template_if_start": "if",
    "template_else": "else",
    "template_endif": "endif",
    "template_for_start": "for",
    "template_endfor": "endfor",
}


def _solid(tree: Any) -> list[Any]:
    """The children without line breaks and comments."""
    return [child for child in tree.children if not (isinstance(child, Tree) and child.data == "new_line_or_comment")]


def _legacy(step: Any) -> bool:
    return isinstance(step, Tree) and step.data in {"get_attr", "short_index"}
