"""Renewing what is due: open the period's bill, charge outside the lock, book what comes back."""

from __future__ import annotations

from django.db import transaction

from wainwright.billing import dunning, states
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.billing.starting import complete
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.sweeping import BATCH
from wainwright.payments import attempts, bills, calls
from wainwright.payments.errors import AttemptRunning
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.gateways.base import Intent, Series
from wainwright.payments.models import Bill, Payment
from wainwright.payments.queries import payment_of
from wainwright.sales import totals
from wainwright.tax.rates import percent_for


def renew_due(limit: int = BATCH) -> int:
    """For the sweep: renews up to `limit` due subscriptions; returns how many it looked at."""
    due = Subscription.objects.filter(next_due_at__lte=clock.now())
    ids = list(due.order_by("next_due_at", "pk").values_list("pk", flat=True)[:limit])
    for subscription_id in ids:
        renew(subscription_id)
    return len(ids)


def renew(subscription_id: int) -> Payment | None:
    """Charges one due subscription once. Two workers at the same time make one charge."""
    begun = _begin(subscription_id)
    if begun is None:
        return None
    payment, subscription = begun
    if payment.connection is None:
        return attempts.settle_free(payment, by=SYSTEM)
    series = Series.RECURRING if subscription.payments_total is None else Series.INSTALLMENT
    payment = attempts.charge(payment, description=subscription.name[:100], series=series)
    if payment.state == Payment.ABANDONED:
        dunning.try_later(subscription_id)
    return payment


def _begin(subscription_id: int) -> tuple[Payment, Subscription] | None:
    """The attempt for what is due, committed; None when nothing may be charged now."""
    with transaction.atomic(durable=True):
        subscription = Subscription.locked(subscription_id)
        now = clock.now()
        if (
            subscription.state not in states.BILLABLE
            or subscription.cancel_at is not None
            or subscription.next_due_at is None
            or subscription.next_due_at > now
        ):
            return None
        bill = _bill(subscription)
        method = subscription.method
        if bill.gross and (method is None or method.gone_at or dunning.is_pointless(subscription)):
            dunning.note_failure(subscription, payment_id=None, decline=dunning.last_decline(bill))
            return None
        if bill.gross and method is not None and calls.rests(method.connection):
            dunning.wait_for_gateway(subscription)
            return None
        try:
            payment = attempts.begin(
                business_id=subscription.business_id,
                purpose=Payment.RENEWAL,
                intent=Intent.PAY,
                amount=bill.total,
                bill=bill,
                connection=method.connection if method and bill.gross else None,
                method=method if bill.gross else None,
                customer_id=subscription.customer_id,
                subject=subscription.public_id,
            )
        except AttemptRunning:
            dunning.wait_for_answer(subscription)
            return None
    return payment, subscription


def _bill(subscription: Subscription) -> Bill:
    """The open bill of the period that is due; opened now if this is the first try."""
    if subscription.open_bill_id is not None:
        return Bill.objects.get(pk=subscription.open_bill_id)
    number = subscription.payments_made
    starts_at, ends_at = subscription.due(number), subscription.due(number + 1)
    bill = bills.open_bill(
        business_id=subscription.business_id,
        kind=Bill.RENEWAL,
        lines=next_totals(subscription).lines,
        due_at=starts_at,
        customer_id=subscription.customer_id,
        order_id=subscription.order_id,
    )
    Period.objects.create(
        business_id=subscription.business_id,
        subscription=subscription,
        kind=Period.REGULAR,
        number=number,
        starts_at=starts_at,
        ends_at=ends_at,
        bill=bill,
    )
    subscription.open_bill = bill
    subscription.save(update_fields=["open_bill"])
    return bill


def next_totals(subscription: Subscription) -> totals.Totals:
    """What the next payment will be, line by line; the bill is made of exactly these lines."""
    starts_at = subscription.due(subscription.payments_made)
    ends_at = subscription.due(subscription.payments_made + 1)
    return totals.totals(
        [
            totals.line(
                product_id=subscription.product_id,
                price_id=subscription.price_id,
                description=subscription.name,
                unit=Money(subscription.amount, subscription.currency),
                quantity=subscription.quantity,
                percent=percent_for(
                    subscription.product,
                    subscription.business.country,
                    local_day(starts_at, subscription.zone),
                ),
                inclusive=subscription.tax_behaviour == "inclusive",
                period=(starts_at, ends_at),
            )
        ]
    )


def extend(event: PaymentSucceeded, row: EventRow) -> None:
    """A paid renewal carries the subscription into its period; a second call changes nothing."""
    payment = payment_of(event, row)
    if payment.purpose != Payment.RENEWAL:
        return
    period = Period.objects.get(bill_id=payment.bill_id)
    subscription = Subscription.locked(period.subscription_id)
    if subscription.payments_made > period.number:
        return
    subscription.payments_made = period.number + 1
    subscription.current_start, subscription.current_end = period.starts_at, period.ends_at
    subscription.open_bill = None
    subscription.failures = 0
    if subscription.payments_total == subscription.payments_made:
        if subscription.ended:
            subscription.save()
        else:
            complete(subscription)
        return
    if subscription.ended:
        subscription.save()
        return
    if subscription.cancel_at is not None:
        subscription.cancel_at = max(subscription.cancel_at, period.ends_at)
        subscription.next_due_at = None
    elif subscription.state != states.PAUSED:
        subscription.next_due_at = subscription.due(subscription.payments_made)
    to = states.PAUSED if subscription.state == states.PAUSED else states.ACTIVE
    move(subscription, to, by=SYSTEM, reason="paid")
