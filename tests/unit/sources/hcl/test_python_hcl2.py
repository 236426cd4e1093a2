"""The second reader: when it is loaded, and what its grammar refuses."""

import subprocess
import sys

import pytest

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import python_hcl2, readers

KNOWN_TO_BE_REFUSED = {
    "a negation of a negation": "!!a",
    "minus twice without a gap": "--1",
    "a comment before a minus": "a /* b */ - c",
    "minus and a number of two digits": "a -12",
    "line breaks at the start of an interpolation": '"${\n  a\n}"',
}


@pytest.mark.parametrize("source", KNOWN_TO_BE_REFUSED.values(), ids=KNOWN_TO_BE_REFUSED.keys())
def test_what_its_grammar_refuses_is_unknown_and_a_problem(source):
    file = python_hcl2.read("main.tf", f"a = {source}\nb = 1\n".encode())

    assert len(file.problems) == 1
    assert isinstance(file.body.attributes["a"].value.value, Unknown)
    assert file.body.attributes["b"].value.value == 1


def test_it_is_not_loaded_for_the_default_reader():
    code = (
        "import sys; from cloudaudit.sources.hcl import readers;"
        "readers.read('tree-sitter', 'main.tf', b'a = 1');"
        "sys.exit('lark' in sys.modules or 'hcl2' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_takes_over_where_tree_sitter_cannot_be_imported():
    code = (
        "import sys; sys.modules['tree_sitter'] = None; from cloudaudit.sources.hcl import readers;"
        "file = readers.read('tree-sitter', 'main.tf', b'a = 1');"
        "sys.exit(file.body.attributes['a'].value.value != 1 or 'hcl2.parser' not in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_is_found_by_its_name():
    assert readers.read("python-hcl2", "main.tf", b"a = 1\n").body.attributes["a"].value.value == 1
