"""Access that ends with the money: what the seller's rule says when something is given back.

A one-time purchase and a split pay are the customer's for good, so all that was paid for them
counts. Of any other subscription what counts is the period that runs now: older ones are used up,
and the next one that is paid for gives access anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from wainwright.billing import cancellation, states
from wainwright.billing.events import AccessRevoked
from wainwright.billing.models import Period, Revocation, Rules, Subscription
from wainwright.billing.rulebook import RuleBook
from wainwright.catalog.models import Price
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.models import EventRow
from wainwright.core.prepared import Slot, Slots, prepared
from wainwright.payments.events import RefundSucceeded
from wainwright.payments.models import Bill, BillLine, Refund, RefundLine
from wainwright.sales.ledger import order_of

BY_REFUND = "refund"


def revoke_for_refund(event: RefundSucceeded, row: EventRow) -> None:
    """Ends access, and the subscription too, where the rule of what was given back says so."""
    refund = Refund.objects.get(pk=event.refund_id)
    lines = BillLine.objects.filter(returns__refund=refund, gross__gt=0)
    for line in lines.select_related("bill").order_by("position"):
        _judge(line, refund)


def _judge(line: BillLine, refund: Refund) -> None:
    rules = RuleBook.read().of(line.product_id)
    if rules.revoke == Rules.NEVER:
        return
    period = Period.objects.filter(bill=line.bill_id, position=line.position).first()
    if period is not None and not _counts(period):
        return
    subscription = Subscription.locked(period.subscription_id) if period else None
    if rules.revoke == Rules.FULL and not _all_back(line, subscription):
        return
    _revoke(line, subscription, refund)
    if rules.end_then and subscription is not None:
        cancellation.cancel_now(subscription, by=SYSTEM, source=BY_REFUND)


def _counts(period: Period) -> bool:
    """Whether the time that was paid for is still the customer's."""
    subscription = period.subscription
    if subscription.kind == Price.SPLIT:
        return True
    return subscription.state != states.CANCELLED and period.ends_at > clock.now()


def _all_back(line: BillLine, subscription: Subscription | None) -> bool:
    """Whether all that was paid for it has gone back: for a split pay, every payment."""
    if subscription is None or subscription.kind != Price.SPLIT:
        return _left([line]) <= 0
    paid = Period.objects.filter(subscription=subscription, bill__state=Bill.PAID)
    return _left(_line_of(period) for period in paid) <= 0


def _line_of(period: Period) -> BillLine:
    found: BillLine = BillLine.objects.get(bill=period.bill_id, position=period.position)
    return found


def _left(lines: Iterable[BillLine]) -> int:
    """What was paid for lines and has not gone back, in minor units."""
    gross = {line.pk: line.gross for line in lines}
    gone = RefundLine.objects.filter(line__in=gross, refund__state=Refund.SUCCEEDED)
    return sum(gross.values()) - (gone.aggregate(sum=Sum("gross"))["sum"] or 0)


def _revoke(line: BillLine, subscription: Subscription | None, refund: Refund) -> None:
    order = order_of(line.bill) if subscription is None else subscription.order
    for_good = subscription is None or subscription.kind == Price.SPLIT
    if _open(order.pk).filter(product=line.product_id, subscription=subscription).exists():
        return
    Revocation.objects.create(
        business_id=order.business_id,
        customer_id=order.customer_id,
        order=order,
        product_id=line.product_id,
        subscription=subscription,
        refund=refund,
        item=line.description,
        at=clock.now(),
        until=None if for_good or subscription is None else subscription.current_end,
    )
    audit.note(
        "access.revoked",
        order.public_id,
        by=SYSTEM,
        business_id=order.business_id,
        item=line.description,
        refund=refund.public_id,
    )
    events.announce(
        AccessRevoked(
            business_id=order.business_id,
            order_id=order.pk,
            product_id=line.product_id,
            subscription_id=subscription.pk if subscription else None,
        )
    )


def _open(order_id: int) -> QuerySet[Revocation]:
    rows = Revocation.objects.filter(order=order_id, restored_at=None)
    return rows.filter(Q(until=None) | Q(until__gt=clock.now()))


@prepared
def _of_orders(orders: Slots, now: Slot) -> QuerySet[Revocation]:
    rows = Revocation.objects.filter(order_id__in=orders, restored_at=None)
    return rows.filter(Q(until=None) | Q(until__gt=now)).order_by("pk")


def revoked_of(order_ids: Iterable[int]) -> list[Revocation]:
    """What is taken back at this moment of these orders, oldest first."""
    return _of_orders(list(order_ids), clock.now())


def revoked_since(subscription: Subscription) -> datetime | None:
    """Since when the customer has no access to it, though it may go on; None while he has."""
    revoked = revoked_of([subscription.order_id])
    return next((row.at for row in revoked if row.subscription_id == subscription.pk), None)
