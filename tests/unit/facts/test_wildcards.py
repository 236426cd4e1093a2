import re

from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts.wildcards import matches

TEXT = st.text(alphabet="ab.", max_size=8)
PATTERN = st.text(alphabet="ab.*", max_size=8)


@given(PATTERN, TEXT)
def test_patterns_match_as_regular_expressions_do(pattern, text):
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text)

    assert matches(pattern, text) is (expected is not None)


def test_a_hostile_pattern_takes_no_time():
    assert not matches("*a" * 5_000 + "b", "a" * 5_000)
