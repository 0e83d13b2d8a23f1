"""The schedule of notices lies inside every window that is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from dateutil.relativedelta import relativedelta

from wainwright.consumer_law import notices
from wainwright.consumer_law.policies import rules
from wainwright.core.dates import INTERVALS, add_days, local_day, occurrence

TODAY = date(2026, 11, 22)
LONG = [name for name, (months, _days) in INTERVALS.items() if months >= 2]
WINDOWS = [rule for rule in rules() if rule.duty == "notice_window"]


@pytest.mark.parametrize("window", WINDOWS, ids=lambda rule: f"{rule.jurisdiction} {rule.source}")
def test_every_window_holds_a_notice(window: object) -> None:
    wanted = window.parameters  # type: ignore[attr-defined]
    for months in {months for months, _days in INTERVALS.values()} | {0}:
        if months >= wanted["months_from"]:
            sent = notices.days_before(wanted["occasion"], TODAY, months=months)
            assert any(wanted["latest"] <= day <= wanted["earliest"] for day in sent)


@pytest.mark.parametrize("interval", LONG)
def test_in_every_zone_three_years_of_notices_fall_on_their_days_and_never_twice(
    interval: str,
) -> None:
    for zone in sorted(available_timezones()):
        anchor, told = datetime(2028, 2, 29, 1, 30, tzinfo=UTC), []
        for number in range(1, 13 if interval == "quarterly" else 7):
            due = occurrence(anchor, interval, number, zone)
            for days in notices.of_renewal(interval, TODAY):
                moment = add_days(due, -days, zone)
                assert (local_day(due, zone) - local_day(moment, zone)).days == days, zone
                told.append(moment)
        assert told == sorted(set(told)), zone


@pytest.mark.parametrize("interval", sorted(INTERVALS.keys() - set(LONG)))
def test_what_renews_often_is_told_of_by_the_year_and_before_no_payment(interval: str) -> None:
    assert notices.of_renewal(interval, TODAY) == []


@pytest.mark.parametrize("age", [0, 357, 358, 722, 723])
def test_its_first_years_are_told_of_when_it_is_old_enough(age: int) -> None:
    assert notices.of_years(TODAY, age=age) == [day for day in (358, 723) if day <= age]


def test_whenever_it_began_it_is_told_of_in_every_calendar_year_and_every_twelve_months() -> None:
    days = notices.of_years(TODAY, age=10 * 366)
    for first in range(366 + 365):
        began = date(2027, 1, 1) + timedelta(days=first)
        told = [began, *(began + timedelta(days=after) for after in days)]
        assert all(later <= earlier + relativedelta(years=1) for earlier, later in pairwise(told))
        assert {day.year for day in told} == set(range(began.year, told[-1].year + 1))


def test_a_trial_is_told_of_a_week_before_or_at_half_time() -> None:
    begins = datetime(2026, 10, 20, 12, tzinfo=UTC)
    for days, after in ((14, timedelta(days=7)), (8, timedelta(days=1)), (6, timedelta(days=3))):
        ends = add_days(begins, days, "UTC")
        assert notices.of_trial(begins, ends, "UTC") - begins == after


def test_before_a_schedule_is_law_prices_are_told_of_in_the_strictest_window() -> None:
    assert notices.of_price(date(2024, 11, 30)) == (7, 7)
    assert notices.of_price(TODAY) == (14, 7)


def test_what_has_no_notice_of_its_own_yet_is_told_of_by_the_year() -> None:
    early = date(2025, 3, 1)
    assert notices.of_renewal("quarterly", early) == []
    assert notices.of_renewal("quarterly", TODAY) != []
    assert notices.of_years(early, age=400) != []
