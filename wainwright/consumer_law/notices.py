"""The one schedule of notices that meets every known window at once: pure, from dated data."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from wainwright.consumer_law.policies import rules
from wainwright.core.dates import INTERVALS, add_days

TRIAL, RENEWAL, YEARLY, CARD, PRICE = "trial", "renewal", "yearly", "card", "price"
# Never more than twelve months, and once at least in every calendar year.
_A_YEAR = 365


def days_before(occasion: str, on: date, *, months: int = 0) -> list[int]:
    """How many days before its deadline the notices of an occasion are sent, the earliest first.

    `months` is the interval's length where it is a renewal. Empty where none is due.
    """
    found = _schedule(occasion, on, months)
    return list(found["days_before"]) if found else []


def of_renewal(interval: str, on: date) -> list[int]:
    """How many days before each payment of what renews until it is cancelled it is told of.

    Empty for what renews every month or more often: that is told of by the year.
    """
    return days_before(RENEWAL, on, months=INTERVALS[interval][0])


def of_years(on: date, *, age: int) -> list[int]:
    """How many days after it began is told of what renews often and is that many days old.

    By dates, whatever was paid: pauses, other plans and other bill days do not move them.
    """
    ahead = days_before(YEARLY, on)
    years = range(1, (age + max(ahead, default=0)) // _A_YEAR + 1)
    return [year * _A_YEAR - days for year in years for days in ahead]


def all_days(on: date) -> set[int]:
    """Every number of days before a renewal on which somebody may have to be told."""
    return {
        day
        for rule in rules()
        if rule.duty == "notice_schedule" and rule.in_force(on)
        for day in rule.parameters["days_before"]
        if rule.parameters["occasion"] == RENEWAL
    }


def of_trial(begins: datetime, ends: datetime, zone: str) -> datetime:
    """When to tell that a trial ends: a short one has its notice at half time."""
    found = _schedule(TRIAL, begins.date(), 0)
    if found is None or (ends - begins) < timedelta(days=found["short_below"], hours=-2):
        return begins + (ends - begins) / 2
    return add_days(ends, -found["days_before"][0], zone)


def of_price(on: date) -> tuple[int, int]:
    """How many days before its first charge a higher price is told of, and at the latest.

    Told later than that, the old price is charged once more: the strictest window decides, and
    alone as long as no schedule is in force.
    """
    windows = [
        rule.parameters["latest"]
        for rule in rules()
        if rule.duty == "notice_window"
        and rule.in_force(on)
        and rule.parameters["occasion"] == PRICE
    ]
    latest = max(windows)
    return max(days_before(PRICE, on), default=latest), latest


def _schedule(occasion: str, on: date, months: int) -> dict[str, Any] | None:
    rows = [
        rule.parameters
        for rule in rules()
        if rule.duty == "notice_schedule"
        and rule.in_force(on)
        and rule.parameters["occasion"] == occasion
        and rule.parameters["months_from"] <= months
    ]
    return max(rows, key=lambda row: row["months_from"], default=None)
