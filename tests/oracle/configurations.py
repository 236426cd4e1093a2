"""Random Terraform configurations that need no cloud: modules, count and for_each, loops, unknown values."""

from typing import Any

from hypothesis import strategies as st

Draw = Any
Scope = dict[str, list[str]]
"""Expressions that may be used, by kind: text, number, truth, texts (a list), table (a map), thing (an object)."""

KINDS = ("text", "number", "truth", "texts", "table", "thing")
TYPES = {
    "text": "string",
    "number": "number",
    "truth": "bool",
    "texts": "list(string)",
    "table": "map(string)",
    "thing": "object({ a = string, b = optional(number, 3), c = optional(string) })",
}
LITERALS = {
    "text": ('"a"', '"b-c"', '""', '"ü"', '"a b"', '"10"'),
    "number": ("0", "1", "2", "3.5", "-4", "1e3"),
    "truth": ("true", "false"),
    "texts": ("[]", '["a"]', '["b", "a", "b"]', '["x", "y", "z"]'),
    "table": ("{}", '{ k = "v" }', '{ b = "2", a = "1" }', '{ "x.y" = "z", k = "w" }'),
    "thing": ('{ a = "x", b = 1, c = null }', '{ a = "y", b = 2, c = "z" }'),
}
# {text} and so on stand for expressions of that kind.
FORMS = {
    "text": (
        '"${{{text}}}-${{{number}}}"',
        "upper({text})",
        'join("-", {texts})',
        'lookup({table}, "k", {text})',
        "{truth} ? {text} : {text}",
        'format("%s/%s", {text}, {number})',
        'replace({text}, "a", "b")',
        'element(concat({texts}, ["z"]), 0)',
        'try({table}["k"], {text})',
        'coalesce({text}, "none")',
        "{thing}.a",
        "tostring({number})",
        '"%{{ if {truth} }}x%{{ else }}${{{text}}}%{{ endif }}"',
        '"%{{ for v in {texts} }}${{v}},%{{ endfor }}"',
        "jsonencode({thing})",
        'substr("${{{text}}}zzz", 0, 3)',
        "try(one({texts}), {text})",
        'trimprefix({text}, "a")',
        "nonsensitive(sensitive({text}))",
    ),
    "number": (
        "length({texts})",
        "length({table})",
        "{number} + {number}",
        "{number} * 2 - {number}",
        "max({number}, {number})",
        "{truth} ? {number} : {number}",
        "{thing}.b",
        "floor({number})",
        "try(tonumber({text}), {number})",
        "-({number})",
        "({number} % 3)",
    ),
    "truth": (
        "{text} == {text}",
        "{number} > {number}",
        "contains({texts}, {text})",
        "{truth} && {truth}",
        "{truth} || {truth}",
        "!({truth})",
        'can({table}["k"])',
        "{thing}.c == null",
        "{table} == {table}",
        "length({texts}) != {number}",
        'alltrue([for v in {texts} : v != ""])',
    ),
    "texts": (
        "[{text}, {text}]",
        "[for v in {texts} : upper(v) if v != {text}]",
        '[for i, v in {texts} : "${{i}}${{v}}"]',
        "keys({table})",
        "values({table})",
        "concat({texts}, {texts})",
        "distinct({texts})",
        "sort({texts})",
        'split("-", {text})',
        "tolist(toset({texts}))",
        "flatten([{texts}, [[{text}]]])",
        '[for k, v in {table} : "${{k}}=${{v}}"]',
        "{truth} ? {texts} : {texts}",
        "compact({texts})",
        "reverse({texts})",
        "[{thing}, {thing}][*].a",
        'slice(concat({texts}, {texts}, ["1", "2"]), 0, 2)',
        "setunion({texts}, {texts})",
    ),
    "table": (
        "{{ k = {text}, j = {text} }}",
        "merge({table}, {{ k = {text} }})",
        "merge({table}, {table})",
        '{{ for i, v in {texts} : "k${{i}}" => v }}',
        "{{ for k, v in {table} : upper(k) => v if v != {text} }}",
        "tomap({{ k = {text}, n = {number} }})",
        "{truth} ? {table} : {table}",
        'zipmap(["a", "k"], [{text}, {text}])',
        "{{ for v in toset({texts}) : v => upper(v) }}",
    ),
    "thing": (
        "{{ a = {text}, b = {number}, c = {text} }}",
        "merge({thing}, {{ a = {text} }})",
        "{truth} ? {thing} : {thing}",
        "{{ a = {thing}.a, b = {number}, c = null }}",
    ),
}


def expression(draw: Draw, kind: str, scope: Scope, depth: int) -> str:
    """A random expression of one kind."""
    names = scope.get(kind, [])
    if depth <= 0 or draw(st.integers(0, 5)) == 0:
        return str(draw(st.sampled_from([*LITERALS[kind], *names, *names])))
    form = draw(st.sampled_from(FORMS[kind]))
    return form.format_map(_Filling(draw, scope, depth - 1))


