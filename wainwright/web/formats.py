"""How sums, dates and names are written, in the language active now.

Each public function answers for the active language and zone; each private twin with a locale in
its arguments is cached, because Babel costs about a millisecond a page without.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy, to_locale
from django.utils.translation import gettext as _
from markupsafe import Markup

from wainwright.core.money import Money, exponent

NO_BREAK = "\u00a0"

# Plain English is written the European way, "3 December 2026"; en-us has its own.
_PREFERRED = {"en": "en_GB"}

_INTERVALS = {
    "daily": pgettext_lazy("price per", "a day"),
    "weekly": pgettext_lazy("price per", "a week"),
    "two_weekly": pgettext_lazy("price per", "every 2 weeks"),
    "monthly": pgettext_lazy("price per", "a month"),
    "quarterly": pgettext_lazy("price per", "a quarter"),
    "half_yearly": pgettext_lazy("price per", "every 6 months"),
    "yearly": pgettext_lazy("price per", "a year"),
}

_FREQUENCIES = {
    "daily": pgettext_lazy("how often", "daily"),
    "weekly": pgettext_lazy("how often", "weekly"),
    "two_weekly": pgettext_lazy("how often", "every 2 weeks"),
    "monthly": pgettext_lazy("how often", "monthly"),
    "quarterly": pgettext_lazy("how often", "quarterly"),
    "half_yearly": pgettext_lazy("how often", "every 6 months"),
    "yearly": pgettext_lazy("how often", "yearly"),
}

Moment = dt.date | dt.datetime
Zone = dt.tzinfo | str | None


def money(amount: Money, currency: bool = True) -> str:
    """29.00 EUR: ISO decimals always, grouped as the language does, the code after a hard space."""
    return _money(amount.minor, amount.currency, _locale_code(), currency)


def number(value: int | float, decimals: int = 0) -> str:
    """12,480 in the language's grouping."""
    return _number(value, decimals, _locale_code())


def percent(rate: Decimal) -> str:
    """20 or 7.7: as many decimals as say something."""
    plain = rate.normalize()
    return number(float(plain), max(0, -int(plain.as_tuple().exponent)))


def date(value: Moment, zone: Zone = None) -> str:
    """3 December 2026, the day it was or will be in `zone` (the active one by default)."""
    return _date(_day(value, zone), "long", _locale_code())


def short_date(value: Moment, zone: Zone = None) -> str:
    """12 Nov 2026, for lists."""
    return _date(_day(value, zone), "medium", _locale_code())


def month(value: Moment, zone: Zone = None) -> str:
    """November 2026."""
    return _month(_day(value, zone), _locale_code())


def time(value: dt.datetime, zone: Zone = None) -> str:
    """09:05."""
    return _time(_local(value, zone).time(), _locale_code())


def datetime(value: dt.datetime, zone: Zone = None) -> str:
    """3 December 2026, 09:05."""
    return _("%(date)s, %(time)s") % {"date": date(value, zone), "time": time(value, zone)}


def day_element(value: Moment, zone: Zone = None) -> Markup:
    """<time> with the short date, for lists."""
    return _day_element(value, _zone(zone), _locale_code())


def iso(value: Moment, zone: Zone = None) -> str:
    """What <time datetime> wants: a day, or a moment with its offset."""
    if isinstance(value, dt.datetime):
        return _local(value, zone).isoformat(timespec="minutes")
    return value.isoformat()


def interval(name: str) -> str:
    """How often, after a sum: "29.00 EUR a month"."""
    return str(_INTERVALS[name])


def frequency(name: str) -> str:
    """How often, alone or after "then": "then 29.00 EUR monthly"."""
    return str(_FREQUENCIES[name])


def country(code: str) -> str:
    """The country's name in the active language; an unknown code as it is."""
    return _territory(code.upper(), _locale_code()) or code


def language(code: str) -> str:
    """The language's own name for itself: Deutsch, English."""
    return _own_name(code)


