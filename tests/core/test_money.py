from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.money import (
    CURRENCIES,
    MAX_MINOR,
    Money,
    MoneyError,
    exponent,
    round_half_up,
    total,
)

minors = st.integers(-MAX_MINOR, MAX_MINOR)
currencies = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("29", "EUR", 2900),
        ("29.5", "EUR", 2950),
        ("0.01", "USD", 1),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("-5.00", "EUR", -500),
        ("1".zfill(40), "EUR", 100),
    ],
)
def test_amounts_are_read_with_the_currency_s_decimals(
    text: str, currency: str, minor: int
) -> None:
    assert Money.parse(text, currency).minor == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.5", "JPY"),
        ("1.2345", "KWD"),
        ("0.001", "EUR"),
        ("1e20", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("12,50", "EUR"),
        ("", "EUR"),
        ("٣", "EUR"),
        ("1".zfill(41), "EUR"),
        ("5", "XXX"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


@given(minors, currencies)
def test_plain_text_reads_back_as_the_same_money(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.plain(), currency) == money


@given(minors, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_split_parts_add_up_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "EUR").split(weights)
    assert sum(part.minor for part in parts) == minor


@given(minors, st.integers(1, 12))
def test_equal_parts_differ_by_one_unit_at_most(minor: int, count: int) -> None:
    parts = [part.minor for part in Money(minor, "EUR").split([1] * count)]
    assert max(parts) - min(parts) <= 1


@given(minors, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_what_is_left_over_of_a_split_goes_to_the_largest_remainders(
    minor: int, weights: list[int]
) -> None:
    exact = [Fraction(minor * weight, sum(weights)) for weight in weights]
    parts = [part.minor for part in Money(minor, "EUR").split(weights)]
    given_more = [part - math.floor(due) for part, due in zip(parts, exact, strict=True)]
    assert set(given_more) <= {0, 1}
    ranked = list(zip(exact, given_more, strict=True))
    more, less = ([due % 1 for due, extra in ranked if extra == n] for n in (1, 0))
    assert min(more, default=1) >= max(less, default=0)


@given(st.fractions())
def test_rounding_is_never_off_by_more_than_half(value: Fraction) -> None:
    assert abs(Fraction(round_half_up(value)) - value) <= Fraction(1, 2)


def test_halves_round_away_from_zero() -> None:
    assert [round_half_up(Fraction(n, 2)) for n in (1, -1, 3, -3)] == [1, -1, 2, -2]


@pytest.mark.parametrize(
    "mix", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]
)
def test_currencies_do_not_mix(mix: Callable[[Money, Money], object]) -> None:
    with pytest.raises(MoneyError):
        mix(Money(1, "EUR"), Money(1, "USD"))


def test_equal_amounts_are_neither_more_nor_less() -> None:
    one, same = Money(1, "EUR"), Money(1, "EUR")
    assert one <= same <= one
    assert not one < same


@pytest.mark.parametrize(
    ("minor", "currency"),
    [(MAX_MINOR + 1, "EUR"), (-MAX_MINOR - 1, "EUR"), (1.5, "EUR"), (True, "EUR"), (1, "XXX")],
)
def test_only_whole_units_of_a_real_currency_within_the_limit_are_money(
    minor: int, currency: str
) -> None:
    with pytest.raises(MoneyError):
        Money(minor, currency)


@pytest.mark.parametrize("count", [1.5, Fraction(1, 2), True])
def test_money_is_multiplied_by_whole_numbers_only(count: int) -> None:
    with pytest.raises(MoneyError):
        Money(100, "EUR") * count


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -3]])
def test_what_weighs_nothing_gets_no_parts(weights: list[int]) -> None:
    with pytest.raises(MoneyError):
        Money(100, "EUR").split(weights)


def test_iso_knows_seventeen_currencies_without_decimals_and_seven_with_three() -> None:
    exponents = [exponent(currency) for currency in CURRENCIES]
    assert (exponents.count(0), exponents.count(3)) == (17, 7)


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(-(10**4), 10**4), min_size=1, max_size=12).filter(
        lambda weights: sum(weights) > 0
    ),
)
def test_parts_below_zero_add_up_too_and_each_is_as_near_as_can_be(
    minor: int, weights: list[int]
) -> None:
    parts = [part.minor for part in Money(minor, "EUR").split(weights)]
    assert sum(parts) == minor
    exact = [Fraction(minor * weight, sum(weights)) for weight in weights]
    assert all(abs(part - due) < 1 for part, due in zip(parts, exact, strict=True))


def test_amounts_are_reckoned_as_whole_numbers_are() -> None:
    five, three, none = (Money(minor, "EUR") for minor in (5, 3, 0))
    assert (five + three, five - three, -five, three * 2) == tuple(
        Money(minor, "EUR") for minor in (8, 2, -5, 6)
    )
    assert total([five, three], "EUR") == Money(8, "EUR")
    assert total([], "EUR") == Money.zero("EUR") == none
    assert (bool(five), bool(Money(-1, "EUR")), bool(none)) == (True, True, False)
    assert five.share(Fraction(1, 2)) == five.share(Decimal("0.5")) == three
    assert three < five
    assert exponent("CLF") == 4
