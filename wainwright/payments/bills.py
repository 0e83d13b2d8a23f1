"""Opening and closing bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money, total
from wainwright.payments.models import Bill, BillLine


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line as it will be billed; `unit` is what the price states for one."""

    product_id: int
    price_id: int
    description: str
    quantity: int
    unit: Money
    tax_percent: Decimal
    net: Money
    tax: Money
    period_start: datetime | None = None
    period_end: datetime | None = None

    @property
    def gross(self) -> Money:
        return self.net + self.tax


def open_bill(
    *,
    business_id: int,
    kind: str,
    lines: Sequence[LineDraft],
    due_at: datetime,
    customer_id: int | None = None,
    order_id: int | None = None,
) -> Bill:
    """A bill over the lines, which share one currency. Call inside a transaction."""
    currency = lines[0].unit.currency
    net = total([line.net for line in lines], currency)
    tax = total([line.tax for line in lines], currency)
    bill: Bill = Bill.objects.create(
        public_id=new_id("bill"),
        business_id=business_id,
        kind=kind,
        customer_id=customer_id,
        order_id=order_id,
        currency=currency,
        net=net.minor,
        tax=tax.minor,
        gross=(net + tax).minor,
        opened_at=clock.now(),
        due_at=due_at,
    )
    BillLine.objects.bulk_create(
        BillLine(
            business_id=business_id,
            bill=bill,
            position=position,
            product_id=line.product_id,
            price_id=line.price_id,
            description=line.description[:500],
            quantity=line.quantity,
            unit=line.unit.minor,
            tax_percent=line.tax_percent,
            net=line.net.minor,
            tax=line.tax.minor,
            gross=line.gross.minor,
            period_start=line.period_start,
            period_end=line.period_end,
        )
        for position, line in enumerate(lines)
    )
    return bill


def close_bill(bill: Bill, state: str, *, why: str = "", by: Actor) -> Bill:
    """Paid, void or written off: closes an open bill. Repeats change nothing."""
    if bill.state != Bill.OPEN:
        return bill
    bill.state, bill.closed_at, bill.closed_why = state, clock.now(), why[:200]
    bill.save(update_fields=["state", "closed_at", "closed_why"])
    audit.note(f"bill.{state}", bill.public_id, by=by, business_id=bill.business_id, why=why)
    return bill


def void_bill(bill: Bill, *, why: str, by: Actor) -> Bill:
    """Nothing is owed for it any more. Call inside a transaction."""
    return close_bill(bill, Bill.VOID, why=why, by=by)


def reopen(bill: Bill, *, by: Actor) -> Bill:
    """A bill that was void because the buyer chose again, and was paid all the same."""
    if bill.state == Bill.VOID:
        bill.state, bill.closed_at, bill.closed_why = Bill.OPEN, None, ""
        bill.save(update_fields=["state", "closed_at", "closed_why"])
        audit.note("bill.reopened", bill.public_id, by=by, business_id=bill.business_id)
    return bill
