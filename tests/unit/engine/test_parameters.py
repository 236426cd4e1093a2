from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.engine.parameters import PARAMETERS, parameters
from cloudaudit.errors import SettingsError


def test_a_parameter_is_its_default_until_the_user_sets_it() -> None:
    assert parameters()["audit_period_days"] == 365
    assert parameters({"audit_period_days": 90})["audit_period_days"] == 90


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ({"audit_days": 1}, "unknown; there are"),
        ({"audit_period_days": "90"}, "int expected"),
        ({"require_cmk": 1}, "bool"),
    ],
)
def test_a_wrong_parameter_is_an_error_that_names_it(override: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parameters(override)


def test_every_parameter_is_explained() -> None:
    assert all(parameter.doc.endswith(".") for parameter in PARAMETERS.values())


def test_every_parameter_is_read_by_a_rule_or_a_fact() -> None:
    book = "".join(file.read_text() for file in app.own_rules().glob("*.yaml"))
    facts = "".join(file.read_text() for file in (Path(app.__file__).parents[1] / "facts").rglob("*.py"))
    engine = (Path(app.__file__).parents[1] / "engine" / "check.py").read_text()

    unread = [name for name in PARAMETERS if f"parameters.{name}" not in book and f'"{name}"' not in facts + engine]
    assert unread == []
