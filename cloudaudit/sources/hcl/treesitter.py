"""The default reader of Terraform source: the trees of tree-sitter's HCL grammar, turned into our nodes.

The grammar is more generous than Terraform and wrong in a few places; each correction here says which.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

import tree_sitter
import tree_sitter_hcl

from cloudaudit.sources.hcl import bodies, literals, recovery, templates
from cloudaudit.sources.hcl.document import Broken, Document, unexpected
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
from cloudaudit.sources.hcl.templates import Mark, Piece, ReadText

TreeNode = tree_sitter.Node


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def read(path: str, data: bytes) -> File:
    """Read one file of Terraform source. Never raises: what cannot be read is in the `problems` of the file."""
    document = Document(data)
    body = recovery.read_body(document, document.start, len(document.data), _read_body)
    return File(path, body, document.problems)


def read_expression(document: Document, start: int, end: int) -> Expression:
    """The expression that stands between two bytes; raises `Broken` when it cannot be read."""
    prefix = b"x="
    reading, root = _parse(document, start, end, prefix)
    statements = [child for node in root.children if node.type == "body" for child in _solid(node.children)]
    if len(statements) != 1 or statements[0].type != "attribute":
        raise Broken("this is no expression", start)
    return reading.expression(statements[0].children[-1])


def _read_body(document: Document, start: int, end: int) -> Body:
    reading, root = _parse(document, start, end)
    bodies_found = [reading.body(child) for child in root.children if child.type == "body"]
    if any(child.type == "object" for child in root.children):
        raise Broken("an object stands where blocks and arguments are expected", start)
    return bodies_found[0] if bodies_found else Body({}, [])


def _parse(document: Document, start: int, end: int, prefix: bytes = b"") -> tuple["_Reading", TreeNode]:
    # A heredoc must end with a line break for the grammar to see its end.
    source = prefix + document.data[start:end] + b"\n"
    root = _parser().parse(source).root_node
    base = start - len(prefix)
    if root.has_error:
        masked = _masked(source)
        again = _parser().parse(masked).root_node if masked != source else root
        if again.has_error:
            raise _first_error(root, document, base)
        root = again
    return _Reading(document, base), root


_EXPONENT = re.compile(rb"(?<![\w.])\d+[eE][-+]?\d+")
_KEY_ON_NEXT_LINE = re.compile(rb"^((?:(?!#|//)[^\n])*\w[ \t]*)\n(?=\s*\([^\n]*\)[ \t]*[=:])", re.MULTILINE)


def _masked(source: bytes) -> bytes:
    """The source as the grammar understands it, every byte in its place: it knows no `1e5`, and takes an object's
    parenthesised key for a call when the value on the line before is a single name."""
    source = _EXPONENT.sub(lambda found: b"1" * len(found[0]), source)
    return _KEY_ON_NEXT_LINE.sub(rb"\1,", source)


_MISSING = {
    "identifier": "an expression",
    "quoted_template_end": "a closing quote",
    "heredoc_identifier": "the end of a heredoc",
    "template_interpolation_end": "a closing brace",
    "template_directive_end": "a closing brace",
}


def _first_error(node: TreeNode, document: Document, base: int) -> Broken:
    while not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error)
    offset = max(node.start_byte + base, 0)
    if node.is_missing:
        offset = max(base, 0) + len(document.data[max(base, 0) : offset].rstrip())
        return Broken(f"{_MISSING.get(node.type, repr(node.type))} is missing here", offset)
    return unexpected(document, offset)


class _Reading:
    """Turns the nodes of one tree into ours. `base` is where the parsed piece starts in the document."""

    def __init__(self, document: Document, base: int) -> None:
        self.document = document
        self.data = document.data
        self.base = base
        self.depth = 0
        self.terms: dict[str, Callable[[TreeNode], Expression]] = {
            "literal_value": self._literal,
            "template_expr": self._template,
            "collection_value": self._collection,
            "variable_expr": self._variable,
            "function_call": self._call,
            "for_expr": self._for,
            "operation": self._operation,
            "conditional": self._conditional,
        }

    def deeper(self, node: TreeNode, levels: int = 1) -> None:
        """Count levels that open at a node; refuses too many of them."""
        self.depth += levels
        if self.depth > MAX_DEPTH:
            raise Broken("nested too deeply", node.start_byte + self.base)

    def span(self, node: TreeNode) -> Span:
        return self.document.span(node.start_byte + self.base, node.end_byte + self.base)

    def text(self, node: TreeNode) -> str:
        return self.data[node.start_byte + self.base : node.end_byte + self.base].decode()

    # Bodies

    def body(self, node: TreeNode) -> Body:
        return bodies.collect(self.document, self._items(node))

    def _items(self, node: TreeNode) -> Iterator[Attribute | Block]:
        for child in node.children:
            if child.type == "attribute":
                children = child.children
                yield Attribute(self.text(children[0]), self.expression(children[-1]), self.span(child))
            elif child.type == "block":
                yield self._block(child)

    def _block(self, node: TreeNode) -> Block:
        self.deeper(node)
        labels: list[str] = []
        body = Body({}, [])
        head = 0
        for child in node.children:
            kind = child.type
            if kind == "string_lit":
                labels.append(str(self._string(child).value))
            elif kind == "identifier":
                labels.append(self.text(child))
            elif kind == "block_start":
                head = child.end_byte
            elif kind == "body":
                body = self.body(child)
        self.depth -= 1
        opening = self.document.span(node.start_byte + self.base, head + self.base)
        return Block(labels[0], tuple(labels[1:]), body, self.span(node), opening)

    # Expressions

    def expression(self, node: TreeNode) -> Expression:
        """The expression of a node that holds a term and what is applied to it."""
        self.deeper(node)
        children = node.children
        result = self.terms[children[0].type](children[0]) if len(children) == 1 else self._operand(_solid(children))
        self.depth -= 1
        return result

    def _operand(self, nodes: list[TreeNode]) -> Expression:
        """A term and the indexes, attributes and splats behind it."""
        first = nodes[0]
        if first.type == "(":
            term, position = self.expression(nodes[1]), 3
        else:
            term, position = self.terms[first.type](first), 1
        return self._applied(term, nodes[position:], first.start_byte + self.base)

    def _applied(self, term: Expression, nodes: list[TreeNode], start: int) -> Expression:
        if len(nodes) + self.depth > MAX_DEPTH:
            raise Broken("nested too deeply", start)
        for number, node in enumerate(nodes):
            end = node.end_byte + self.base
            kind = node.type
            if kind == "get_attr":
                name = _solid(node.children)[1]
                term = GetAttr(term, self.text(name), self.document.span(start, end))
            elif kind == "index":
                term = Index(term, self._key(node.children[0]), self.document.span(start, end))
            else:
                return self._splat(term, node.children[0], nodes[number + 1 :], start)
        return term

    def _key(self, node: TreeNode) -> Expression:
        children = _solid(node.children)
        if node.type == "new_index":
            return self.expression(children[1])
        start, end = children[0].end_byte + self.base, node.end_byte + self.base
        return Literal(int(self.data[start:end]), self.document.span(start, end))

    def _splat(self, term: Expression, node: TreeNode, rest: list[TreeNode], start: int) -> Expression:
        """`[*]` takes all that follows, other splats too; `.*` takes only names and `.0`. The grammar does neither."""
        marker, *inside = _solid(node.children)
        full = node.type == "full_splat"
        inside += rest
        taken = len(inside)
        if not full:
            taken = next((n for n, each in enumerate(inside) if not _legacy(each)), taken)
        each_start = marker.start_byte + self.base
        each = self._applied(Name("*", self.span(marker)), inside[:taken], each_start)
        end = inside[taken - 1].end_byte if taken else marker.end_byte
        splat = Splat(term, each, full, self.document.span(start, end + self.base))
        return self._applied(splat, inside[taken:], start)

    def _variable(self, node: TreeNode) -> Expression:
        return Name(self.text(node), self.span(node))

    def _call(self, node: TreeNode) -> Expression:
        name, *rest = node.children
        args: list[Expression] = []
        expand = False
        for child in rest:
            if child.type == "function_arguments":
                args = [self.expression(arg) for arg in child.children if arg.type == "expression"]
                expand = any(arg.type == "ellipsis" for arg in child.children)
        return Call(self.text(name), args, expand, self.span(node))

    def _operation(self, node: TreeNode) -> Expression:
        self.deeper(node)
        operation = node.children[0]
        children = _solid(operation.children)
        result: Expression
        if operation.type == "unary_operation":
            result = Unary(children[0].type, self._operand(children[1:]), self.span(node))
        else:
            at = next(n for n, child in enumerate(children) if n and child.type in _BINARY)
            left, right = self._operand(children[:at]), self._operand(children[at + 1 :])
            result = Binary(children[at].type, left, right, self.span(node))
        self.depth -= 1
        return result

    def _conditional(self, node: TreeNode) -> Expression:
        """The grammar groups `a ? b : c ? d : e` to the left, the language to the right."""
        arms: list[TreeNode] = []
        while True:
            condition, then, otherwise = (child for child in node.children if child.type == "expression")
            arms += [otherwise, then]
            nested = _solid(condition.children)
            if nested[0].type != "conditional":
                break
            node = nested[0]
        arms.append(condition)
        arms.reverse()
        self.deeper(node, len(arms) // 2)
        result = self._chain(arms)
        self.depth -= len(arms) // 2
        return result

    def _chain(self, arms: list[TreeNode]) -> Expression:
        result = self.expression(arms[-1])
        end = arms[-1].end_byte + self.base
        for at in range(len(arms) - 3, -1, -2):
            condition, then = self.expression(arms[at]), self.expression(arms[at + 1])
            result = Conditional(condition, then, result, self.document.span(arms[at].start_byte + self.base, end))
        return result

    # Collections

    def _collection(self, node: TreeNode) -> Expression:
        collection = node.children[0]
        if collection.type == "tuple":
            items = [self.expression(child) for child in collection.children if child.type == "expression"]
            return Tuple(items, self.span(node))
        pairs = [self._pair(child) for child in collection.children if child.type == "object_elem"]
        return Object(pairs, self.span(node))

    def _pair(self, node: TreeNode) -> tuple[Expression, Expression]:
        key, value = (child for child in node.children if child.type == "expression")
        word = self.text(key)
        bare = _WORD.fullmatch(word)
        return Literal(word, self.span(key)) if bare else self.expression(key), self.expression(value)

    def _for(self, node: TreeNode) -> Expression:
        children = _solid(node.children[0].children)
        names, collection = self._intro(children[1])
        expressions = [self.expression(child) for child in children if child.type == "expression"]
        condition: Expression | None = None
        for child in children:
            if child.type == "for_cond":
                condition = self.expression(_solid(child.children)[1])
        group = any(child.type == "ellipsis" for child in children)
        key_result = expressions[0] if len(expressions) > 1 else None
        key, value = names
        return For(key, value, collection, key_result, expressions[-1], condition, group, self.span(node))

    def _intro(self, node: TreeNode) -> tuple[tuple[str | None, str], Expression]:
        names = [self.text(child) for child in node.children if child.type == "identifier"]
        collection = next(self.expression(child) for child in node.children if child.type == "expression")
        return (names[0] if len(names) > 1 else None, names[-1]), collection

    # Literals and templates

    def _literal(self, node: TreeNode) -> Expression:
        literal = node.children[0]
        kind = literal.type
        if kind == "string_lit":
            return self._string(literal)
        span = self.span(node)
        if kind == "bool_lit":
            return Literal(self.data[span[4] : span[5]] == b"true", span)
        return Literal(None if kind == "null_lit" else literals.number(self.text(literal), span[4]), span)

    def _string(self, node: TreeNode) -> Literal:
        span = self.span(node)
        return Literal(templates.quoted(self.document, span[4] + 1, span[5] - 1), span)

    def _template(self, node: TreeNode) -> Expression:
        template = node.children[0]
        return self._quoted(template) if template.type == "quoted_template" else self._heredoc(template)

    def _quoted(self, node: TreeNode) -> Expression:
        span = self.span(node)
        start, end = span[4] + 1, span[5] - 1
        if _ODD_ESCAPE.search(self.data, start, end):
            pieces = templates.split(self.document, start, end, templates.quoted, read_expression)
        else:
            pieces = self._pieces(node.children[1:-1], start, end, templates.quoted)
        return templates.whole(templates.assemble(pieces), span)

    def _heredoc(self, node: TreeNode) -> Expression:
        opening, marker, *inside, closing = _solid(node.children)
        start = self.data.index(b"\n", marker.end_byte + self.base) + 1
        end = self.data.rindex(b"\n", 0, closing.start_byte + self.base) + 1
        word = self.data[marker.start_byte + self.base : marker.end_byte + self.base]
        like_the_end = re.search(rb"^[ \t]*" + re.escape(word) + rb".?\{", self.data[start:end], re.MULTILINE)
        if like_the_end or _ODD_ESCAPE.search(self.data, start, end):
            pieces = templates.split(self.document, start, end, templates.heredoc, read_expression)
        else:
            pieces = self._pieces(inside, start, end, templates.heredoc)
        flush = opening.children[0].type == "<<-"
        return templates.whole(templates.assemble(pieces, by_line=True, flush=flush), self.span(node))

    def _pieces(self, nodes: list[TreeNode], start: int, end: int, literal: ReadText) -> list[Piece]:
        """The text between the sequences is taken from the file, since the grammar skips spaces in it."""
        pieces: list[Piece] = []
        for node in self._sequences(nodes):
            if start < node.start_byte + self.base:
                pieces.append(literal(self.document, start, node.start_byte + self.base))
            pieces.append(self._mark(node))
            start = node.end_byte + self.base
        if start < end:
            pieces.append(literal(self.document, start, end))
        return pieces

    def _sequences(self, nodes: list[TreeNode]) -> list[TreeNode]:
        found: list[TreeNode] = []
        stack = nodes[::-1]
        while stack:
            node = stack.pop()
            if node.type in {"template_directive", "template_if", "template_for"}:
                stack += node.children[::-1]
            elif node.type in _MARKS:
                found.append(node)
        return found

    def _mark(self, node: TreeNode) -> Mark:
        mark = Mark(_MARKS[node.type], self.span(node))
        names: list[str] = []
        for child in node.children:
            kind = child.type
            if kind == "expression":
                mark.expression = self.expression(child)
            elif kind == "identifier":
                names.append(self.text(child))
        mark.left = self.data[mark.span[4] + 2 : mark.span[4] + 3] == b"~"
        mark.right = self.data[mark.span[5] - 2 : mark.span[5] - 1] == b"~"
        if names:
            mark.key, mark.value = names[0] if len(names) > 1 else None, names[-1]
        elif mark.kind == "value" and mark.expression is None:
            raise Broken("an interpolation without an expression", mark.span[4])
        return mark


_BINARY = frozenset({"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"})
_ODD_ESCAPE = re.compile(rb"\$\$\$\{|%%%\{")
"""A dollar sign and an escape: the grammar takes it for an escape and an interpolation."""
_WORD = re.compile(r"[^\W\d][\w-]*")
_MARKS = {
    "template_interpolation": "value",
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}


def _solid(nodes: list[TreeNode]) -> list[TreeNode]:
    """Without comments, which may stand anywhere."""
    return [node for node in nodes if node.type != "comment"]


def _legacy(node: TreeNode) -> bool:
    return node.type == "get_attr" or (node.type == "index" and node.children[0].type == "legacy_index")
