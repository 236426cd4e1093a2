"""Numbers of 512 bits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.sources.hcl import numeric
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError


def test_tenths_add_up() -> None:
    assert numeric.add(Decimal("0.1"), Decimal("0.2")) == Decimal("0.3")


def test_a_third_has_155_digits() -> None:
    assert numeric.text(numeric.divide(1, 3)) == "0." + "3" * 154 + "5"


def test_numbers_beyond_512_bits_are_rounded() -> None:
    assert numeric.text(numeric.add(10**200, 1)) == "1" + "0" * 200


def test_zero_keeps_its_sign() -> None:
    assert numeric.text(numeric.multiply(0, -1)) == "-0"
    assert numeric.same(numeric.NEGATIVE_ZERO, 0)


@pytest.mark.parametrize("text", ["", " 1", "1_000", "0x10", "1e", "--1", "nan", ".", "\uff11"])
def test_texts_that_are_no_numbers_are_refused(text: str) -> None:
    with pytest.raises(EvaluationError):
        numeric.parse(text)


@pytest.mark.parametrize("text", ["1e999999999", "-1e-999999999", "inf", "9" * 5000])
def test_numbers_without_bounds_are_a_limit(text: str) -> None:
    with pytest.raises(LimitError):
        numeric.parse(text)


def test_a_division_by_zero_is_a_limit_since_terraform_says_infinity() -> None:
    with pytest.raises(LimitError):
        numeric.divide(1, 0)


def test_zero_by_zero_is_an_error() -> None:
    with pytest.raises(EvaluationError):
        numeric.divide(0, 0)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40, places=30))
def test_what_is_written_reads_back_as_the_same_number(number: Decimal) -> None:
    assert numeric.same(numeric.parse(numeric.text(number)), number)


@given(st.integers(), st.integers(min_value=1))
def test_integers_divide_and_leave_a_remainder_with_the_sign_of_the_first(left: int, right: int) -> None:
    rest = numeric.modulo(left % 10**30, right % 10**30 + 1)

    assert rest == (left % 10**30) % (right % 10**30 + 1)
