import pytest

from cloudaudit.criteria import catalogue, decidable, series

CATEGORIES = {"security": 33, "availability": 3, "confidentiality": 2, "processing-integrity": 5, "privacy": 18}


def test_all_criteria_of_the_standard_are_there_once():
    ids = [criterion.id for criterion in catalogue()]

    assert len(ids) == len(set(ids)) == 61


@pytest.mark.parametrize(("category", "number"), CATEGORIES.items())
def test_each_category_has_its_criteria(category, number):
    assert len([criterion for criterion in catalogue() if criterion.category == category]) == number


def test_a_criterion_belongs_to_the_series_of_its_id():
    assert all(criterion.id.startswith(f"{criterion.series}.") for criterion in catalogue())
    assert {criterion.series for criterion in catalogue()} == set(series())


def test_every_criterion_says_what_people_must_bring():
    assert [criterion.id for criterion in catalogue() if len(criterion.manual.split()) < 6] == []


def test_every_text_is_a_sentence_of_its_kind():
    for criterion in catalogue():
        assert criterion.manual.endswith("."), criterion.id
        assert not criterion.title.endswith("."), criterion.id


def test_points_of_focus_name_known_evidence():
    kinds = {focus.evidence for criterion in catalogue() for focus in criterion.focus}

    assert kinds == {"configuration", "live", "history"}


def test_coverage_follows_from_the_points_of_focus():
    for criterion in catalogue():
        assert criterion.coverage in {"full", "partial", "manual"}
        assert bool(criterion.focus) == (criterion.coverage != "manual"), criterion.id


def test_rules_may_map_to_what_a_configuration_can_show():
    assert {"CC6.1", "CC7.2", "A1.2", "C1.2", "P4.2"} <= decidable()
    assert decidable().isdisjoint({"CC1.1", "CC6.4", "PI1.1", "P2.1"})
