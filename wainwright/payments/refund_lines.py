"""Which lines of a paid bill a refund gives back, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum

from wainwright.core.money import Money
from wainwright.payments import returning
from wainwright.payments.models import Bill, Payment, Refund, RefundLine
from wainwright.payments.returning import Billed, Part


def lines_to_refund(payment: Payment) -> list[Billed]:
    """The lines of the bill that was paid, with what went back of each or is about to.

    None of money that never was a sale: it came for a closed bill, and goes back as a sum.
    """
    bill = payment.bill
    if bill is None or payment.stray or bill.state != Bill.PAID:
        return []
    given = RefundLine.objects.filter(line__bill=bill).exclude(refund__state=Refund.DECLINED)
    sums = given.values_list("line_id").annotate(Sum("gross"), Sum("pieces"))
    back = {line_id: (gross, pieces) for line_id, gross, pieces in sums}
    return [
        Billed(
            line.pk,
            line.description,
            line.quantity,
            Money(line.gross, bill.currency),
            Money(back.get(line.pk, (0, 0))[0], bill.currency),
            back.get(line.pk, (0, 0))[1],
        )
        for line in bill.lines.order_by("position")
    ]


def of_locked(payment: Payment) -> list[Billed]:
    """The same, under the lock that all refunds of a bill wait for, whoever paid which part."""
    if payment.bill_id and not payment.of_open_bill:
        payment.bill = Bill.locked(payment.bill_id)
    return lines_to_refund(payment)


def write(refund: Refund, parts: Sequence[Part]) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(
            business_id=refund.business_id,
            refund=refund,
            line_id=part.line_id,
            pieces=part.pieces,
            gross=part.gross.minor,
        )
        for part in parts
    )


def bear_tax(refund: Refund) -> None:
    """The tax that goes back with each line, after all that went back of it before."""
    if refund.payment.bill_id:
        Bill.locked(refund.payment.bill_id)
    for part in refund.lines.select_related("line"):
        before = RefundLine.objects.filter(line_id=part.line_id, tax__isnull=False)
        tax = returning.share_of_tax(
            Money(part.line.tax, refund.currency),
            part.line.gross,
            list(before.values_list("gross", "tax")),
            part.gross,
        )
        RefundLine.objects.filter(pk=part.pk).update(tax=tax.minor)
