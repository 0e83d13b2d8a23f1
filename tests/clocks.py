"""Moving the test clock, as `wainwright clock advance` does: a day, a sweep, a day."""

from __future__ import annotations

from datetime import timedelta

from wainwright import wiring
from wainwright.core import clock, tenancy


def advance(account_id: int, days: int) -> None:
    with tenancy.scope(account_id, tenancy.TEST) as here:
        for _day in range(days):
            clock.set_offset(clock.offset() + timedelta(days=1))
            wiring.sweep_account(account_id, tenancy.TEST)
    if tenancy._current.get() is not None:
        tenancy.current().offset = here.offset
