"""Renews all that is due, by the sweep's own job, and tells what a renewal took.

{"ms": processor time of a renewal in each batch, ours and the database's, "megabytes": resident
then}. The gateway answers at once: its own time is left out.
"""

from __future__ import annotations

import json
import time
from typing import Any

from wainwright.accounts.models import Business
from wainwright.bench import processor
from wainwright.bench.names import SHOP
from wainwright.billing import renewals
from wainwright.core import tenancy
from wainwright.core.sweeping import BATCH
from wainwright.payments.gateways.test.gateway import TestGateway


def main() -> None:
    business = Business.everywhere.get(slug=SHOP)
    spent, gateway = processor.meter(), _Gateway()
    found: dict[str, list[float]] = {"ms": [], "megabytes": []}
    with tenancy.scope(business.account_id, tenancy.TEST):
        taken = BATCH
        while taken == BATCH:
            before = spent() - gateway.seconds
            taken = renewals.renew_due()
            cost = spent() - gateway.seconds - before
            if taken == BATCH:
                found["ms"].append(1e3 * cost / taken)
                found["megabytes"].append(processor.megabytes())
    print(json.dumps(found))


class _Gateway:
    """Counts what the Test gateway takes for itself."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._charge = TestGateway.charge_saved
        TestGateway.charge_saved = self._timed()  # type: ignore[method-assign]

    def _timed(self) -> Any:
        def charge_saved(gateway: TestGateway, request: Any) -> Any:
            before = time.process_time()
            try:
                return self._charge(gateway, request)
            finally:
                self.seconds += time.process_time() - before

        return charge_saved
