"""Every AWS type that a rule judges or looks for is found in live accounts, or cannot be."""

from unshown import UNSHOWN

from cloudaudit.app.auditing import needed
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court
from cloudaudit.sources.aws.account import known_types

EVERYWHERE = {"aws_account", "aws_region"}  # they stand in every graph of a live account
REASONS = {"change", "content", "ended", "event", "hidden", "outpost", "source"}


def read_by_rules() -> set[str]:
    return {kind for kind in needed(Court(Request(profile="all"))) if kind.startswith("aws_")} - EVERYWHERE


def test_every_type_that_rules_read_is_collected_or_cannot_be() -> None:
    assert sorted(read_by_rules() - known_types() - set(UNSHOWN)) == []


def test_what_is_called_unshown_is_read_by_rules_and_not_collected() -> None:
    assert sorted(set(UNSHOWN) - read_by_rules()) == []
    assert sorted(set(UNSHOWN) & known_types()) == []


def test_every_type_that_is_not_shown_says_why() -> None:
    assert set(UNSHOWN.values()) == REASONS
