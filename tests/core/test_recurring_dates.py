"""Dates counted from an anchor, against dateutil: another algorithm, the same days.

Days are counted by its rrule, on clocks on the wall. What a wall clock shows becomes an instant by
its `resolve_imaginary`, which moves a time that is left out forward by what is left out.
"""

# ruff: noqa: DTZ001  (rrule counts on wall times, which have no zone)

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, rrule
from dateutil.tz import resolve_imaginary
from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.dates import INTERVALS, occurrence, part_until
from wainwright.core.money import Money

ZONES = sorted(available_timezones())
# A common year and a leap year: every day that can be an anchor, in every month it stands in.
DAYS = [datetime(2027, 1, 1) + timedelta(days=day) for day in range(365 + 366)]
MINUTE = timedelta(minutes=1)


@cache
def by_rrule(wall: datetime, interval: str, count: int) -> list[datetime]:
    """The series as wall times; a day that a month does not have is its last."""
    months, days = INTERVALS[interval]
    if days:
        return list(rrule(DAILY, interval=days, count=count, dtstart=wall))
    rule = {"bymonthday": wall.day}
    if wall.day > 28:
        rule = {"bymonthday": tuple(range(28, wall.day + 1)), "bysetpos": -1}
    return list(rrule(MONTHLY, interval=months, count=count, dtstart=wall, **rule))


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    return resolve_imaginary(wall.replace(tzinfo=zone)).astimezone(UTC)


def agree(wall: datetime, interval: str, zone: str, count: int) -> bool:
    """Whether what begins when the zone's clocks show that goes on as dateutil has it."""
    info = ZoneInfo(zone)
    anchor = instant(wall, info)
    begun = anchor.astimezone(info).replace(tzinfo=None)
    theirs = [instant(each, info) for each in by_rrule(begun, interval, count)]
    return [occurrence(anchor, interval, number, zone) for number in range(count)] == theirs


@cache
def turns(zone: str) -> list[datetime]:
    """The moments of those years at which the zone's clocks are changed, as they show them then."""
    info, found = ZoneInfo(zone), []
    for before, after in pairwise(day.replace(tzinfo=UTC) for day in DAYS):
        old = before.astimezone(info).utcoffset()
        if after.astimezone(info).utcoffset() == old:
            continue
        while after - before > MINUTE:
            middle = before + (after - before) // 2
            if middle.astimezone(info).utcoffset() == old:
                before = middle
            else:
                after = middle
        shown = after.astimezone(info).replace(tzinfo=None, fold=0)
        found.append(shown.replace(second=0, microsecond=0))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("interval", INTERVALS)
def test_from_every_anchor_day_of_every_month_the_days_are_those_of_rrule(interval: str) -> None:
    for day in DAYS:
        assert agree(day.replace(hour=9, minute=30), interval, "UTC", 25), day


@pytest.mark.slow
@pytest.mark.parametrize("interval", INTERVALS)
def test_in_every_zone_what_falls_on_a_change_of_clocks_is_where_dateutil_has_it(
    interval: str,
) -> None:
    months, days = INTERVALS[interval]
    for zone in ZONES:
        ends = [datetime(2027, 1, 31, 2, 30), datetime(2027, 1, 31, 23, 59)]
        for turn in turns(zone):
            ends += [turn + timedelta(minutes=minutes) for minutes in (-60, -30, 0, 30)]
            ends.append(datetime.combine(turn, time(2, 30)))
        for end in ends:  # the third of its series
            begin = end - relativedelta(months=2 * months, days=2 * days)
            assert agree(begin, interval, zone, 3), (zone, begin)


@pytest.mark.nightly
@pytest.mark.sqlite  # once: no database is asked
@pytest.mark.parametrize("interval", INTERVALS)
def test_from_every_anchor_day_in_every_zone_each_date_is_as_dateutil_has_it(interval: str) -> None:
    for day in DAYS:
        wall = day.replace(hour=2, minute=30)
        for zone in ZONES:
            assert agree(wall, interval, zone, 4), (zone, wall)


def test_an_anchor_in_an_hour_that_comes_twice_is_itself_whichever_it_is() -> None:
    for hour in (0, 1):  # half past two in Berlin, before and after the clocks go back
        anchor = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        for interval in INTERVALS:
            assert occurrence(anchor, interval, 0, "Europe/Berlin") == anchor


@pytest.mark.slow
@given(
    minor=st.integers(0, 10**12),
    cuts=st.lists(st.datetimes(datetime(2027, 1, 1), datetime(2027, 1, 31)), min_size=1),
)
def test_parts_of_a_period_add_up_to_it_within_a_minor_unit_each(
    minor: int, cuts: list[datetime]
) -> None:
    start, end, whole = datetime(2027, 1, 1), datetime(2027, 1, 31), Money(minor, "EUR")
    marks = [part_until(start, each, end) for each in sorted(cuts)]
    parts = [later - earlier for earlier, later in pairwise([0, *marks, 1])]
    assert sum(parts) == 1
    off = sum(whole.share(part).minor for part in parts) - minor
    assert abs(off) <= len(parts)
