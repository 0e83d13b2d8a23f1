"""Dates counted from an anchor, against dateutil's rrule: another algorithm, the same days."""

# ruff: noqa: DTZ001  (rrule counts on wall times, which have no zone)

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import DAILY, MONTHLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from wainwright.core.dates import INTERVALS, occurrence, part_until, to_utc
from wainwright.core.money import Money

ZONES = sorted(available_timezones())
COUNT = 40


def by_rrule(local: datetime, interval: str) -> list[datetime]:
    """The same series as wall times; a day that a month does not have is its last."""
    months, days = INTERVALS[interval]
    if days:
        return list(rrule(DAILY, interval=days, count=COUNT, dtstart=local))
    rule = {"bymonthday": local.day}
    if local.day > 28:
        rule = {"bymonthday": tuple(range(28, local.day + 1)), "bysetpos": -1}
    return list(rrule(MONTHLY, interval=months, count=COUNT, dtstart=local, **rule))


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("day", range(1, 32))
def test_every_anchor_day_and_interval_is_as_rrule_has_it(interval: str, day: int) -> None:
    local = datetime(2027, 1, day, 9, 30)
    dates = [occurrence(local.replace(tzinfo=UTC), interval, k, "UTC") for k in range(COUNT)]
    assert [each.replace(tzinfo=None) for each in dates] == by_rrule(local, interval)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    local=st.datetimes(datetime(2025, 1, 1), datetime(2034, 12, 31)),
    interval=st.sampled_from(sorted(INTERVALS)),
)
def test_in_every_zone_each_date_is_the_wall_time_rrule_has(
    zone: str, local: datetime, interval: str
) -> None:
    anchor = to_utc(local.replace(microsecond=0), zone)  # rrule knows no parts of a second
    start = anchor.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    dates = [occurrence(anchor, interval, k, zone) for k in range(COUNT)]
    assert dates == [anchor, *[to_utc(each, zone) for each in by_rrule(start, interval)[1:]]]
    assert all(before < after for before, after in pairwise(dates))


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
