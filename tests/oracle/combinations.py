"""Questions that come from combining values with functions and operators."""

import itertools
from collections.abc import Iterator

TEXTS = (
    r'""',
    r'"a"',
    r'"hello world"',
    r'"  spaced\t\n "',
    r'"MiXed Case-and_under.score"',
    r'"héllo wörld"',
    r'"ﬁ ß ŉ Ǆ ǆ İ Σ"',
    r'"👨‍👩‍👧x🇩🇪"',
    r'"e\u0301a"',
    r'"<a href=\"x\">&amp;</a>"',
    r'"line\nbreak\r\n"',
    r'"true"',
    r'"12.50"',
    r'"-0"',
    r'"back\\slash"',
    r'"日本語 テスト"',
    r'"\u2028\u0001\u007f"',
    r'"a.b.c/d/e"',
)
ON_TEXT = (
    "upper",
    "lower",
    "title",
    "trimspace",
    "chomp",
    "strrev",
    "length",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "base64sha256",
    "base64encode",
    "urlencode",
    "jsonencode",
    "yamlencode",
    "basename",
    "dirname",
    "tonumber",
    "tobool",
)
NUMBERS = ("0", "1", "-1", "2.5", "-2.5", "0.1", "1/3", "1e10", "123456789.125", '"7"', "1e40", "-0", "0.00001")
ON_NUMBER = ("abs", "ceil", "floor", "signum", "tostring", "jsonencode", "range")
VALUES = (
    "null",
    "true",
    "0",
    "1",
    "1.5",
    '""',
    '"a"',
    '"1"',
    "[]",
    '["a"]',
    '["b", "a", "b"]',
    "[1, 2]",
    '[1, "a", true]',
    "[null]",
    "[[1], [2, 3]]",
    "[{a = 1}, {a = 2}]",
    "tolist([])",
    'tolist(["b", "a"])',
    "tolist([1, 2])",
    'toset(["b", "a"])',
    "toset([2, 10, 1])",
    "toset([[2], [1]])",
    "{}",
    "{a = 1}",
    '{b = 1, a = "x"}',
    "{a = {b = [1]}}",
    "{a = null}",
    "tomap({})",
    'tomap({b = "x", a = "y"})',
    "tomap({a = 1})",
    "tomap({a = [1], b = []})",
)
ON_VALUE = (
    "tostring",
    "tonumber",
    "tobool",
    "tolist",
    "toset",
    "tomap",
    "jsonencode",
    "yamlencode",
    "length",
    "keys",
    "values",
    "flatten",
    "distinct",
    "reverse",
    "sort",
    "compact",
    "sum",
    "one",
    "alltrue",
    "merge",
    "concat",
    "coalesce",
    "nonsensitive",
    "transpose",
)
OPERATORS = ("+", "-", "*", "/", "%", "<", ">=", "==", "!=", "&&", "||")
OPERANDS = ("0", "1", "-2.5", "0.1", "1e40", '"3"', '"x"', "true", '"false"', "null", "[]")
COMPARED = (
    "null",
    "1",
    '"1"',
    "true",
    "[1]",
    '["1"]',
    "tolist([1])",
    "toset([1])",
    "{a = 1}",
    "tomap({a = 1})",
    "[]",
    "tolist([])",
    "{}",
)
ARMS = (
    "null",
    "1",
    '"a"',
    "true",
    "[]",
    "[1]",
    '["a", "b"]',
    "tolist([1])",
    'toset(["a"])',
    "{}",
    "{a = 1}",
    '{a = "x", b = 2}',
    'tomap({a = "x"})',
    "[{a = 1}]",
    "[{a = null}]",
)
VERBS = ("%v", "%s", "%d", "%5d", "%-6d|", "%06.2f", "%+d", "%x", "%#o", "%b", "%e", "%g", "%.3g", "%q", "%t", "%#v")
FORMATTED = ("0", "42", "-7.5", "1234567.891", "1e21", '"text"', '"15"', "true", "[1, null]", '{k = "<"}')
CONSTRAINTS = (
    "string",
    "number",
    "bool",
    "any",
    "list(string)",
    "list(number)",
    "list(any)",
    "set(string)",
    "set(any)",
    "map(string)",
    "map(any)",
    "map(list(number))",
    "tuple([string, number])",
    "object({a = string})",
    'object({a = optional(string, "d"), b = optional(number)})',
    "list(object({a = number, b = optional(list(string), [])}))",
    "map(object({n = optional(object({x = optional(number, 7)}), {})}))",
)
GIVEN = (
    "null",
    "true",
    "1",
    '"1"',
    '"x"',
    "[]",
    "[1, 2]",
    '["a", 1]',
    '["b", "a", "b"]',
    "[null]",
    "[{a = 1}]",
    '[{a = "2", b = ["x"], c = 3}]',
    "{}",
    "{a = 1}",
    '{a = "x", b = "2"}',
    "{a = null, b = null}",
    "{a = [1], b = [2]}",
    "{k = {}}",
    "{k = {n = null}}",
    '{k = {n = {x = "5"}}}',
)


def questions() -> Iterator[dict[str, str]]:
    """All of them, in an order that never changes."""
    for expression in _expressions():
        yield {"expression": expression}
    for constraint, value in itertools.product(CONSTRAINTS, GIVEN):
        yield {"expression": value, "constraint": constraint}


def _expressions() -> Iterator[str]:
    yield from (f"{name}({text})" for name, text in itertools.product(ON_TEXT, TEXTS))
    yield from (f"{name}({number})" for name, number in itertools.product(ON_NUMBER, NUMBERS))
    yield from (f"{name}({value})" for name, value in itertools.product(ON_VALUE, VALUES))
    yield from (f"{left} {sign} {right}" for left, sign, right in itertools.product(OPERANDS, OPERATORS, OPERANDS))
    yield from (f"{left} == {right}" for left, right in itertools.product(COMPARED, COMPARED))
    yield from (f"true ? {then} : {other}" for then, other in itertools.product(ARMS, ARMS))
    yield from (f'format("{verb}", {value})' for verb, value in itertools.product(VERBS, FORMATTED))
    yield from (f"contains({values}, {value})" for values, value in itertools.product(VALUES[8:21], COMPARED[:6]))
    yield from (f"setproduct({one}, {other})" for one, other in itertools.product(VALUES[8:12], VALUES[16:21]))
    yield from (f"{name}({one}, {other})" for name, one, other in _pairs())


def _pairs() -> Iterator[tuple[str, str, str]]:
    sets = ("[]", '["a", "b"]', '["b", 1]', "toset([1, 2])", "[[1]]", "[{a = 1}]")
    yield from itertools.product(("setunion", "setintersection", "setsubtract", "concat", "coalescelist"), sets, sets)
    maps = ("{}", "{a = 1}", '{a = "x", b = [1]}', "tomap({a = 2})", 'tomap({c = "z"})', "null")
    yield from itertools.product(("merge", "coalesce"), maps, maps)
    texts = ('"a,b,,c"', '""', '"a"', '"é,ü"')
    yield from itertools.product(
        ("split", "trim", "trimprefix", "trimsuffix", "startswith"), ('","', '""', '"a"'), texts
    )
    yield from itertools.product(("pow", "log", "max", "min"), NUMBERS[:9], ("2", "0.5", "10", "-1"))
