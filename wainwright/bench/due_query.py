"""Milliseconds of the question who is due, as the sweep asks it, one for each time it is asked."""

from __future__ import annotations

import json

from wainwright.accounts.models import Business
from wainwright.bench.names import SHOP
from wainwright.billing import renewals
from wainwright.core import clock, tenancy
from wainwright.core.sweeping import BATCH


def main(times: str) -> None:
    business = Business.everywhere.get(slug=SHOP)
    taken = []
    with tenancy.scope(business.account_id, tenancy.TEST):
        for _time in range(int(times) + 1):
            before = clock.monotonic()
            payers = renewals.due_payers(clock.now(), held=(), limit=BATCH)
            taken.append(1e3 * (clock.monotonic() - before))
            assert payers
    print(json.dumps(taken[1:]))  # the first one was compiled
