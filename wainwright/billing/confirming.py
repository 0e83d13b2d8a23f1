"""Renewals that the bank wants the buyer to confirm himself, and pages he was led to for a bill.

A question is no decline until its time is over: the same payment waits, and nothing else is charged
for its bill meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import QuerySet

from wainwright.billing import owing, states
from wainwright.billing.models import Subscription
from wainwright.billing.moving import move
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import add_days
from wainwright.core.models import EventRow
from wainwright.core.prepared import Slot, Slots, prepared
from wainwright.core.sweeping import BATCH
from wainwright.payments import attempts
from wainwright.payments.events import ConfirmationNeeded
from wainwright.payments.gateways.base import Decline
from wainwright.payments.models import Bill, Payment

DAYS = 3
# How long somebody may take to type a card on the gateway's page before it stands in the way.
AT_THE_PAGE = timedelta(hours=1)


def wait_for_buyer(event: ConfirmationNeeded, row: EventRow) -> None:
    """What is owed waits for the buyer; only at the end of his days is it looked at again."""
    payment = Payment.objects.get(pk=event.payment_id)
    assert payment.bill_id is not None
    for subscription in owing.debtors(payment.bill_id):
        subscription.next_due_at = add_days(clock.now(), DAYS, subscription.zone)
        move(subscription, states.PAST_DUE, by=SYSTEM, reason=Decline.AUTHENTICATION_REQUIRED.value)


def settle_due(customer_ids: Collection[int]) -> None:
    """Ends the waiting of what is due again, before it is charged anew. Never inside a lock.

    A question whose time is over counts as declined; one about a method that does not pay any more
    is only closed, as is a page that somebody left.
    """
    for payment in _waiting(customer_ids):
        owed = Subscription.objects.filter(open_bill=payment.bill_id)
        debtor = owed.filter(next_due_at__lte=clock.now()).order_by("pk").first()
        if debtor is None:
            continue
        if payment.method_id is not None:
            over = payment.method_id == debtor.method_id
            attempts.close_page(payment, by=SYSTEM, declined=over)
        elif payment.started_at + AT_THE_PAGE <= clock.now():
            attempts.close_page(payment, by=SYSTEM)


@prepared
def _waiting(customers: Slots) -> QuerySet[Payment]:
    return _at_a_page().filter(customer_id__in=customers).order_by("pk")


def leave_changes_be(limit: int = BATCH) -> None:
    """For the sweep: a change to another plan that its buyer did not confirm in time is declined,
    and everything stays as it was."""
    for payment in _left_alone(clock.now() - AT_THE_PAGE, limit=limit):
        attempts.close_page(payment, by=SYSTEM, declined=True)


@prepared
def _left_alone(before: Slot, *, limit: int) -> QuerySet[Payment]:
    left = _at_a_page().filter(purpose=Payment.CHANGE, started_at__lte=before)
    return left.order_by("pk")[:limit]


def _at_a_page() -> QuerySet[Payment]:
    waiting = Payment.objects.filter(
        purpose__in=Payment.UNATTENDED,
        state=Payment.ACTION,
        settled_at=None,  # as the index says it
    )
    return waiting.select_related("connection__business")


def close_needless(limit: int = BATCH) -> None:
    """For the sweep: closes the pages of bills that are not owed any more."""
    for payment in _needless(limit=limit):
        attempts.close_page(payment, by=SYSTEM)


@prepared
def _needless(*, limit: int) -> QuerySet[Payment]:
    return _at_a_page().exclude(bill__state=Bill.OPEN).order_by("pk")[:limit]
