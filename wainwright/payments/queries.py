"""Reads of bills and payments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Max, QuerySet, Sum

from wainwright.core.events import Heard
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.prepared import Each, Slot, prepared
from wainwright.payments.events import PartPaid, PaymentSucceeded
from wainwright.payments.models import (
    Bill,
    BillLine,
    Connection,
    Dispute,
    Payment,
    Reconciliation,
    Refund,
)


@prepared
def _with_connection(pk: Slot) -> QuerySet[Payment]:
    return Payment.objects.filter(pk=pk).select_related("connection__business")


def with_connection(payment_id: int) -> Payment:
    """The payment with what asking its gateway needs."""
    found = _with_connection.first(payment_id)
    if found is None:
        raise Payment.DoesNotExist(f"there is no payment {payment_id} in this scope")
    return found


def names_to_lock(payment_ids: Collection[int]) -> Iterator[str]:
    """What they pay for and who pays: the locks that all work on either begins with."""
    payments = Payment.objects.filter(pk__in=payment_ids)
    for subject, customer in payments.values_list("subject", "customer__public_id"):
        yield from (subject, customer)


@prepared
def _to_make(pk: Slot) -> QuerySet[Payment, int]:
    rows = Payment.objects.filter(pk=pk, state=Payment.STARTED, bill__state=Bill.OPEN)
    return rows.values_list("pk", flat=True)


def is_to_make(payment: Payment) -> bool:
    """Whether a begun attempt was neither made nor given up meanwhile, and its bill is still owed.

    A cancellation and a pause void what is owed, so they are seen by it.
    """
    return _to_make.first(payment.pk) is not None


@prepared
def _of_checkout(business: Slot, public_id: Slot) -> QuerySet[Payment]:
    rows = Payment.objects.filter(business=business, public_id=public_id, purpose=Payment.CHECKOUT)
    return rows.select_related("connection__business", "bill", "customer")


def payment_of_checkout(business_id: int, public_id: str) -> Payment | None:
    """The attempt a buyer comes back from, with what finishing it needs."""
    return _of_checkout.first(business_id, public_id)


def left_to_refund(payments: Sequence[Payment]) -> dict[int, Money]:
    """What may still be given back of each, by its key, in two queries; see refunds.refundable."""
    refunds = Refund.objects.filter(payment__in=payments).exclude(state=Refund.DECLINED)
    gone = dict(refunds.values_list("payment_id").annotate(Sum("amount")))
    disputes = Dispute.objects.filter(payment__in=payments, state__in=Dispute.TAKEN)
    taken = dict(disputes.values_list("payment_id").annotate(Sum("amount")))
    return {
        payment.pk: Money(
            max(0, payment.amount - gone.get(payment.pk, 0) - taken.get(payment.pk, 0)),
            payment.currency,
        )
        if payment.state == Payment.SUCCEEDED and payment.connection_id and not payment.of_open_bill
        else Money.zero(payment.currency)
        for payment in payments
    }


def payment_of(event: PaymentSucceeded | PartPaid, row: EventRow) -> Payment:
    """The event's payment with its bill, read once for all who hear it in one transaction.

    Who changes the payment then must change this very object.
    """
    found: Payment | None = row.__dict__.get("payment")
    if found is None:
        found = Payment.objects.select_related("bill__business", "method").get(pk=event.payment_id)
        row.__dict__["payment"] = found
    return found


def payments_of(heard: Heard) -> list[Payment]:
    """The payments of facts that were announced together."""
    return [payment_of(event, row) for event, row in heard]


@prepared
def rebills_of(order: Slot, customer: Slot) -> QuerySet[Bill, int]:
    """The bills that followed an order of this customer."""
    return Bill.objects.filter(order_id=order, customer=customer).values_list("pk", flat=True)


@prepared
def _lines(bills: Each) -> QuerySet[BillLine]:
    rows: QuerySet[BillLine] = BillLine.objects.filter(bill__in=bills)
    return rows.select_related("price__product").order_by("bill", "position")


def lines_of(bill: Bill) -> list[BillLine]:
    """The bill's lines with their prices and products; read once, for they never change."""
    read_lines([bill])
    found: list[BillLine] = bill.__dict__["read_lines"]
    return found


def read_lines(bills: Collection[Bill]) -> None:
    """Reads at once what `lines_of` will be asked about these bills."""
    unread = {bill.pk: bill for bill in bills if "read_lines" not in bill.__dict__}
    if not unread:
        return
    for bill in unread.values():
        bill.__dict__["read_lines"] = []
    for line in _lines(unread):
        line.bill = unread[line.bill_id]
        line.bill.__dict__["read_lines"].append(line)


def last_comparisons(connections: Sequence[Connection]) -> dict[int, Reconciliation]:
    """The newest comparison of each connection's books, by the connection's key."""
    rows = Reconciliation.objects.filter(connection__in=connections)
    newest = rows.values("connection_id").annotate(newest=Max("pk")).values("newest")
    return {row.connection_id: row for row in Reconciliation.objects.filter(pk__in=newest)}
