from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from wainwright.core.money import Money
from wainwright.web import formats

NOON = dt.datetime(2026, 12, 3, 12, 5, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 3)


@pytest.mark.parametrize(
    ("language", "minor", "currency", "written"),
    [
        ("en", 2900, "EUR", "29.00 EUR"),
        ("en", 123456789, "USD", "1,234,567.89 USD"),
        ("de", 123456789, "EUR", "1.234.567,89 EUR"),
        ("en", -1200, "GBP", "-12.00 GBP"),
        ("en", 1500, "JPY", "1,500 JPY"),
        ("en", 1500, "KWD", "1.500 KWD"),
        ("en", 0, "EUR", "0.00 EUR"),
    ],
)
def test_sums_carry_their_currency(language: str, minor: int, currency: str, written: str) -> None:
    with translation.override(language):
        assert formats.money(Money(minor, currency)) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize("currency", ["HUF", "AFN", "IRR", "RSD", "TZS"])
def test_cents_are_shown_where_cldr_hides_them(currency: str) -> None:
    assert formats.money(Money(12345, currency)) == f"123.45\u00a0{currency}"


def test_the_greatest_sum_keeps_every_digit() -> None:
    assert formats.money(Money(10**15 - 1, "EUR"), currency=False) == "9,999,999,999,999.99"


def test_a_sum_follows_the_active_language_each_time() -> None:
    amount = Money(100050, "EUR")
    with translation.override("de"):
        german = formats.money(amount, currency=False)
    with translation.override("en"):
        english = formats.money(amount, currency=False)
    assert (german, english) == ("1.000,50", "1,000.50")


def test_dates_are_written_in_full_and_short() -> None:
    assert formats.date(DAY) == "3 December 2026"
    assert formats.short_date(DAY) == "3 Dec 2026"
    assert formats.month(DAY) == "December 2026"
    with translation.override("de"):
        assert formats.date(DAY) == "3. Dezember 2026"
        assert formats.month(DAY) == "Dezember 2026"


def test_americans_read_their_own_order() -> None:
    with translation.override("en-us"):
        assert formats.date(DAY) == "December 3, 2026"


def test_a_moment_falls_on_the_day_of_the_zone() -> None:
    late = dt.datetime(2026, 12, 3, 23, 30, tzinfo=dt.UTC)
    assert formats.date(late, "UTC") == "3 December 2026"
    assert formats.date(late, "Asia/Tokyo") == "4 December 2026"
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert formats.date(late) == "4 December 2026"


def test_a_moment_shows_its_time() -> None:
    assert formats.datetime(NOON, "Europe/Berlin") == "3 December 2026, 13:05"
    assert formats.iso(NOON, "Europe/Berlin") == "2026-12-03T13:05+01:00"
    assert formats.iso(DAY) == "2026-12-03"


def test_one_moment_reads_differently_in_two_zones() -> None:
    assert formats.time(NOON, "UTC") == "12:05"
    assert formats.time(NOON, "Asia/Tokyo") == "21:05"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        formats.date(dt.datetime(2026, 12, 3))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("name", "after_a_sum", "alone"),
    [
        ("daily", "a day", "daily"),
        ("weekly", "a week", "weekly"),
        ("two_weekly", "every 2 weeks", "every 2 weeks"),
        ("monthly", "a month", "monthly"),
        ("quarterly", "a quarter", "quarterly"),
        ("half_yearly", "every 6 months", "every 6 months"),
        ("yearly", "a year", "yearly"),
    ],
)
def test_intervals_have_words(name: str, after_a_sum: str, alone: str) -> None:
    with translation.override("en"):
        assert (formats.interval(name), formats.frequency(name)) == (after_a_sum, alone)


def test_countries_are_named_in_the_readers_language() -> None:
    assert formats.country("de") == "Germany"
    with translation.override("de"):
        assert formats.country("DE") == "Deutschland"
    assert formats.country("??") == "??"


def test_languages_are_named_by_themselves() -> None:
    assert [formats.language(code) for code in ("en", "de", "fr", "pt-br")] == [
        "English",
        "Deutsch",
        "Français",
        "Português (Brasil)",
    ]
    assert formats.language("nonsense") == "nonsense"


def test_numbers_are_grouped() -> None:
    assert formats.number(12480) == "12,480"
    with translation.override("de"):
        assert formats.number(12480.5, 1) == "12.480,5"


@pytest.mark.parametrize(
    ("rate", "in_english", "in_german"),
    [("20.000", "20", "20"), ("7.7", "7.7", "7,7"), ("0", "0", "0"), ("100", "100", "100")],
)
def test_percents_have_the_decimals_that_say_something(
    rate: str, in_english: str, in_german: str
) -> None:
    assert formats.percent(Decimal(rate)) == in_english
    with translation.override("de"):
        assert formats.percent(Decimal(rate)) == in_german
