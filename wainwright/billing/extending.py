"""A paid bill carries its subscriptions into the periods it was for."""

from __future__ import annotations

from datetime import timedelta

from wainwright.billing import course, holds, states
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.billing.standing import put_plan, standing_of
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
    then = course.paid(standing_of(subscription), period.ends_at)
    put_plan(subscription, then.plan)
    subscription.anchor, subscription.anchor_number = then.anchor, then.anchor_number
    subscription.payments_made = then.made
    subscription.current_start, subscription.current_end = period.starts_at, period.ends_at
    subscription.open_bill = None
    subscription.failures = 0
    if (subscription.catch_up_to or 0) <= period.number:
        subscription.catch_up_to = None
    if subscription.ended:
        subscription.save()
        return
    if then.state == states.COMPLETED:
        complete(subscription)
        return
    subscription.next_due_at = then.next_due_at
    if then.next_due_at is not None and then.next_due_at + SLACK <= bill.opened_at:
        holds.ask_about_missed(subscription)
    move(subscription, then.state, by=SYSTEM, reason="paid")
