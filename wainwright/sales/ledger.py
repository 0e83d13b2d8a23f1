"""The append-only ledger: what reports and the API's transactions read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet, Sum

from wainwright.core import clock, many
from wainwright.core.events import Heard
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.prepared import Each, prepared
from wainwright.payments.events import RefundSucceeded
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.payments.queries import lines_of, payments_of, read_lines
from wainwright.payments.returning import share_of_tax
from wainwright.sales.models import Entry, Order


def book_payments(heard: Heard) -> None:
    """One entry per successful payment, with the net and tax of its bill or its part of them."""
    paid = payments_of(heard)
    bills = [payment.bill for payment in paid if payment.bill is not None]
    read_orders(bills)
    read_lines(bills)
    booked = set(_booked([payment.pk for payment in paid]))
    Entry.objects.bulk_create(_entry(payment) for payment in paid if payment.pk not in booked)


def _entry(payment: Payment) -> Entry:
    bill = payment.bill
    assert bill is not None
    order, lines = order_of(bill), lines_of(bill)
    net, tax = _sums(bill, payment)
    return Entry(
        public_id=new_id("ent"),
        kind=Entry.CHARGE if bill.kind == Bill.PURCHASE else Entry.REBILL,
        payment=payment,
        business_id=bill.business_id,
        order=order,
        customer_id=order.customer_id,
        product_id=lines[0].product_id,
        item=", ".join(line.description for line in lines)[:500],
        currency=bill.currency,
        net=net.minor,
        tax=tax.minor,
        gross=payment.amount,
        at=clock.now(),
        subject=payment.subject,
    )


def _sums(bill: Bill, payment: Payment) -> tuple[Money, Money]:
    """(net, tax) of a payment: the bill's, or of a part its share."""
    if payment.amount == bill.gross:
        return Money(bill.net, bill.currency), Money(bill.tax, bill.currency)
    parts = Payment.objects.filter(bill=bill).values("pk")  # first, as there are few of them
    before = Entry.objects.filter(payment__in=parts, kind=Entry.REBILL)
    tax = share_of_tax(
        Money(bill.tax, bill.currency),
        bill.gross,
        [(entry.gross, entry.tax) for entry in before],
        payment.amount,
    )
    return payment.money - tax, tax


@prepared
def _booked(payments: Each) -> QuerySet[Entry, int]:
    rows = Entry.objects.filter(payment__in=payments, kind__in=(Entry.CHARGE, Entry.REBILL))
    return rows.values_list("payment_id", flat=True)


@prepared
def _orders_of_bills(bills: Each) -> QuerySet[Order]:
    return Order.objects.filter(bill__in=bills)


def order_of(bill: Bill) -> Order:
    """The purchase a bill belongs to: its own, or the one its subscription began with."""
    read_orders([bill])
    found: Order | None = bill.__dict__.get("read_order")
    if found is None:
        raise Order.DoesNotExist(f"no order was placed for bill {bill.public_id}")
    return found


def read_orders(bills: Iterable[Bill]) -> None:
    """Reads at once what `order_of` will be asked about these bills."""
    unread = [bill for bill in bills if "read_order" not in bill.__dict__]
    own = {bill.pk: bill for bill in unread if bill.order_id is None}
    if own:
        for order in _orders_of_bills(own):
            remember_order(own[order.bill_id or 0], order)
    later = [bill for bill in unread if bill.order_id is not None]
    if later:
        found = {order.pk: order for order in many.known(Order, [bill.order_id for bill in later])}
        for bill in later:
            if bill.order_id in found:
                remember_order(bill, found[bill.order_id])


def remember_order(bill: Bill, order: Order) -> None:
    """Spares all who ask for the bill's order in this transaction to read it again."""
    bill.__dict__["read_order"] = order


def book_refund(event: RefundSucceeded, row: EventRow) -> None:
    """One negative entry per refund, with the tax that goes back of its lines."""
    refund = Refund.objects.select_related("payment__bill").get(pk=event.refund_id)
    charge = Entry.objects.filter(payment=refund.payment, kind__in=Entry.SALES).first()
    if charge is None:  # money that came for a closed bill was never booked as a sale
        return
    net, tax = refund_parts(charge, refund)
    Entry.objects.get_or_create(
        refund=refund,
        kind=Entry.REFUND,
        defaults={
            "public_id": new_id("ent"),
            "business_id": charge.business_id,
            "order_id": charge.order_id,
            "customer_id": charge.customer_id,
            "product_id": charge.product_id,
            "payment_id": refund.payment_id,
            "item": charge.item,
            "currency": charge.currency,
            "net": -net.minor,
            "tax": -tax.minor,
            "gross": -refund.amount,
            "at": clock.now(),
            "subject": charge.subject,
        },
    )


def refund_parts(charge: Entry, refund: Refund) -> tuple[Money, Money]:
    """(net, tax) of a refund: that of its lines.

    A part that goes back of a bill nobody owes any more has no lines. Then the tax given back so
    far is the charge's in proportion to the sum, and each refund takes the difference.
    """
    tax = _tax_of_lines(refund)
    if tax is None:
        before = Entry.objects.filter(payment_id=charge.payment_id, kind=Entry.REFUND).exclude(
            refund=refund
        )
        given = [(-entry.gross, -entry.tax) for entry in before]
        tax = share_of_tax(Money(charge.tax, charge.currency), charge.gross, given, refund.amount)
    return refund.money - tax, tax


def _tax_of_lines(refund: Refund) -> Money | None:
    minor = refund.lines.aggregate(sum=Sum("tax"))["sum"]
    return None if minor is None else Money(minor, refund.currency)


def book_cancellation(
    *, order_id: int, product_id: int, item: str, subject: str, note: str
) -> None:
    """A row of zero that says a subscription ended. Call inside a transaction."""
    order = Order.objects.get(pk=order_id)
    Entry.objects.create(
        public_id=new_id("ent"),
        kind=Entry.CANCEL,
        business_id=order.business_id,
        order=order,
        customer_id=order.customer_id,
        product_id=product_id,
        item=item[:500],
        currency=order.currency,
        net=0,
        tax=0,
        gross=0,
        at=clock.now(),
        subject=subject,
        note=note[:300],
    )
