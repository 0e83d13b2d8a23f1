"""Moving the test clock, as `wainwright clock advance` does: a day, a sweep, a day."""

from __future__ import annotations

from datetime import timedelta

from wainwright import wiring
from wainwright.core import clock, tenancy


def advance(account_id: int, days: int) -> None:
    pass_time(account_id, timedelta(days=1), days)


def pass_time(account_id: int, step: timedelta, steps: int = 1) -> None:
    """So many steps, each with all that is due after it."""
    with tenancy.scope(account_id, tenancy.TEST) as here:
        for _step in range(steps):
            clock.set_offset(clock.offset() + step)
            wiring.sweep_account(account_id, tenancy.TEST)
    if tenancy._current.get() is not None:
        tenancy.current().offset = here.offset
