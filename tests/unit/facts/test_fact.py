import pkgutil

import pytest

import cloudaudit.facts
from cloudaudit.facts import find

MODULES = sorted(info.name for info in pkgutil.iter_modules(cloudaudit.facts.__path__))


@pytest.mark.parametrize("module", MODULES)
def test_every_fact_is_found_by_its_name_and_explained(module: str) -> None:
    facts = getattr(__import__(f"cloudaudit.facts.{module}", fromlist=["FACTS"]), "FACTS", ())

    for fact in facts:
        assert find(fact.name) is fact
        assert fact.doc, fact.name


def test_a_longer_path_reads_the_fact_that_it_starts_with() -> None:
    [first, *_] = __import__("cloudaudit.facts.iam", fromlist=["FACTS"]).FACTS

    assert find(f"{first.name}.some.member") is first


def test_there_is_no_fact_of_another_name() -> None:
    assert find("iam.nothing") is None
    assert find("nothing.at.all") is None
    assert find("os.path") is None
