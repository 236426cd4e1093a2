"""Every example of every rule, one test each."""

from collections.abc import Callable

import pytest

from cloudaudit import app
from cloudaudit.engine import examples
from cloudaudit.graph import ResourceGraph
from cloudaudit.sources import Options

RULES = app.rule_set(app.Request(targets=()))

EXAMPLES = [(id_, name) for id_, rule in RULES.rules.items() for name in rule.examples]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], ResourceGraph]:
    """Reads the text of an example like any folder of Terraform."""
    folder = tmp_path_factory.mktemp("example")

    def read(text: str, complete: bool) -> ResourceGraph:
        for file in folder.iterdir():
            file.unlink()  # writing over a file waits for the disk
        for name, content in examples.files(text).items():
            (folder / name).write_text(content, encoding="utf-8")
        [graph] = app.load(folder, Options(complete=complete))
        return graph

    return read


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=[f"{rule} / {name}" for rule, name in EXAMPLES])
def test_a_rule_judges_its_example_as_it_says(
    rule: str, example: str, load: Callable[[str, bool], ResourceGraph]
) -> None:
    outcome = examples.run_one(RULES, rule, example, load)

    assert outcome.ok, outcome.why
