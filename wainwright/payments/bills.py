"""Opening and closing bills."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money, total
from wainwright.payments.models import Bill, BillLine, Payment


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


@dataclass(frozen=True, slots=True)
class BillDraft:
    """A bill as it will be opened: now or, where it was opened before and is lost, as of then. Its
    lines share one currency."""

    business_id: int
    kind: str
    lines: Sequence[LineDraft]
    due_at: datetime
    customer_id: int | None = None
    order_id: int | None = None
    opened_at: datetime | None = None


def open_bill(draft: BillDraft) -> Bill:
    """A bill over the lines. Call inside a transaction."""
    return open_bills([draft])[0]


def open_bills(drafts: Sequence[BillDraft]) -> list[Bill]:
    """The bills in the order of their drafts, in two statements. Call inside a transaction."""
    now = clock.now()
    opened: list[Bill] = Bill.objects.bulk_create(_bill(draft, now) for draft in drafts)
    BillLine.objects.bulk_create(
        _line(bill, position, line)
        for bill, draft in zip(opened, drafts, strict=True)
        for position, line in enumerate(draft.lines)
    )
    return opened


def _bill(draft: BillDraft, now: datetime) -> Bill:
    currency = draft.lines[0].unit.currency
    net = total([line.net for line in draft.lines], currency)
    tax = total([line.tax for line in draft.lines], currency)
    return Bill(
        public_id=new_id("bill"),
        business_id=draft.business_id,
        kind=draft.kind,
        customer_id=draft.customer_id,
        order_id=draft.order_id,
        currency=currency,
        net=net.minor,
        tax=tax.minor,
        gross=(net + tax).minor,
        opened_at=draft.opened_at or now,
        due_at=draft.due_at,
    )


def _line(bill: Bill, position: int, line: LineDraft) -> BillLine:
    return BillLine(
        business_id=bill.business_id,
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


def part_bill(
    bill: Bill,
    parts: Sequence[Collection[int]],
    taken_off: Sequence[Sequence[LineDraft]],
    *,
    why: str,
    by: Actor,
) -> list[Bill]:
    """Voids an open bill; for each set of its lines' positions, opens a bill over just these.

    They are owed since the same day and keep their order; what is taken off each stands after
    them. Call inside a transaction.
    """
    void_bill(bill, why=why, by=by)
    lines = {line.position: line for line in bill.lines.order_by("position")}
    return open_bills(
        [
            BillDraft(
                business_id=bill.business_id,
                kind=bill.kind,
                lines=[
                    *(draft_of(lines[position], bill.currency) for position in sorted(part)),
                    *less,
                ],
                due_at=bill.due_at,
                customer_id=bill.customer_id,
                order_id=bill.order_id,
            )
            for part, less in zip(parts, taken_off, strict=True)
        ]
    )


def draft_of(line: BillLine, currency: str) -> LineDraft:
    """An existing line, as the draft that makes it again."""
    return LineDraft(
        product_id=line.product_id,
        price_id=line.price_id,
        description=line.description,
        quantity=line.quantity,
        unit=Money(line.unit, currency),
        tax_percent=line.tax_percent,
        net=Money(line.net, currency),
        tax=Money(line.tax, currency),
        period_start=line.period_start,
        period_end=line.period_end,
    )


def close_bill(bill: Bill, state: str, *, why: str = "", by: Actor) -> None:
    """Paid, void or written off: closes an open bill. Repeats change nothing.

    Parts that were paid of a bill that is not owed any more go back.
    """
    if state != Bill.PAID and bill.state == Bill.OPEN:
        parts = Payment.objects.filter(bill=bill, part=True, state=Payment.SUCCEEDED)
        parts.update(stray=True)
    _close([bill], state, why=why, by=by)


def close_paid(paid: Iterable[Bill], *, by: Actor) -> None:
    """Nothing more is owed of these. Call inside a transaction."""
    _close(paid, Bill.PAID, why="", by=by)


def _close(bills: Iterable[Bill], state: str, *, why: str, by: Actor) -> None:
    closed, now = [bill for bill in bills if bill.state == Bill.OPEN], clock.now()
    for bill in closed:
        bill.state, bill.closed_at, bill.closed_why = state, now, why[:200]
    Bill.objects.bulk_update(closed, ["state", "closed_at", "closed_why"])
    audit.note_all(
        audit.line(f"bill.{state}", bill.public_id, by=by, business_id=bill.business_id, why=why)
        for bill in closed
    )


def rest_of(bill: Bill) -> Money:
    """What is still owed of an open bill, after the parts that are paid."""
    return Money(bill.gross - paid_parts([bill.pk]).get(bill.pk, 0), bill.currency)


def paid_parts(bill_ids: Collection[int]) -> dict[int, int]:
    """What was paid in parts of each bill that was, in minor units."""
    parts = Payment.objects.filter(bill__in=bill_ids, part=True, stray=False)
    paid = parts.filter(state=Payment.SUCCEEDED).values_list("bill_id")
    return dict(paid.annotate(Sum("amount")))


def void_bill(bill: Bill, *, why: str, by: Actor) -> None:
    """Nothing is owed for it any more. Call inside a transaction."""
    close_bill(bill, Bill.VOID, why=why, by=by)


def reopen(bill: Bill, *, by: Actor) -> None:
    """A bill that was void because the buyer chose again, and was paid all the same."""
    if bill.state == Bill.VOID:
        bill.state, bill.closed_at, bill.closed_why = Bill.OPEN, None, ""
        bill.save(update_fields=["state", "closed_at", "closed_why"])
        audit.note("bill.reopened", bill.public_id, by=by, business_id=bill.business_id)
