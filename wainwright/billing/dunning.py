"""What happens after a declined renewal: more tries on the account's calendar, then the end.

The decline taxonomy of payments.gateways.base decides whether a try makes sense; a card that can
never work again is not asked again until another one is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from wainwright.billing import credit, owing, pausing, states
from wainwright.billing.cancellation import book_end
from wainwright.billing.events import RenewalFailed, SubscriptionCancelled
from wainwright.billing.models import Period, Rules, Subscription
from wainwright.billing.moving import move
from wainwright.billing.rulebook import RuleBook
from wainwright.core import clock, events, locks
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import add_days
from wainwright.core.models import EventRow
from wainwright.payments import bills
from wainwright.payments.events import PaymentDeclined
from wainwright.payments.gateways.base import Decline
from wainwright.payments.models import Bill, Payment

# A bank that was too busy to answer is asked again soon, so often within a day: with the usual
# calendar that keeps within what any scheme allows. Then all of it counts as one failed try.
SOON, SOON_TRIES, A_DAY = timedelta(hours=6), 2, timedelta(days=1)

# From where an end or a pause comes when every try to charge failed.
DUNNING = "dunning"

POINTLESS = frozenset(
    {
        Decline.AUTHENTICATION_REQUIRED,
        Decline.EXPIRED_CARD,
        Decline.INVALID_CARD,
        Decline.METHOD_GONE,
        Decline.DO_NOT_RETRY,
        Decline.FRAUD_SUSPECTED,
        Decline.LIMIT,
    }
)


def note_decline(event: PaymentDeclined, row: EventRow) -> None:
    """A declined renewal waits for its next try, or ends what was on it after the last.

    What the customer tries himself, with a card that is not saved, is none of its tries; nor is
    what comes to light of a method that another has replaced since, which is tried at once.
    """
    payment = Payment.objects.get(pk=event.payment_id)
    if payment.purpose != Payment.RENEWAL or payment.method_id is None:
        return
    assert payment.bill_id is not None
    debtors = owing.debtors(payment.bill_id)
    stopped = bool(payment.raw.get("stop_series"))
    if debtors and debtors[0].method_id != payment.method_id and not stopped:
        wait_until(debtors, clock.now())
    elif debtors and is_to_try_soon(payment):
        wait_for_bank(debtors)
    elif debtors:
        note_failure(debtors, payment_id=payment.pk, decline=event.decline, stopped=stopped)


def note_failure(
    debtors: Sequence[Subscription],
    *,
    payment_id: int | None,
    decline: str,
    stopped: bool = False,
) -> None:
    """Counts one failed try of a bill for each locked subscription that owes it.

    `stopped`: the customer told the bank to end the series. Call inside a transaction.
    """
    first = debtors[0]
    assert first.open_bill_id is not None
    rules = RuleBook.read().of(first.product_id)
    failures = max(each.failures for each in debtors) + 1
    next_at = None if stopped else _next_look(rules, failures, first.zone, clock.now())
    for subscription in debtors:
        subscription.failures, subscription.next_due_at = failures, next_at
        move(subscription, states.PAST_DUE, by=SYSTEM, reason=decline)
    events.announce(
        RenewalFailed(
            business_id=first.business_id,
            subscription_id=first.pk,
            others=[each.pk for each in debtors[1:]],
            bill_id=first.open_bill_id,
            payment_id=payment_id,
            decline=decline,
            failures=failures,
            retry_at=next_at.isoformat() if next_at else None,
        )
    )
    if next_at is None:
        give_up(debtors, then=Rules.CANCEL if stopped else rules.then)


def is_to_try_soon(declined: Payment) -> bool:
    """Whether its bank was too busy to answer, and was not asked too often that day."""
    if declined.decline != Decline.TRY_AGAIN or declined.settled_at is None:
        return False
    busy = Payment.objects.filter(
        bill=declined.bill_id,
        method=declined.method_id,
        state=Payment.DECLINED,
        decline=Decline.TRY_AGAIN,
        settled_at__gt=declined.settled_at - A_DAY,
    )
    return bool(busy.count() <= SOON_TRIES)


def _next_look(rules: Rules, failures: int, zone: str, now: datetime) -> datetime | None:
    """The next try, or after the last the end of the grace; None where that is now."""
    retry_at = rules.retry_at(failures, now, zone)
    if retry_at is not None:
        return retry_at
    in_grace = failures == len(rules.retry_after_days) + 1 and rules.grace_days
    return add_days(now, rules.grace_days, zone) if in_grace else None


def gives_up_at(subscription: Subscription) -> datetime | None:
    """When what it owes is given up if nobody pays: after the tries to come, and the grace.

    Not before that; somewhat later where a bank is too busy to answer one of those tries.
    """
    rules = RuleBook.read().of(subscription.product_id)
    last, failures = None, subscription.failures
    at = subscription.next_due_at
    while at is not None and failures <= len(rules.retry_after_days):
        last, failures = at, failures + 1
        at = _next_look(rules, failures, subscription.zone, last)
    return at or last


def has_no_try_left(subscription: Subscription) -> bool:
    """Only its grace was left, and is over."""
    rules = RuleBook.read().of(subscription.product_id)
    return subscription.failures > len(rules.retry_after_days)


def give_up(debtors: Sequence[Subscription], *, then: str) -> None:
    """The bill is written off, and what owed it ends or pauses, as the account says."""
    bill = Bill.locked(debtors[0].open_bill_id or 0)
    bills.close_bill(bill, Bill.WRITTEN_OFF, why="every try to charge failed", by=SYSTEM)
    Period.objects.filter(bill=bill).update(void=True)
    credit.give_back(bill)
    for subscription in debtors:
        subscription.open_bill = None
        if then == Rules.PAUSE:
            pausing.put_on_hold(subscription, by=SYSTEM, source=DUNNING, reason="")
        else:
            _end(subscription)


def _end(subscription: Subscription) -> None:
    subscription.ended_at = clock.now()
    subscription.cancel_source, subscription.cancel_by = DUNNING, SYSTEM.label
    subscription.cancel_reason = ""  # its source says why
    subscription.cancel_asked_at = subscription.cancel_at = subscription.ended_at
    move(subscription, states.CANCELLED, by=SYSTEM, reason="payment failed")
    book_end(subscription)
    events.announce(
        SubscriptionCancelled(
            business_id=subscription.business_id,
            subscription_id=subscription.pk,
            announced=False,
            by=subscription.cancel_by,
            source=subscription.cancel_source,
            reason=subscription.cancel_reason,
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


def wait_for_bank(debtors: Sequence[Subscription]) -> None:
    """The bank was too busy to answer, which is not the customer's fault: again soon, uncounted."""
    _look_again(debtors, SOON)


def wait_for_scheme(debtors: Sequence[Subscription]) -> None:
    """The card's scheme allows no further try for now: look again tomorrow, uncounted."""
    _look_again(debtors, A_DAY)


def wait_until(debtors: Sequence[Subscription], moment: datetime) -> None:
    """Nothing is charged before that."""
    for subscription in debtors:
        subscription.next_due_at = moment
        subscription.save(update_fields=["next_due_at"])


def wait_for_answer(debtors: Sequence[Subscription]) -> None:
    """An earlier attempt has no answer yet: look again in an hour; nothing new is charged."""
    _look_again(debtors, timedelta(hours=1))


def _look_again(debtors: Sequence[Subscription], after: timedelta) -> None:
    for subscription in debtors:
        if subscription.next_due_at is not None:
            subscription.next_due_at = clock.now() + after
            subscription.save(update_fields=["next_due_at"])
