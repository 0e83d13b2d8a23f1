from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.dates import INTERVALS, add_days, local_day, occurrence

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_the_end_of_january_stays_the_anchor_all_year() -> None:
    days = [occurrence(utc(2027, 1, 31, 12), "monthly", k, "UTC").day for k in range(6)]
    assert days == [31, 28, 31, 30, 31, 30]


def test_a_leap_day_comes_back_in_leap_years() -> None:
    anchor = utc(2028, 2, 29, 12)
    days = [occurrence(anchor, "yearly", k, "UTC").day for k in range(5)]
    assert days == [29, 28, 28, 28, 29]


def test_the_local_hour_is_kept_when_clocks_change() -> None:
    anchor = utc(2026, 3, 1, 5)  # six in the morning in Berlin
    summer = occurrence(anchor, "monthly", 1, "Europe/Berlin")
    assert summer.astimezone(ZoneInfo("Europe/Berlin")).hour == 6
    assert summer == utc(2026, 4, 1, 4)


def test_a_time_that_does_not_exist_moves_forward() -> None:
    anchor = utc(2026, 2, 28, 1, 30)  # 02:30 in Berlin, skipped on 29 March
    found = occurrence(anchor, "daily", 29, "Europe/Berlin").astimezone(ZoneInfo("Europe/Berlin"))
    assert (found.day, found.hour, found.minute) == (29, 3, 30)


def test_a_time_that_exists_twice_is_the_first() -> None:
    anchor = utc(2026, 9, 25, 0, 30)  # 02:30 in Berlin, doubled on 25 October
    assert occurrence(anchor, "monthly", 1, "Europe/Berlin") == utc(2026, 10, 25, 0, 30)


@pytest.mark.slow
@given(st.sampled_from(sorted(INTERVALS)), st.sampled_from(ZONES), st.integers(0, 10**6))
def test_occurrences_only_move_forward(interval: str, zone: str, minutes: int) -> None:
    anchor = utc(2025, 1, 1) + timedelta(minutes=minutes)
    dates = [occurrence(anchor, interval, k, zone) for k in range(30)]
    assert dates == sorted(set(dates))


def test_days_are_added_on_the_calendar() -> None:
    assert add_days(utc(2026, 3, 28, 11), 1, "Europe/Berlin") == utc(2026, 3, 29, 10)


def test_a_moment_belongs_to_the_zone_s_day() -> None:
    assert local_day(utc(2026, 12, 31, 23, 30), "Europe/Berlin").year == 2027


@pytest.mark.parametrize("interval", INTERVALS)
def test_occurrence_zero_is_the_anchor(interval: str) -> None:
    assert occurrence(utc(2026, 5, 31, 9), interval, 0, "Asia/Tokyo") == utc(2026, 5, 31, 9)
