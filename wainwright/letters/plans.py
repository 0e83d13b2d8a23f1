"""What comes next in a subscription, as facts that letters put into sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wainwright.billing import states
from wainwright.billing.course import turned
from wainwright.billing.models import Subscription
from wainwright.billing.renewals import next_totals
from wainwright.billing.standing import standing_of
from wainwright.catalog.models import Price
from wainwright.core.money import Money


@dataclass(frozen=True, slots=True)
class Plan:
    """`regular` is each coming payment with its tax; `next_at` is None when none comes."""

    name: str
    kind: str
    interval: str
    regular: Money
    made: int
    total: int | None
    trial_ends_at: datetime | None
    next_at: datetime | None
    last_at: datetime | None

    @property
    def endless(self) -> bool:
        return self.total is None

    @property
    def cancellable(self) -> bool:
        """A split payment is one price in parts; everything else may be left."""
        return self.kind != Price.SPLIT


def plan_of(subscription: Subscription) -> Plan:
    """As its next payment will be, by the plan chosen for that. Call with the business loaded."""
    total = subscription.payments_total
    then = turned(standing_of(subscription)).plan
    in_trial = subscription.state == states.TRIALING
    return Plan(
        name=then.name,
        kind=subscription.kind,
        interval=then.interval,
        regular=next_totals(subscription).gross,
        made=subscription.payments_made,
        total=total,
        trial_ends_at=subscription.trial_ends_at if in_trial else None,
        next_at=subscription.next_due_at,
        last_at=subscription.due(total - 1) if total else None,
    )