class _Filling(dict[str, str]):
    """Draws an expression for each place of a form, also when one kind stands there twice."""

    def __init__(self, draw: Draw, scope: Scope, depth: int) -> None:
        super().__init__()
        self._state = draw, scope, depth

    def __missing__(self, kind: str) -> str:
        draw, scope, depth = self._state
        text = expression(draw, kind, scope, depth)
        simple = text.replace(".", "").replace("_", "").replace('"', "").isalnum()
        return text if simple else f"({text})"


def _declared(draw: Draw, scope: Scope, prefix: str, depth: int) -> list[str]:
    """A block of local values; each may use those before it."""
    lines = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(KINDS))
        lines.append(f"  {prefix}{number} = {expression(draw, kind, scope, depth)}")
        scope.setdefault(kind, []).append(f"local.{prefix}{number}")
    return ["locals {", *lines, "}"]


def _variables(draw: Draw, scope: Scope) -> tuple[list[str], list[str]]:
    """Variables with defaults, and values for some of them in terraform.tfvars."""
    lines, given = [], []
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(KINDS))
        literals = st.sampled_from(LITERALS[kind])
        lines += [f'variable "v{number}" {{', f"  type = {TYPES[kind]}", f"  default = {draw(literals)}", "}"]
        if draw(st.booleans()):
            given.append(f"v{number} = {draw(literals)}")
        scope.setdefault(kind, []).append(f"var.v{number}")
    return lines, given


def _repeated(draw: Draw, scope: Scope) -> tuple[str, Scope, str]:
    """An argument that makes several instances or one, what the body sees besides, and how to refer to an instance."""
    choice = draw(st.integers(0, 3))
    known = {kind: [name for name in names if name.startswith("var.")] for kind, names in scope.items()}
    inner = {kind: list(names) for kind, names in scope.items()}
    if choice == 0:
        inner.setdefault("number", []).append("count.index")
        return f"  count = {draw(st.integers(0, 3))}", inner, "[*]"
    if choice == 1:
        inner.setdefault("text", []).extend(["each.key", "each.value"])
        return f"  for_each = {expression(draw, 'table', known, 1)}", inner, ""
    if choice == 2:
        inner.setdefault("text", []).append("each.key")
        return f"  for_each = toset({expression(draw, 'texts', known, 1)})", inner, ""
    return "", inner, "."


def _module(draw: Draw) -> tuple[str, dict[str, str], str]:
    """A module: its source, its variables by kind, and the kind of its output."""
    scope: Scope = {}
    lines: list[str] = []
    inputs: dict[str, str] = {}
    for number in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(KINDS))
        inputs[f"p{number}"] = kind
        lines += [f'variable "p{number}" {{', f"  type = {TYPES[kind]}", "}"]
        scope.setdefault(kind, []).append(f"var.p{number}")
    lines += _declared(draw, scope, "m", 1)
    repeated, inner, _ = _repeated(draw, scope)
    kind = draw(st.sampled_from(KINDS))
    lines += ['resource "terraform_data" "inner" {', repeated, f"  input = {expression(draw, kind, inner, 1)}", "}"]
    made = draw(st.sampled_from(KINDS))
    lines += ['output "out" {', f"  value = {expression(draw, made, scope, 2)}", "}"]
    return "\n".join(lines) + "\n", inputs, made


@st.composite
def configurations(draw: Draw) -> dict[str, str]:
    """The files of one configuration."""
    scope: Scope = {}
    lines, given = _variables(draw, scope)
    kind = draw(st.sampled_from(KINDS))
    lines += ['resource "terraform_data" "base" {', f"  input = {expression(draw, kind, scope, 1)}", "}"]
    lines += _declared(draw, scope, "l", 2)
    scope.setdefault(kind, []).append("terraform_data.base.output")
    scope.setdefault("text", []).append("terraform_data.base.id")
    files: dict[str, str] = {}
    if draw(st.booleans()):
        source, inputs, made = _module(draw)
        files["m/main.tf"] = source
        repeated, inner, reference = _repeated(draw, scope)
        arguments = [f"  {name} = {expression(draw, wanted, inner, 1)}" for name, wanted in inputs.items()]
        lines += ['module "m" {', '  source = "./m"', repeated, *arguments, "}"]
        if reference == ".":
            scope.setdefault(made, []).append("module.m.out")
        elif made == "text":
            outs = "module.m[*].out" if reference else "values(module.m)[*].out"
            scope.setdefault("texts", []).append(outs)
    repeated, inner, reference = _repeated(draw, scope)
    lines += ['resource "terraform_data" "many" {', repeated]
    lines += [f"  input = {expression(draw, draw(st.sampled_from(KINDS)), inner, 2)}", "}"]
    if reference == "[*]":
        scope.setdefault("texts", []).append("terraform_data.many[*].id")
    lines += _declared(draw, scope, "z", 2)
    for number in range(3):
        wanted = draw(st.sampled_from(KINDS))
        lines += [f'output "o{number}" {{', f"  value = {expression(draw, wanted, scope, 3)}", "}"]
    files["main.tf"] = "\n".join(line for line in lines if line) + "\n"
    if given:
        files["terraform.tfvars"] = "\n".join(given) + "\n"
    return files
