"""How often card schemes let a declined card be tried again, counted per card, however often
its owner saved it.

Visa: 15 tries in 30 days (its block at 20 is not relied on). Mastercard: 10 in a day, 35 in 30 days
for the same sum. A brand we do not know is kept to the strictest of both.
Source: the schemes' rules on excessive reattempts, as acquirers publish them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from wainwright.core import clock
from wainwright.core.prepared import Each, Slot, prepared
from wainwright.payments.models import Method, Payment


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many declined tries within so many days."""

    tries: int
    days: int

    def reached_by(self, declined: Collection[datetime]) -> bool:
        since = clock.now() - timedelta(days=self.days)
        return sum(at > since for at in declined) >= self.tries


VISA = (Limit(15, 30),)
MASTERCARD = (Limit(10, 1), Limit(35, 30))
LIMITS = {"visa": VISA, "mastercard": MASTERCARD}
STRICTEST = (Limit(10, 1), Limit(15, 30))
LONGEST = timedelta(days=30)


def forbid(method: Method) -> bool:
    """Whether another try of this method's card now would be one too many."""
    return method.pk in forbidden([method])


def forbidden(methods: Collection[Method]) -> set[int]:
    """The keys of those of which another try now would be one too many; asked once for all."""
    declined: dict[tuple[object, ...], list[datetime]] = defaultdict(list)
    for tried in _declined({each.customer_id for each in methods}, clock.now() - LONGEST):
        assert tried.method is not None
        assert tried.settled_at is not None
        declined[_card(tried.method)].append(tried.settled_at)
    return {
        each.pk
        for each in methods
        if any(limit.reached_by(declined[_card(each)]) for limit in _limits(each))
    }


def _card(method: Method) -> tuple[object, ...]:
    return (method.customer_id, *method.card)


def _limits(method: Method) -> tuple[Limit, ...]:
    return LIMITS.get(method.brand.lower(), STRICTEST)


@prepared
def _declined(customers: Each, since: Slot) -> QuerySet[Payment]:
    rows = Payment.objects.filter(
        customer__in=customers, state=Payment.DECLINED, settled_at__gt=since
    )
    return rows.exclude(method=None).select_related("method")
