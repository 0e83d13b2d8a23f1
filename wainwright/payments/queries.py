"""Reads of bills and payments."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max, Sum

from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.models import Connection, Payment, Reconciliation, Refund


def payment_of_checkout(business_id: int, public_id: str) -> Payment | None:
    """The attempt a buyer comes back from, with what finishing it needs."""
    rows = Payment.objects.filter(
        business_id=business_id, public_id=public_id, purpose=Payment.CHECKOUT
    )
    found: Payment | None = rows.select_related("connection__business", "bill", "customer").first()
    return found


def left_to_refund(payments: Sequence[Payment]) -> dict[int, Money]:
    """What may still be given back of each, by its key, in one query; see refunds.refundable."""
    refunds = Refund.objects.filter(payment__in=payments).exclude(state=Refund.DECLINED)
    gone = dict(refunds.values_list("payment_id").annotate(Sum("amount")))
    return {
        payment.pk: Money(payment.amount - gone.get(payment.pk, 0), payment.currency)
        if payment.state == Payment.SUCCEEDED and payment.connection_id
        else Money.zero(payment.currency)
        for payment in payments
    }


def payment_of(event: PaymentSucceeded, row: EventRow) -> Payment:
    """The event's payment with its bill, read once for all who hear it in one transaction.

    Who changes the payment then must change this very object.
    """
    found: Payment | None = row.__dict__.get("payment")
    if found is None:
        found = Payment.objects.select_related("bill__business", "method").get(pk=event.payment_id)
        row.__dict__["payment"] = found
    return found


def last_comparisons(connections: Sequence[Connection]) -> dict[int, Reconciliation]:
    """The newest comparison of each connection's books, by the connection's key."""
    rows = Reconciliation.objects.filter(connection__in=connections)
    newest = rows.values("connection_id").annotate(newest=Max("pk")).values("newest")
    return {row.connection_id: row for row in Reconciliation.objects.filter(pk__in=newest)}
