"""Every AWS type that a rule judges or looks for is found in live accounts, or cannot be."""

from unshown import UNSHOWN

from cloudaudit.app.auditing import needed
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court
from cloudaudit.schema import resource_schema
from cloudaudit.sources.aws.collectors import collectors, known_types
from cloudaudit.sources.aws.declare import Collect

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


def test_tags_are_read_of_all_that_has_an_arn_and_may_be_tagged() -> None:
    """Otherwise whatever asks which environments live in an account is unknown in each that has one."""
    unread = {one.type for one in collectors() if one.arn and _may_be_tagged(one.type) and not _reads_tags(one)}

    assert unread == {"aws_globalaccelerator_accelerator"}  # global, and told of in us-west-2 alone


def _may_be_tagged(kind: str) -> bool:
    known = resource_schema(kind)
    return known is not None and "tags" in known.attributes


def _reads_tags(one: Collect) -> bool:
    told = {*one.attributes, *one.made_from, *(name for part in one.parts for name in part.attributes)}
    return one.bulk_tags or "tags" in told
