"""Calendar arithmetic: occurrence k is computed from the anchor, never from the one before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

# interval -> (months, days)
INTERVALS: dict[str, tuple[int, int]] = {
    "daily": (0, 1),
    "weekly": (0, 7),
    "two_weekly": (0, 14),
    "monthly": (1, 0),
    "quarterly": (3, 0),
    "half_yearly": (6, 0),
    "yearly": (12, 0),
}


def occurrence(anchor: datetime, interval: str, number: int, zone: str) -> datetime:
    """The instant (UTC) of occurrence `number` (0 is the anchor itself).

    Counted on the zone's calendar: 31 January, 28 February, 31 March. A local time that does not
    exist (clocks go forward) moves forward; one that exists twice is the first.
    """
    if number == 0:
        return anchor.astimezone(UTC)  # of an hour that exists twice it may be the second
    months, days = INTERVALS[interval]
    local = anchor.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    moved = local + relativedelta(months=months * number, days=days * number)
    return to_utc(moved, zone)


def to_utc(local: datetime, zone: str) -> datetime:
    """A naive local time of the zone as UTC, by the rule above."""
    # fold=0 reads a doubled time as the first, and one inside a gap with the offset before the gap,
    # which lands after it.
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def add_days(moment: datetime, days: int, zone: str) -> datetime:
    """The same local time `days` calendar days later, in UTC."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return to_utc(local + timedelta(days=days), zone)


def next_on(day: int, after: datetime, zone: str) -> datetime:
    """The first moment after that one with its local time on that day of a month, 1 to 28; UTC."""
    local = after.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    moved = local.replace(day=day)
    return to_utc(moved if moved > local else moved + relativedelta(months=1), zone)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of an instant in the zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def part_until(start: datetime, moment: datetime, end: datetime) -> Fraction:
    """Which part of the time from start to end has passed at a moment between them, exactly."""
    tick = timedelta(microseconds=1)
    return Fraction((moment - start) // tick, (end - start) // tick)
