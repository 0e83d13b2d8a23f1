"""The one schedule of notices that meets every known window at once: pure, from dated data."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from wainwright.consumer_law.policies import rules
from wainwright.core.dates import INTERVALS, add_days

TRIAL, RENEWAL, YEARLY, CARD, PRICE = "trial", "renewal", "yearly", "card", "price"
_A_YEAR = {"daily": 365, "weekly": 52, "two_weekly": 26, "monthly": 12}


def days_before(occasion: str, on: date, *, months: int = 0) -> list[int]:
    """How many days before its deadline the notices of an occasion are sent, the earliest first.

    `months` is the interval's length where it is a renewal. Empty where none is due.
    """
    found = _schedule(occasion, on, months)
    return list(found["days_before"]) if found else []


def of_renewal(interval: str, number: int, on: date) -> list[int]:
    """The notices before payment `number` (from 0) of something that renews until it is cancelled.

    Long intervals have theirs before every renewal, short ones once a year.
    """
    each = days_before(RENEWAL, on, months=INTERVALS[interval][0])
    if each or number == 0 or number % _A_YEAR[interval]:
        return each
    return days_before(YEARLY, on)


def all_days(on: date) -> set[int]:
    """Every number of days before a renewal on which somebody may have to be told."""
    return {
        day
        for rule in rules()
        if rule.duty == "notice_schedule" and rule.in_force(on)
        for day in rule.parameters["days_before"]
        if rule.parameters["occasion"] in (RENEWAL, YEARLY)
    }


def of_trial(begins: datetime, ends: datetime, zone: str) -> datetime:
    """When to tell that a trial ends: a short one has its notice at half time."""
    found = _schedule(TRIAL, begins.date(), 0)
    if found is None or (ends - begins) < timedelta(days=found["short_below"], hours=-2):
        return begins + (ends - begins) / 2
    return add_days(ends, -found["days_before"][0], zone)


def of_price(on: date) -> tuple[int, int]:
    """How many days before its first charge a higher price is told of, and at the latest.

    Told later than that, the old price is charged once more: the strictest window decides.
    """
    windows = [
        rule.parameters["latest"]
        for rule in rules()
        if rule.duty == "notice_window"
        and rule.in_force(on)
        and rule.parameters["occasion"] == PRICE
    ]
    return days_before(PRICE, on)[0], max(windows)


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
