"""Access that ends with the money: what the seller's rule says of refunds and chargebacks.

A one-time purchase and a split pay are the customer's for good, so all that was paid for them
counts. Of any other subscription what counts is the period that runs now: older ones are used up,
and the next one that is paid for gives access anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from wainwright.billing import cancellation, states
from wainwright.billing.events import AccessRestored, AccessRevoked
from wainwright.billing.models import Period, Revocation, Rules, Subscription
from wainwright.billing.rulebook import RuleBook
from wainwright.catalog.models import Price
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.models import EventRow
from wainwright.core.prepared import Slot, Slots, prepared
from wainwright.payments.events import DisputeOpened, DisputeWon, RefundSucceeded
from wainwright.payments.models import Bill, BillLine, Dispute, Refund, RefundLine
from wainwright.sales.ledger import order_of

BY_REFUND = "refund"


def revoke_for_refund(event: RefundSucceeded, row: EventRow) -> None:
    """Ends access, and the subscription too, where the rule of what was given back says so."""
    refund = Refund.objects.get(pk=event.refund_id)
    lines = BillLine.objects.filter(returns__refund=refund)
    for subscription, rules in _revoked(lines, refund=refund):
        if rules.end_then and subscription is not None:
            cancellation.cancel_now(subscription, by=SYSTEM, source=BY_REFUND)


def revoke_for_dispute(event: DisputeOpened, row: EventRow) -> None:
    """Ends access at once; the subscription ends only if the chargeback is lost."""
    dispute = Dispute.objects.select_related("payment").get(pk=event.dispute_id)
    list(_revoked(BillLine.objects.filter(bill=dispute.payment.bill_id), dispute=dispute))


def restore_after_dispute(event: DisputeWon, row: EventRow) -> None:
    """Gives back the access that the chargeback took."""
    for each in Revocation.objects.filter(dispute=event.dispute_id, restored_at=None):
        each.restored_at = clock.now()
        each.save(update_fields=["restored_at"])
        order = each.order
        audit.note(
            "access.restored",
            order.public_id,
            by=SYSTEM,
            business_id=each.business_id,
            item=each.item,
        )
        events.announce(
            AccessRestored(
                business_id=each.business_id,
                order_id=each.order_id,
                product_id=each.product_id,
                subscription_id=each.subscription_id,
            )
        )


def _revoked(
    lines: QuerySet[BillLine], **cause: Refund | Dispute
) -> Iterator[tuple[Subscription | None, Rules]]:
    """What lost its access by this, with the rule that said so."""
    book = RuleBook.read()
    for line in lines.filter(gross__gt=0).select_related("bill").order_by("position"):
        rules = book.of(line.product_id)
        period = Period.objects.filter(bill=line.bill_id, position=line.position).first()
        if rules.revoke == Rules.NEVER or (period is not None and not _counts(period)):
            continue
        subscription = Subscription.locked(period.subscription_id) if period else None
        if rules.revoke == Rules.ANY or all_back(line, subscription):
            _revoke(line, subscription, cause)
            yield subscription, rules


def _counts(period: Period) -> bool:
    """Whether the time that was paid for is still the customer's."""
    subscription = period.subscription
    if subscription.kind == Price.SPLIT:
        return True
    return subscription.state != states.CANCELLED and period.ends_at > clock.now()


def all_back(line: BillLine, subscription: Subscription | None) -> bool:
    """Whether all that was paid for it has gone back: for a split pay, every payment."""
    if subscription is None or subscription.kind != Price.SPLIT:
        return _is_back(line)
    paid = Period.objects.filter(subscription=subscription, bill__state=Bill.PAID)
    return all(_is_back(_line_of(period)) for period in paid)


def _line_of(period: Period) -> BillLine:
    rows = BillLine.objects.select_related("bill")
    found: BillLine = rows.get(bill=period.bill_id, position=period.position)
    return found


def _is_back(line: BillLine) -> bool:
    """Whether the line went back, or with a chargeback all that its bill brought."""
    returns = RefundLine.objects.filter(line=line, refund__state=Refund.SUCCEEDED)
    if _sum(returns, "gross") >= line.gross:
        return True
    of_bill = Refund.objects.filter(payment__bill=line.bill_id, state=Refund.SUCCEEDED)
    taken = Dispute.objects.filter(payment__bill=line.bill_id, state__in=Dispute.TAKEN)
    return _sum(of_bill, "amount") + _sum(taken, "amount") >= line.bill.gross


def _sum(rows: QuerySet[Any], column: str) -> int:
    total: int = rows.aggregate(sum=Sum(column, default=0))["sum"]
    return total


def _revoke(
    line: BillLine, subscription: Subscription | None, cause: Mapping[str, Refund | Dispute]
) -> None:
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
        **cause,
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
        **{name: each.public_id for name, each in cause.items()},
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
