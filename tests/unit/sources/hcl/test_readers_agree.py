"""Two readers that share no grammar make the same nodes of the same source, spans included."""

from pathlib import Path

import pytest
from hcl_notation import everything, show, show_body
from hcl_snippets import BODIES, EXPRESSIONS

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


def assert_same(data: bytes) -> None:
    first, second = treesitter.read("main.tf", data), python_hcl2.read("main.tf", data)

    assert everything(first.body) == everything(second.body)
    assert first.problems == second.problems == []
