import fnmatch
import re

from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts.iam.patterns import allows_action, common, covers, is_wild, matches

PATTERNS = st.text(alphabet="ab:*?", max_size=8)
TEXTS = st.text(alphabet="ab:", max_size=8)


@given(PATTERNS, TEXTS)
def test_matching_agrees_with_fnmatch(pattern, text):
    assert matches(pattern, text) == (re.match(fnmatch.translate(pattern), text) is not None)


@given(PATTERNS, PATTERNS, TEXTS)
def test_what_covers_a_pattern_matches_whatever_that_matches(outer, inner, text):
    if covers(outer, inner) and matches(inner, text):
        assert matches(outer, text)


@given(PATTERNS)
def test_a_pattern_covers_itself_and_is_covered_by_everything(pattern):
    assert covers(pattern, pattern)
    assert covers("*", pattern)


def test_a_hostile_pattern_is_matched_in_no_time():
    assert not matches("a*" * 200 + "b", "a" * 5000)


def test_actions_match_in_any_case():
    assert allows_action("S3:get*", "s3:GetObject")
    assert not allows_action("s3:Get", "s3:GetObject")


def test_only_wildcards_are_wild():
    assert [text for text in ("*", "*:*", "**", "s3:*", "", ":") if is_wild(text)] == ["*", "*:*", "**"]


@given(PATTERNS, PATTERNS)
def test_what_two_patterns_have_in_common_is_part_of_both(one, other):
    shared = common(one, other)

    assert shared is None or (covers(one, shared) and covers(other, shared)) or "?" in one + other


@given(PATTERNS, PATTERNS, TEXTS)
def test_patterns_that_match_one_text_have_something_in_common(one, other, text):
    if matches(one, text) and matches(other, text):
        assert common(one, other) is not None
