"""What comes next in a subscription, as facts that letters put into sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wainwright.billing import changing, states
from wainwright.billing.course import turned
from wainwright.billing.models import Subscription
from wainwright.billing.renewals import next_totals
from wainwright.billing.standing import Standing, standing_of
from wainwright.catalog.models import Price
from wainwright.core.money import Money
from wainwright.tax.queries import Rates


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
    standing = turned(standing_of(subscription))
    then = standing.plan
    in_trial = subscription.state == states.TRIALING
    return Plan(
        name=then.name,
        kind=subscription.kind,
        interval=then.interval,
        regular=_regular(standing) if standing.bill_day else next_totals(subscription).gross,
        made=subscription.payments_made,
        total=total,
        trial_ends_at=subscription.trial_ends_at if in_trial else None,
        next_at=subscription.next_due_at,
        last_at=subscription.due(total - 1) if total else None,
    )


def _regular(standing: Standing) -> Money:
    """Its next payment is for a part of a period; those after it are not."""
    rates = Rates.of(standing.products)
    return Money(changing.regular(standing, standing.plan, rates), standing.currency)
