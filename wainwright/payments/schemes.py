"""How often card schemes let a declined card be tried again, counted per saved method.

Visa: 15 tries in 30 days (its block at 20 is not relied on). Mastercard: 10 in a day, 35 in 30 days
for the same sum. A brand we do not know is kept to the strictest of both.
Source: the schemes' rules on excessive reattempts, as acquirers publish them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from wainwright.core import clock
from wainwright.payments.models import Method, Payment


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many declined tries within so many days."""

    tries: int
    days: int


VISA = (Limit(15, 30),)
MASTERCARD = (Limit(10, 1), Limit(35, 30))
LIMITS = {"visa": VISA, "mastercard": MASTERCARD}
STRICTEST = (Limit(10, 1), Limit(15, 30))


def forbid(method: Method) -> bool:
    """Whether another try of this method now would be one too many."""
    limits = LIMITS.get(method.brand.lower(), STRICTEST)
    of_buyer = Payment.objects.filter(customer=method.customer_id)  # there are few of them
    declined = of_buyer.filter(method=method, state=Payment.DECLINED)
    return any(
        declined.filter(settled_at__gt=clock.now() - timedelta(days=limit.days)).count()
        >= limit.tries
        for limit in limits
    )
