"""The documentation is complete and true: what can be derived is derived, and nothing is left out."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from cloudaudit import app, plugins, settings
from cloudaudit.cli.program import program
from cloudaudit.engine.parameters import PARAMETERS

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh() -> None:
    wanted = _generator().pages()

    stale = [
        path.relative_to(TOP).as_posix()
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    left_over = [path.name for path in (DOCS / "rules").glob("*.md") if path not in wanted]
    assert (stale, left_over) == ([], []), "run make docs"


def test_every_command_has_help_and_a_section() -> None:
    page = (DOCS / "cli.md").read_text()

    commands = list(plugins.find("cloudaudit.cli", "COMMAND"))
    assert commands
    for command in commands:
        assert command.help, command.name
        assert f"## cloudaudit {command.name}\n" in page


def test_every_command_of_the_program_is_found_by_name() -> None:
    context = program.make_context("cloudaudit", ["scan"])

    assert all(program.get_command(context, name) for name in program.list_commands(context))


def test_every_setting_and_parameter_is_documented() -> None:
    page = (DOCS / "settings.md").read_text()

    names = [field.name for field in msgspec.structs.fields(settings.Settings)]
    assert [name for name in (*names, *PARAMETERS) if name not in page] == []


def test_every_output_is_named_in_the_help_of_scan() -> None:
    page = (DOCS / "cli.md").read_text()

    names = [output.name for output in plugins.find("cloudaudit.outputs", "OUTPUT")]
    assert [name for name in names if not re.search(rf"[\[|]{name}[\]|]", page)] == []


def test_every_rule_has_a_page_and_is_found_in_the_index() -> None:
    index, search = ((DOCS / "rules" / name).read_text() for name in ("README.md", "index.html"))
    rules = app.rules(app.Request())

    assert [rule.id for rule in rules if not (DOCS / "rules" / f"{rule.id}.md").exists()] == []
    assert [rule.id for rule in rules if f"({rule.id}.md)" not in index or f'"{rule.id}.md"' not in search] == []


def test_every_fact_says_what_it_is() -> None:
    facts = [fact for family in plugins.find("cloudaudit.facts", "FACTS") for fact in family]

    assert [fact.name for fact in facts if len(fact.doc) < 20] == []


def test_the_glossary_holds_the_words_of_the_model() -> None:
    page = (DOCS / "glossary.md").read_text().lower()

    words = (
        *(
            "criterion",
            "rule",
            "finding",
            "verdict",
            "status",
            "evidence",
            "population",
            "gap",
            "waiver",
            "run",
            "link",
        ),
        *("relation", "fact", "parameter", "source", "target", "root", "fingerprint", "unknown"),
    )
    assert [word for word in words if f"| {word}" not in page] == []


def test_every_decision_is_listed_in_the_architecture() -> None:
    page = (DOCS / "architecture.md").read_text()

    assert [path.name for path in (DOCS / "decisions").glob("*.md") if f"decisions/{path.name}" not in page] == []


def test_the_architecture_names_files_that_exist() -> None:
    page = (DOCS / "architecture.md").read_text()

    named = set(re.findall(r"`((?:cli|engine|sources|schema|graph|criteria|outputs|facts)/[\w/]*(?:\.py)?)`", page))
    assert named
    assert [name for name in sorted(named) if not (TOP / "cloudaudit" / name).exists()] == []


@pytest.mark.parametrize("page", sorted([*DOCS.glob("*.md"), TOP / "README.md"]), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_help_targets_of_the_makefile_are_those_of_the_architecture() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (TOP / "Makefile").read_text(), re.MULTILINE))

    promised = {"help", "demo", "test", "lint", "types", "docs", "fixtures", "golden", "bench"}
    assert promised <= targets


def test_ci_runs_the_command_of_the_readme() -> None:
    assert "make test" in (TOP / ".ci" / "run").read_text()
    assert "make test" in (TOP / "README.md").read_text()
