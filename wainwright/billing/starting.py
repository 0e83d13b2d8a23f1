"""A purchase with later payments starts a subscription."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.billing import states
from wainwright.billing.events import SubscriptionCompleted, SubscriptionStarted
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.billing.terms import terms
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import occurrence
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.models import Bill, BillLine, Payment
from wainwright.payments.queries import lines_of, payment_of
from wainwright.sales.ledger import order_of
from wainwright.sales.models import Order


def start_subscriptions(event: PaymentSucceeded, row: EventRow) -> None:
    """One subscription for each line of a first bill that recurs; a second call changes nothing."""
    payment = payment_of(event, row)
    bill = payment.bill
    assert bill is not None
    if bill.kind != Bill.PURCHASE:
        return
    order = order_of(bill)
    if _started(order.pk):
        return
    order.business = bill.business
    for line in lines_of(bill):
        if line.price.recurs:
            _start(order, bill, line, payment)


@prepared
def _started(order: Slot) -> QuerySet[Subscription, int]:
    return Subscription.objects.filter(order=order).values_list("pk", flat=True)


def _start(order: Order, bill: Bill, line: BillLine, payment: Payment) -> Subscription:
    price, zone = line.price, order.business.zone
    # The buyer agreed to the dates shown when the bill was opened; they count from the payment.
    plan = terms(
        price,
        quantity=line.quantity,
        percent=line.tax_percent,
        start=clock.now(),
        zone=zone,
    )
    in_trial = plan.trial_ends_at is not None
    subscription: Subscription = Subscription.objects.create(
        public_id=new_id("sub"),
        business_id=order.business_id,
        customer_id=order.customer_id,
        order=order,
        product_id=line.product_id,
        price=price,
        method_id=payment.method_id,
        state=states.TRIALING if in_trial else states.ACTIVE,
        name=line.description,
        kind=price.kind,
        currency=bill.currency,
        amount=price.amount,
        tax_behaviour=price.tax_behaviour,
        quantity=line.quantity,
        interval=price.interval,
        zone=zone,
        anchor=plan.anchor,
        payments_made=0 if in_trial else 1,
        payments_total=price.payments_total,
        started_at=plan.start,
        trial_ends_at=plan.trial_ends_at,
        current_start=plan.start,
        current_end=plan.anchor if in_trial else occurrence(plan.anchor, price.interval, 1, zone),
        last_gross=plan.regular.gross.minor if plan.regular is not None else line.gross,
        next_due_at=plan.next_at,
    )
    Period.objects.create(
        business_id=order.business_id,
        subscription=subscription,
        kind=Period.TRIAL if in_trial else Period.REGULAR,
        number=0,
        starts_at=subscription.current_start,
        ends_at=subscription.current_end,
        bill=bill,
        position=line.position,
    )
    audit.note(
        "subscription.started",
        subscription.public_id,
        by=SYSTEM,
        business_id=order.business_id,
        state=subscription.state,
    )
    events.announce(
        SubscriptionStarted(business_id=order.business_id, subscription_id=subscription.pk)
    )
    if plan.next_at is None:
        complete(subscription)
    return subscription


def complete(subscription: Subscription) -> Subscription:
    """The last payment was made: nothing more is owed, and nothing will be charged."""
    subscription.ended_at = clock.now()
    subscription.cancel_at = None
    move(subscription, states.COMPLETED, by=SYSTEM, reason="last payment made")
    events.announce(
        SubscriptionCompleted(business_id=subscription.business_id, subscription_id=subscription.pk)
    )
    return subscription
