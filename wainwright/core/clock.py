"""The only source of time.

`now()` is the business's now: wall time plus the stored offset of the scope's test clock.
`wall()` is for sessions, tokens, limits, leases and audit rows. Both are aware, in UTC.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from wainwright.core import tenancy

_told: Callable[[], datetime] | None = None


def wall() -> datetime:
    return _told() if _told else datetime.now(UTC)


def monotonic() -> float:
    """Seconds for measuring how long something took."""
    return _told().timestamp() if _told else time.monotonic()


@contextmanager
def told_by(source: Callable[[], datetime]) -> Iterator[None]:
    """The wall stands wherever the source says meanwhile (aware, UTC). For simulations only."""
    global _told
    before, _told = _told, source
    try:
        yield
    finally:
        _told = before


def now() -> datetime:
    return wall() + offset()


def today(zone: str) -> date:
    """The calendar day of `now()` in the zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def offset() -> timedelta:
    """How far the scope's clock stands from the wall; always zero in live mode."""
    here = tenancy.current()
    if here.mode == tenancy.LIVE:
        return timedelta(0)
    if here.offset is None:
        here.offset = _stored_offset()
    return here.offset


def set_offset(value: timedelta) -> None:
    """Stores the test clock's offset of the scope's account. Callers decide if it may move back."""
    from wainwright.core.models import TestClock

    here = tenancy.current()
    if here.mode != tenancy.TEST:
        raise ValueError("only the test mode has a clock that moves")
    seconds = int(value.total_seconds())
    if not TestClock.objects.update(offset_seconds=seconds):
        TestClock.objects.update_or_create(defaults={"offset_seconds": seconds})
    here.offset = timedelta(seconds=seconds)


def _stored_offset() -> timedelta:
    from wainwright.core.queries import test_clock_offsets

    return timedelta(seconds=test_clock_offsets.first() or 0)
