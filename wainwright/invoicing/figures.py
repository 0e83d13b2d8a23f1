"""Sums, rates, days and countries as a reader of a language expects to see them in print."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from wainwright.core.money import Money, exponent

HARD_SPACE = "\u00a0"

# Plain English writes the day first, "3 December 2026", for readers on both sides of the ocean.
_PREFERRED = {"en": "en-gb"}


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The CLDR locale of a language tag ("de", "pt-br"); English for one it does not know."""
    try:
        return Locale.parse(_PREFERRED.get(language, language), sep="-")
    except (UnknownLocaleError, ValueError):
        return locale_of("en")


@lru_cache(maxsize=8192)
def amount(minor: int, currency: str, language: str) -> str:
    """The figures alone, always with the currency's ISO decimals: "1,234.50", "1.234" (KWD)."""
    digits = exponent(currency)
    locale = locale_of(language)
    grouping = locale.decimal_formats[None].pattern.partition(".")[0]
    pattern = f"{grouping}.{'0' * digits}" if digits else grouping
    return format_decimal(Money(minor, currency).decimal(), pattern, locale=locale)


def money(minor: int, currency: str, language: str) -> str:
    """The sum with its currency, never parted at a line's end: "29.00 EUR"."""
    return f"{amount(minor, currency, language)}{HARD_SPACE}{currency}"


@lru_cache(maxsize=512)
def rate(percent: str, language: str) -> str:
    """A tax rate: "19 %", "5,5 %"."""
    number = format_decimal(Decimal(percent), "0.####", locale=locale_of(language))
    return f"{number}{HARD_SPACE}%"


@lru_cache(maxsize=512)
def count(number: int, language: str) -> str:
    return format_decimal(number, locale=locale_of(language))


@lru_cache(maxsize=1024)
def day(value: date, language: str) -> str:
    """A day in full: "3 December 2026", "3. Dezember 2026"."""
    return format_date(value, "long", locale=locale_of(language))


def country(code: str, language: str) -> str:
    """The country's name in the reader's language, or the code where it has none."""
    return str(locale_of(language).territories.get(code.upper(), code))
