"""A paid bill carries its subscriptions into the periods it was for."""

from __future__ import annotations

from wainwright.billing import states
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.billing.starting import complete
from wainwright.core.actors import SYSTEM
from wainwright.core.models import EventRow
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.models import Payment
from wainwright.payments.queries import payment_of


def extend(event: PaymentSucceeded, row: EventRow) -> None:
    """Every subscription on a paid renewal moves on; a second call changes nothing."""
    payment = payment_of(event, row)
    if payment.purpose != Payment.RENEWAL:
        return
    periods = Period.objects.filter(bill_id=payment.bill_id, void=False)
    for period in periods.order_by("subscription_id", "number"):
        subscription = Subscription.locked(period.subscription_id)
        if subscription.payments_made <= period.number:
            _carry(subscription, period)


def _carry(subscription: Subscription, period: Period) -> None:
    subscription.payments_made = period.number + 1
    subscription.current_start, subscription.current_end = period.starts_at, period.ends_at
    subscription.open_bill = None
    subscription.failures = 0
    if subscription.ended:
        subscription.save()
        return
    if subscription.payments_total == subscription.payments_made:
        complete(subscription)
        return
    if subscription.cancel_at is not None:
        subscription.cancel_at = max(subscription.cancel_at, period.ends_at)
        subscription.next_due_at = None
    elif subscription.state != states.PAUSED:
        subscription.next_due_at = subscription.due(subscription.payments_made)
    to = states.PAUSED if subscription.state == states.PAUSED else states.ACTIVE
    move(subscription, to, by=SYSTEM, reason="paid")
