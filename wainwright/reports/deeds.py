"""Everything that somebody did to subscriptions, oldest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from wainwright.billing import events as billing
from wainwright.core.models import EventRow
from wainwright.hub.history import moment_told

ACTS = (
    billing.SubscriptionPaused.name,
    billing.SubscriptionResumed.name,
    billing.PlanChanged.name,
    billing.PlanChangeAsked.name,
    billing.PlanKept.name,
    billing.PlanChangeFailed.name,
    billing.BillDayChosen.name,
    billing.CancellationAsked.name,
    billing.CancellationUndone.name,
    billing.SubscriptionCancelled.name,
    billing.SubscriptionReactivated.name,
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One act; `what` is its event's name, `when` from or until when it holds."""

    at: datetime
    what: str
    subscription_id: int
    by: str
    source: str
    reason: str
    plan: str
    when: datetime | None


def done(business_ids: Collection[int]) -> Iterator[Deed]:
    rows = EventRow.objects.filter(name__in=ACTS, business_id__in=business_ids).order_by("pk")
    for row in rows.iterator(chunk_size=1000):
        told = row.payload
        yield Deed(
            at=row.at,
            what=row.name.removeprefix("subscription."),
            subscription_id=told["subscription_id"],
            by=told.get("by", ""),
            source=told.get("source", ""),
            reason=told.get("reason", ""),
            plan=told.get("plan", ""),
            when=moment_told(told),
        )
