"""A paid bill carries its subscriptions into the periods it was for."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from wainwright.billing import course, holds, states
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move_all
from wainwright.billing.standing import put_plan, standing_of
from wainwright.billing.starting import complete
from wainwright.core import many
from wainwright.core.actors import SYSTEM
from wainwright.core.events import Heard
from wainwright.core.prepared import Each, prepared
from wainwright.payments.models import Bill, Payment
from wainwright.payments.queries import lines_of, payments_of, read_lines

# The clocks of a zone change by this much at most; that much late is not late.
SLACK = timedelta(hours=2)


def extend(heard: Heard) -> None:
    """Every subscription on a paid renewal moves on; a second call changes nothing."""
    renewed = [each for each in payments_of(heard) if each.purpose == Payment.RENEWAL]
    bills = {payment.bill.pk: payment.bill for payment in renewed if payment.bill is not None}
    if not bills:
        return
    read_lines(bills.values())
    periods = sorted(_periods(bills), key=lambda each: (each.subscription_id, each.number))
    # Whoever books a payment holds the lock of its customer, and so of all that he owes.
    owed = many.locked(Subscription, [each.subscription_id for each in periods])
    subscriptions = {each.pk: each for each in owed}
    carried: dict[int, str] = {}
    for period in periods:
        bill, subscription = bills[period.bill_id], subscriptions[period.subscription_id]
        subscription.business = bill.business
        if subscription.payments_made <= period.number:
            carried[subscription.pk] = _carry(subscription, period, bill)
    last = {
        pk for pk, to in carried.items() if to == states.COMPLETED and not subscriptions[pk].ended
    }
    on = [(subscriptions[pk], to) for pk, to in carried.items() if pk not in last]
    move_all(on, by=SYSTEM, reason="paid")
    for pk in sorted(last):
        complete(subscriptions[pk])


@prepared
def _periods(bills: Each) -> QuerySet[Period]:
    return Period.objects.filter(bill__in=bills)


def _carry(subscription: Subscription, period: Period, bill: Bill) -> str:
    """Into the period, which is paid; not saved. The state it comes to."""
    then = course.paid(standing_of(subscription), period.ends_at)
    if subscription.bill_day is None:  # else a part was paid, from which nothing follows
        subscription.last_gross = lines_of(bill)[period.position].gross
    if then.then is None:  # else the old price was charged once more
        put_plan(subscription, then.plan)
        if subscription.bill_day is None:
            subscription.vouched_gross = None
    subscription.bill_day = then.bill_day
    subscription.anchor, subscription.anchor_number = then.anchor, then.anchor_number
    subscription.payments_made = then.made
    subscription.current_start, subscription.current_end = period.starts_at, period.ends_at
    subscription.open_bill = None
    subscription.failures = 0
    if (subscription.catch_up_to or 0) <= period.number:
        subscription.catch_up_to = None
    if subscription.ended:
        return subscription.state
    if then.state == states.COMPLETED:
        return then.state
    subscription.next_due_at = then.next_due_at
    if then.next_due_at is not None and then.next_due_at + SLACK <= bill.opened_at:
        holds.ask_about_missed(subscription)
    return then.state
