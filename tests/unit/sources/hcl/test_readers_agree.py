"""Two readers that share no grammar make the same nodes of the same source, spans included."""

from pathlib import Path

import pytest
from hcl_notation import everything, show, show_body
from hcl_snippets import BODIES, EXPRESSIONS
from hypothesis import given, settings
from hypothesis import strategies as some

from cloudaudit.sources.hcl import python_hcl2, readers, treesitter

FIXTURES = Path(__file__).parents[4] / "fixtures"
READERS = (treesitter, python_hcl2)


@pytest.mark.parametrize("reader", READERS, ids=["tree-sitter", "python-hcl2"])
@pytest.mark.parametrize(("source", "expected"), [case[1:] for case in EXPRESSIONS], ids=[c[0] for c in EXPRESSIONS])
def test_an_expression_is_understood(reader, source, expected):
    file = reader.read("main.tf", f"a = {source}\n".encode())

    assert file.problems == []
    assert show(file.body.attributes["a"].value) == expected


@pytest.mark.parametrize("reader", READERS, ids=["tree-sitter", "python-hcl2"])
@pytest.mark.parametrize(("source", "expected"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES])
def test_a_body_is_understood(reader, source, expected):
    file = reader.read("main.tf", source.encode())

    assert file.problems == []
    assert show_body(file.body) == expected


@pytest.mark.parametrize("source", [case[1] for case in EXPRESSIONS], ids=[case[0] for case in EXPRESSIONS])
def test_an_expression_has_the_same_nodes_and_spans(source):
    data = f"é {{\n  a = {source}\n}}\n".replace("é", "e").encode()

    assert_same(data)


@pytest.mark.parametrize("source", [case[1] for case in BODIES], ids=[case[0] for case in BODIES])
def test_a_body_has_the_same_nodes_and_spans(source):
    assert_same(source.encode())


@pytest.mark.parametrize("source", [case[1] for case in EXPRESSIONS], ids=[case[0] for case in EXPRESSIONS])
def test_an_expression_of_its_own_is_the_same_as_in_a_file(source):
    found = [show(readers.expression(name, source)) for name in ("tree-sitter", "python-hcl2")]

    assert found == [show(treesitter.read("main.tf", f"a = {source}\n".encode()).body.attributes["a"].value)] * 2


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.tf")), ids=lambda path: str(path.relative_to(FIXTURES)))
def test_a_fixture_has_the_same_nodes_and_spans(path):
    assert_same(path.read_bytes())


NAMES = some.sampled_from(["a", "var", "each", "b-c"])
LEAVES = NAMES | some.sampled_from(
    ["1", "2.5", "1e3", "true", "null", '""', '"s"', '"a${x}b"', '"%{ if x }y%{ endif }"', '"$${q}"', "[]", "{}"]
)
OPERATORS = some.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"])
STEPS = some.sampled_from([".a", "[0]", '["k"]', ".0", "[*]", ".*", "[a.b]", "[*].q"])


def larger(part):
    """Expressions made of smaller ones."""
    group = part.map("({})".format)
    key = NAMES | some.just('"q"') | group
    pairs = some.lists(some.tuples(key, part).map(" = ".join), min_size=1, max_size=3)
    parts = some.lists(part, min_size=1, max_size=3)
    return some.one_of(
        group,
        part.map('"p${{{}}}q"'.format),
        some.tuples(part, OPERATORS, part).map(" ".join),
        some.tuples(some.sampled_from("!-"), group | NAMES).map("".join),
        some.tuples(part, part, part).map(lambda three: "{} ? {} : {}".format(*three)),
        some.tuples(group | NAMES, some.lists(STEPS, max_size=4).map("".join)).map("".join),
        parts.map(", ".join).map("[{}]".format),
        parts.map(",\n  # c\n  ".join).map("[\n  {},\n]".format),
        pairs.map(", ".join).map("{{ {} }}".format),
        pairs.map("\n".join).map("{{\n{}\n}}".format),
        some.tuples(parts.map(", ".join), some.sampled_from(["", ",", "..."])).map(lambda two: "f({}{})".format(*two)),
        some.tuples(part, part, part).map(lambda three: "[for k, v in {} : {} if {}]".format(*three)),
        some.tuples(part, part, part).map(lambda three: "{{for v in {} : {} => {}...}}".format(*three)),
    )


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(some.recursive(LEAVES, larger, max_leaves=8))
def test_a_generated_expression_has_the_same_nodes_and_spans(source):
    assert_same(f"a = {source}\n".encode())


def assert_same(data: bytes) -> None:
    first, second = treesitter.read("main.tf", data), python_hcl2.read("main.tf", data)

    assert everything(first.body) == everything(second.body)
    assert first.problems == second.problems == []
