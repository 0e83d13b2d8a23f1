"""Fourteen whole days, counted on the consumer's calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from wainwright.consumer_law.withdrawal import deadline, in_time

BERLIN = "Europe/Berlin"


def test_the_last_day_ends_at_midnight_where_the_consumer_lives() -> None:
    bought = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)  # the 21st already in Berlin
    end = deadline(bought, country="DE", zone=BERLIN)
    assert end == datetime(2026, 11, 5, tzinfo=ZoneInfo(BERLIN))


def test_what_is_declared_in_the_last_second_counts() -> None:
    bought = datetime(2026, 11, 1, 12, tzinfo=UTC)
    last = datetime(2026, 11, 15, 22, 59, 59, tzinfo=UTC)
    assert in_time(last, bought, country="FR", zone="Europe/Paris")
    too_late = datetime(2026, 11, 15, 23, 0, tzinfo=UTC)
    assert not in_time(too_late, bought, country="FR", zone="Europe/Paris")


def test_who_was_not_told_has_twelve_months_more() -> None:
    bought = datetime(2026, 1, 10, 12, tzinfo=UTC)
    end = deadline(bought, country="DE", zone=BERLIN, was_told=False)
    assert end == datetime(2027, 1, 25, tzinfo=ZoneInfo(BERLIN))


def test_where_the_law_knows_no_withdrawal_there_is_no_deadline() -> None:
    bought = datetime(2026, 1, 10, 12, tzinfo=UTC)
    assert deadline(bought, country="US", zone="America/New_York") is None
    assert not in_time(bought, bought, country="US", zone="America/New_York")
