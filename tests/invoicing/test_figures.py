"""Sums, rates and days in print."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.money import CURRENCIES, MAX_MINOR, Money, exponent
from wainwright.invoicing import figures


@pytest.mark.parametrize(
    ("minor", "currency", "language", "printed"),
    [
        (2900, "EUR", "en", "29.00 EUR"),
        (123456789, "EUR", "en", "1,234,567.89 EUR"),
        (123456789, "EUR", "de", "1.234.567,89 EUR"),
        (-50, "USD", "en", "-0.50 USD"),
        (1200, "JPY", "en", "1,200 JPY"),
        (1200, "JPY", "de", "1.200 JPY"),
        (1234567, "KWD", "en", "1,234.567 KWD"),
        (5, "KWD", "de", "0,005 KWD"),
        (1, "CLF", "en", "0.0001 CLF"),
        (10**15, "HUF", "en", "10,000,000,000,000.00 HUF"),
    ],
)
def test_sums_have_the_decimals_of_iso(
    minor: int, currency: str, language: str, printed: str
) -> None:
    assert figures.money(minor, currency, language) == printed.replace(" ", figures.HARD_SPACE)


@pytest.mark.slow
@given(
    st.integers(-MAX_MINOR, MAX_MINOR),
    st.sampled_from(sorted(CURRENCIES)),
    st.sampled_from(["en", "de", "fr", "sv", "hi", "ar", "zz"]),
)
def test_a_printed_sum_reads_back_to_the_same_sum(minor: int, currency: str, language: str) -> None:
    printed = figures.amount(minor, currency, language)
    digits = "".join(str(int(c)) for c in printed if c.isdecimal())
    assert int(digits) == abs(minor)
    assert len(digits) > exponent(currency)
    assert printed.lstrip("\u061c\u200e\u200f")[0].isdecimal() == (minor >= 0)


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["JPY", "EUR", "KWD", "CLF"]))
def test_in_english_a_printed_sum_is_the_exact_decimal(minor: int, currency: str) -> None:
    printed = figures.amount(minor, currency, "en").replace(",", "")
    assert Money.parse(printed, currency) == Money(minor, currency)


def test_rates_lose_no_decimals_and_gain_none() -> None:
    space = figures.HARD_SPACE
    assert figures.rate("19", "en") == f"19{space}%"
    assert figures.rate("5.50", "de") == f"5,5{space}%"
    assert figures.rate("8.8750", "en") == f"8.875{space}%"
    assert figures.rate("0", "en") == f"0{space}%"


def test_days_are_written_in_full() -> None:
    assert figures.day(date(2026, 12, 3), "en") == "3 December 2026"
    assert figures.day(date(2026, 12, 3), "en-us") == "December 3, 2026"
    assert figures.day(date(2026, 12, 3), "de") == "3. Dezember 2026"


def test_countries_have_their_names() -> None:
    assert figures.country("de", "en") == "Germany"
    assert figures.country("DE", "de") == "Deutschland"
    assert figures.country("ZZZ", "en") == "ZZZ"
