"""A paid bill carries its subscriptions into the periods it was for."""

from __future__ import annotations

from datetime import timedelta

from wainwright.billing import holds, states
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.billing.starting import complete
from wainwright.core.actors import SYSTEM
from wainwright.core.models import EventRow
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.models import Bill, Payment
from wainwright.payments.queries import payment_of

# The clocks of a zone change by this much at most; that much late is not late.
SLACK = timedelta(hours=2)


def extend(event: PaymentSucceeded, row: EventRow) -> None:
    """Every subscription on a paid renewal moves on; a second call changes nothing."""
    payment = payment_of(event, row)
    if payment.purpose != Payment.RENEWAL:
        return
    bill = payment.bill
    assert bill is not None
    gross = dict(bill.lines.values_list("position", "gross"))
    periods = Period.objects.filter(bill=bill, void=False)
    for period in periods.order_by("subscription_id", "number"):
        subscription = Subscription.locked(period.subscription_id)
        if subscription.payments_made <= period.number:
            _carry(subscription, period, bill, gross[period.position])


def _carry(subscription: Subscription, period: Period, bill: Bill, gross: int) -> None:
    subscription.last_gross, subscription.vouched_gross = gross, None
    subscription.payments_made = period.number + 1
    subscription.current_start, subscription.current_end = period.starts_at, period.ends_at
    subscription.open_bill = None
    subscription.failures = 0
    if (subscription.catch_up_to or 0) <= period.number:
        subscription.catch_up_to = None
    if subscription.ended:
        subscription.save()
        return
    if subscription.payments_total == subscription.payments_made:
        complete(subscription)
        return
    if subscription.state == states.PAUSED:
        move(subscription, states.PAUSED, by=SYSTEM, reason="paid")
        return
    due = subscription.due(subscription.payments_made)
    ends = subscription.cancel_at
    subscription.next_due_at = due if ends is None or due < ends else None
    if subscription.next_due_at is not None and due + SLACK <= bill.opened_at:
        holds.ask_about_missed(subscription, bill.opened_at)
    move(subscription, states.ACTIVE, by=SYSTEM, reason="paid")
