"""cloudaudit.toml is strict, and says where it is wrong."""

import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from cloudaudit import settings
from cloudaudit.errors import SettingsError
from cloudaudit.facts.environment.words import ALIASES, CANONICAL


def load(folder: Path, text: str) -> settings.Settings:
    path = folder / "cloudaudit.toml"
    path.write_text(text)
    return settings.load(path)


def test_without_a_file_the_defaults_hold() -> None:
    assert settings.load(None) == settings.Settings()
    assert settings.Settings().scope == ("security", "availability", "confidentiality")


def test_the_example_in_the_docstring_is_a_valid_file(tmp_path: Path) -> None:
    example = (settings.__doc__ or "").split("\n\n", 1)[1]

    found = load(tmp_path, example)

    assert found.environments == {"111111111111": "prod", "10.20.0.0/16": "prod"}
    assert found.environment_names == {"live": "prod", "demo": "demo"}
    assert found.parameters == {"audit_period_days": 365}


def test_the_docstring_lists_the_words_that_name_an_environment_anyway() -> None:
    described = (settings.__doc__ or "").partition("[environment_names]")[2]

    assert set(ALIASES) <= set(re.findall(r"[a-z]+", described))
    assert settings.ENVIRONMENTS == CANONICAL


def test_an_environment_of_ones_own_may_be_mapped(tmp_path: Path) -> None:
    found = load(tmp_path, '[environment_names]\ndemo = "demo"\n[environments]\n222222222222 = "demo"\n')

    assert found.environments == {"222222222222": "demo"}


def test_security_is_always_in_scope(tmp_path: Path) -> None:
    assert load(tmp_path, 'categories = ["privacy"]').scope == ("security", "privacy")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# a comment\nparam = 1\n", r"cloudaudit\.toml:2: .*unknown field `param`"),
        ('complete = "yes"\n', r"cloudaudit\.toml:1: Expected `bool`, got `str` - at `\$\.complete`"),
        ('\n\ncategories = ["securty"]\n', r"cloudaudit\.toml:3: no category 'securty'; there are security, "),
        ('[environments]\n111 = "prod"\n222 = "live"\n', r"cloudaudit\.toml:3: no environment 'live'"),
        ('[environment_names]\n"blue-green" = "prod"\n', r"cloudaudit\.toml:2: 'blue-green' is no single word"),
        ("complete = \n", r"cloudaudit\.toml: Invalid value \(at line 1"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        load(tmp_path, text)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cloudaudit.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsError, match="not UTF-8"):
        settings.load(path)


def test_the_nearest_file_above_is_found_but_none_above_the_repository(tmp_path: Path) -> None:
    (tmp_path / "cloudaudit.toml").touch()
    inner = tmp_path / "repository" / "infra"
    inner.mkdir(parents=True)

    above = settings.find(inner)
    (tmp_path / "repository" / ".git").mkdir()

    assert above == tmp_path / "cloudaudit.toml"
    assert settings.find(inner) is None


def test_the_published_schema_knows_the_documented_file_and_no_other() -> None:
    documented = tomllib.loads((settings.__doc__ or "").partition("\n\n")[2])

    jsonschema.validate(documented, settings.schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**documented, "profil": "soc2"}, settings.schema())
