"""What happens after a declined renewal: three more tries on a calendar, then the end.

The decline taxonomy of payments.gateways.base decides whether a try makes sense; a card that can
never work again is not asked again until another one is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from wainwright.billing import owing, states
from wainwright.billing.cancellation import book_end
from wainwright.billing.events import RenewalFailed, SubscriptionCancelled
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.core import clock, events, locks
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import add_days
from wainwright.core.models import EventRow
from wainwright.payments import bills
from wainwright.payments.events import PaymentDeclined
from wainwright.payments.gateways.base import Decline
from wainwright.payments.models import Bill, Payment

# Days between one failed try and the next.
RETRY_AFTER_DAYS = (1, 3, 5)

POINTLESS = frozenset(
    {
        Decline.AUTHENTICATION_REQUIRED,
        Decline.EXPIRED_CARD,
        Decline.INVALID_CARD,
        Decline.METHOD_GONE,
        Decline.DO_NOT_RETRY,
        Decline.FRAUD_SUSPECTED,
    }
)


def note_decline(event: PaymentDeclined, row: EventRow) -> None:
    """A declined renewal waits for its next try, or ends what was on it after the last."""
    payment = Payment.objects.get(pk=event.payment_id)
    if payment.purpose != Payment.RENEWAL or payment.bill_id is None:
        return
    debtors = owing.debtors(payment.bill_id)
    if debtors:
        note_failure(debtors, payment_id=payment.pk, decline=event.decline)


def note_failure(debtors: Sequence[Subscription], *, payment_id: int | None, decline: str) -> None:
    """Counts one failed try of a bill for each locked subscription that owes it.

    Call inside a transaction.
    """
    first = debtors[0]
    assert first.open_bill_id is not None
    for subscription in debtors:
        _note_failure(subscription, decline)
    events.announce(
        RenewalFailed(
            business_id=first.business_id,
            subscription_id=first.pk,
            others=[each.pk for each in debtors[1:]],
            bill_id=first.open_bill_id,
            payment_id=payment_id,
            decline=decline,
            failures=first.failures,
            retry_at=first.next_due_at.isoformat() if first.next_due_at else None,
        )
    )
    if first.next_due_at is None:
        give_up(debtors, Bill.locked(first.open_bill_id))


def _note_failure(subscription: Subscription, decline: str) -> None:
    subscription.failures += 1
    subscription.next_due_at = None
    if subscription.failures <= len(RETRY_AFTER_DAYS):
        days = RETRY_AFTER_DAYS[subscription.failures - 1]
        subscription.next_due_at = add_days(clock.now(), days, subscription.zone)
    move(subscription, states.PAST_DUE, by=SYSTEM, reason=decline)


def give_up(debtors: Sequence[Subscription], bill: Bill) -> None:
    """The last try failed: what owed the bill ends, and the bill is written off."""
    bills.close_bill(bill, Bill.WRITTEN_OFF, why="every try to charge failed", by=SYSTEM)
    Period.objects.filter(bill=bill).update(void=True)
    for subscription in debtors:
        subscription.open_bill = None
        subscription.ended_at = clock.now()
        subscription.cancel_source, subscription.cancel_by = "dunning", SYSTEM.label
        subscription.cancel_reason = "payment failed"
        subscription.cancel_asked_at = subscription.cancel_at = subscription.ended_at
        move(subscription, states.CANCELLED, by=SYSTEM, reason="payment failed")
        book_end(subscription)
        events.announce(
            SubscriptionCancelled(
                business_id=subscription.business_id,
                subscription_id=subscription.pk,
                announced=False,
            )
        )


def try_later(payment: Payment) -> None:
    """The gateway was away, which is not the customer's fault: again soon, uncounted."""
    with transaction.atomic():
        assert payment.bill is not None
        locks.hold([payment.bill.customer.public_id if payment.bill.customer else None])
        wait_for_gateway(owing.debtors(payment.bill.pk))


def wait_for_gateway(debtors: Sequence[Subscription]) -> None:
    """Again when the gateway may be back; nothing is begun meanwhile."""
    _look_again(debtors, timedelta(minutes=15))


def wait_for_answer(debtors: Sequence[Subscription]) -> None:
    """An earlier attempt has no answer yet: look again in an hour; nothing new is charged."""
    _look_again(debtors, timedelta(hours=1))


def _look_again(debtors: Sequence[Subscription], after: timedelta) -> None:
    for subscription in debtors:
        if subscription.next_due_at is not None:
            subscription.next_due_at = clock.now() + after
            subscription.save(update_fields=["next_due_at"])