def _day(value: Moment, zone: Zone) -> dt.date:
    return _local(value, zone).date() if isinstance(value, dt.datetime) else value


def _local(value: dt.datetime, zone: Zone) -> dt.datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(_zone(zone))


def _zone(zone: Zone) -> dt.tzinfo:
    """The zone of that name, or the active one."""
    if isinstance(zone, str):
        return ZoneInfo(zone)
    return zone or timezone.get_current_timezone()


def _locale_code() -> str:
    return get_language() or "en"


@lru_cache(maxsize=64)
def _locale(language_code: str) -> Locale:
    name = to_locale(language_code)
    try:
        return Locale.parse(_PREFERRED.get(name, name))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_PREFERRED["en"])


@lru_cache(maxsize=16384)
def _money(minor: int, currency: str, code: str, with_code: bool) -> str:
    amount = Money(minor, currency).decimal()
    written = _decimal(amount, exponent(currency), code)
    return f"{written}{NO_BREAK}{currency}" if with_code else written


@lru_cache(maxsize=4096)
def _number(value: float, decimals: int, code: str) -> str:
    return _decimal(value, decimals, code)


def _decimal(value: object, decimals: int, code: str) -> str:
    """In the language's grouping, but always with exactly these decimals, whatever CLDR thinks."""
    locale = _locale(code)
    grouping = locale.decimal_formats[None].pattern.partition(".")[0]
    pattern = f"{grouping}.{'0' * decimals}" if decimals else grouping
    return format_decimal(value, format=pattern, locale=locale)  # type: ignore[arg-type]


@lru_cache(maxsize=8192)
def _date(day: dt.date, width: str, code: str) -> str:
    return format_date(day, format=width, locale=_locale(code))


@lru_cache(maxsize=16384)
def _day_element(value: Moment, zone: dt.tzinfo, code: str) -> Markup:
    written = _date(_day(value, zone), "medium", code)
    return Markup('<time class="day" datetime="{}">{}</time>').format(iso(value, zone), written)


@lru_cache(maxsize=1024)
def _month(day: dt.date, code: str) -> str:
    locale = _locale(code)
    return format_skeleton("yMMMM", dt.datetime.combine(day, dt.time()), locale=locale)


@lru_cache(maxsize=4096)
def _time(hour: dt.time, code: str) -> str:
    return format_time(hour, format="short", locale=_locale(code))


@lru_cache(maxsize=2048)
def _territory(code: str, language_code: str) -> str | None:
    return _locale(language_code).territories.get(code)


@lru_cache(maxsize=128)
def _own_name(code: str) -> str:
    try:
        name = Locale.parse(to_locale(code)).display_name
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def filters_in(language_code: str) -> dict[str, Callable[..., str]]:
    """The filters that pages use most, for one language; asking which one is active is not free."""
    code = language_code

    def _money_in(amount: Money, currency: bool = True) -> str:
        return _money(amount.minor, amount.currency, code, currency)

    def _number_in(value: int | float, decimals: int = 0) -> str:
        return _number(value, decimals, code)

    def _date_in(value: Moment, zone: Zone = None) -> str:
        return _date(_day(value, zone), "long", code)

    def _short_date_in(value: Moment, zone: Zone = None) -> str:
        return _date(_day(value, zone), "medium", code)

    def _day_element_in(value: Moment, zone: Zone = None) -> Markup:
        return _day_element(value, _zone(zone), code)

    return {
        "day_element": _day_element_in,
        "money": _money_in,
        "number": _number_in,
        "date": _date_in,
        "short_date": _short_date_in,
    }


FILTERS = {
    "day_element": day_element,
    "money": money,
    "number": number,
    "percent": percent,
    "date": date,
    "short_date": short_date,
    "month": month,
    "time": time,
    "datetime": datetime,
    "iso": iso,
    "interval": interval,
    "frequency": frequency,
    "country": country,
    "language": language,
}
