"""What happens after a declined renewal: three more tries on a calendar, then the end.

The decline taxonomy of payments.gateways.base decides whether a try makes sense; a card that can
never work again is not asked again until another one is given.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from wainwright.billing import states
from wainwright.billing.cancellation import book_end
from wainwright.billing.events import RenewalFailed, SubscriptionCancelled
from wainwright.billing.models import Period, Subscription
from wainwright.billing.moving import move
from wainwright.core import clock, events
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
    """A declined renewal waits for its next try, or ends the subscription after the last."""
    payment = Payment.objects.get(pk=event.payment_id)
    if payment.purpose != Payment.RENEWAL:
        return
    period = Period.objects.get(bill_id=payment.bill_id)
    subscription = Subscription.locked(period.subscription_id)
    if subscription.open_bill_id != payment.bill_id or subscription.ended:
        return
    note_failure(subscription, payment_id=payment.pk, decline=event.decline)


def note_failure(subscription: Subscription, *, payment_id: int | None, decline: str) -> None:
    """Counts one failed try of a locked subscription. Call inside a transaction."""
    subscription.failures += 1
    last = subscription.failures > len(RETRY_AFTER_DAYS)
    retry_at = None
    if not last:
        days = RETRY_AFTER_DAYS[subscription.failures - 1]
        retry_at = add_days(clock.now(), days, subscription.zone)
    subscription.next_due_at = retry_at if subscription.cancel_at is None else None
    to = subscription.state if subscription.state == states.PAUSED else states.PAST_DUE
    move(subscription, to, by=SYSTEM, reason=decline)
    events.announce(
        RenewalFailed(
            business_id=subscription.business_id,
            subscription_id=subscription.pk,
            payment_id=payment_id,
            decline=decline,
            failures=subscription.failures,
            retry_at=retry_at.isoformat() if retry_at else None,
        )
    )
    if last:
        give_up(subscription)


def give_up(subscription: Subscription) -> None:
    """The last try failed: the subscription ends and the open bill is written off."""
    if subscription.open_bill_id is not None:
        bill = Bill.locked(subscription.open_bill_id)
        bills.close_bill(bill, Bill.WRITTEN_OFF, why="every try to charge failed", by=SYSTEM)
    Period.objects.filter(bill_id=subscription.open_bill_id).update(void=True)
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


def is_pointless(subscription: Subscription) -> bool:
    """The last try of the open bill was refused for a reason that only another method can mend."""
    last = _last_declined(subscription.open_bill_id) if subscription.failures else None
    return (
        last is not None and last.decline in POINTLESS and last.method_id == subscription.method_id
    )


def last_decline(bill: Bill) -> str:
    last = _last_declined(bill.pk)
    return last.decline if last else str(Decline.METHOD_GONE)


def _last_declined(bill_id: int | None) -> Payment | None:
    rows = Payment.objects.filter(bill_id=bill_id, state=Payment.DECLINED)
    found: Payment | None = rows.order_by("-pk").first() if bill_id else None
    return found


def try_later(subscription_id: int) -> None:
    """The gateway was away, which is not the customer's fault: again soon, uncounted."""
    with transaction.atomic():
        subscription = Subscription.locked(subscription_id)
        if subscription.next_due_at is not None:
            wait_for_gateway(subscription)


def wait_for_gateway(subscription: Subscription) -> None:
    """Again when the gateway may be back; a locked subscription, nothing is begun meanwhile."""
    subscription.next_due_at = clock.now() + timedelta(minutes=15)
    subscription.save(update_fields=["next_due_at"])


def wait_for_answer(subscription: Subscription) -> None:
    """An earlier attempt has no answer yet: look again in an hour; nothing new is charged."""
    subscription.next_due_at = clock.now() + timedelta(hours=1)
    subscription.save(update_fields=["next_due_at"])
