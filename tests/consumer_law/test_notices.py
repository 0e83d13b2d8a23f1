"""The schedule of notices lies inside every window that is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

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


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("interval", LONG)
def test_three_years_of_notices_fall_on_their_days_and_never_twice(
    interval: str, zone: str
) -> None:
    anchor = datetime(2028, 2, 29, 1, 30, tzinfo=UTC)
    told = []
    for number in range(1, 13 if interval == "quarterly" else 4):
        due = occurrence(anchor, interval, number, zone)
        for days in notices.of_renewal(interval, number, TODAY):
            moment = add_days(due, -days, zone)
            assert (local_day(due, zone) - local_day(moment, zone)).days == days
            told.append(moment)
    assert told == sorted(set(told))


@pytest.mark.parametrize(
    ("interval", "each_year"), [("monthly", 12), ("weekly", 52), ("daily", 365)]
)
def test_what_renews_often_is_told_of_once_a_year(interval: str, each_year: int) -> None:
    told = [n for n in range(3 * each_year + 1) if notices.of_renewal(interval, n, TODAY)]
    assert told == [each_year, 2 * each_year, 3 * each_year]


def test_a_trial_is_told_of_a_week_before_or_at_half_time() -> None:
    begins = datetime(2026, 10, 20, 12, tzinfo=UTC)
    for days, after in ((14, timedelta(days=7)), (8, timedelta(days=1)), (6, timedelta(days=3))):
        ends = add_days(begins, days, "UTC")
        assert notices.of_trial(begins, ends, "UTC") - begins == after
