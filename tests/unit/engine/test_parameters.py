import pytest

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
