"""The credits of customers as rows: read, taken by bills, given back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import F, QuerySet

from wainwright.billing import crediting
from wainwright.billing.crediting import Purse, Use
from wainwright.billing.models import Credit, CreditReturn, CreditUse
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.prepared import Each, Slot, Slots, prepared
from wainwright.payments.events import RefundDeclined
from wainwright.payments.models import Bill, Refund


def purse_of(customer_ids: Collection[int], *, bills: Collection[int] = ()) -> Purse:
    """What these customers have, and what those open bills took. Lock the customers before."""
    on_bills = _uses(bills) if bills else []
    rows = {row.pk: row for row in _left_to(customer_ids)}
    if on_bills:
        rows |= {row.pk: row for row in _credits([use.credit_id for use in on_bills])}
    known = {pk: _pure(rows[pk]) for pk in sorted(rows)}
    return Purse(
        known.values(),
        [(use.bill_id, Use(known[use.credit_id], use.amount, use.tax)) for use in on_bills],
    )


@prepared
def _uses(bills: Slots) -> QuerySet[CreditUse]:
    return CreditUse.objects.filter(bill__in=bills, void=False).order_by("credit_id")


@prepared
def _left_to(customers: Each) -> QuerySet[Credit]:
    return Credit.objects.filter(customer__in=customers, left__gt=0).select_related("line")


@prepared
def _credits(keys: Each) -> QuerySet[Credit]:
    return Credit.objects.filter(pk__in=keys).select_related("line")


def _pure(row: Credit) -> crediting.Credit:
    return crediting.Credit(
        id=row.pk,
        customer_id=row.customer_id,
        currency=row.currency,
        product_id=row.line.product_id,
        price_id=row.line.price_id,
        description=row.line.description,
        percent=row.line.tax_percent,
        since=row.since,
        until=row.until,
        left=row.left,
        left_tax=row.left_tax,
    )


@prepared
def _worth(customer: Slot) -> QuerySet[Credit, Any]:
    has = Credit.objects.filter(customer=customer, left__gt=0)
    return has.values_list("currency", "left")


def balances(customer_id: int) -> dict[str, Money]:
    """What the customer has for later bills, by currency; nothing where nothing is left."""
    sums: dict[str, Money] = {}
    for currency, left in _worth(customer_id):
        sums[currency] = sums.get(currency, Money.zero(currency)) + Money(left, currency)
    return sums


def balance(customer_id: int, currency: str) -> Money:
    """The same in one currency."""
    return balances(customer_id).get(currency, Money.zero(currency))


def left_to(customer_id: int, currency: str) -> list[Credit]:
    """The credits of which something is left, the oldest first."""
    return [row for row in _left_to([customer_id]) if row.currency == currency]


def note_uses(taken: Sequence[tuple[Bill, Sequence[Use]]]) -> None:
    """Writes what new bills took of the credits that have a row."""
    rows = [
        CreditUse(
            business_id=bill.business_id,
            credit_id=use.credit.id,
            bill=bill,
            amount=use.amount,
            tax=use.tax,
        )
        for bill, uses in taken
        for use in uses
        if use.credit.id
    ]
    if not rows:
        return
    CreditUse.objects.bulk_create(rows)
    for row in rows:
        _change(row.credit_id, -row.amount, -row.tax)


def give_back(bill: Bill) -> None:
    """The bill came to nothing: what it took is there for the next. Repeats change nothing."""
    for use in CreditUse.objects.filter(bill=bill, void=False):
        _change(use.credit_id, use.amount, use.tax)
        CreditUse.objects.filter(pk=use.pk).update(void=True)


def note_return(row: Credit, refund: Refund) -> None:
    """Writes that a refund gives it back, in whole or in part."""
    tax = _pure(row).tax_of(refund.amount)
    CreditReturn.objects.create(
        business_id=row.business_id, credit=row, refund=refund, amount=refund.amount, tax=tax
    )
    _change(row.pk, -refund.amount, -tax)


def keep_what_was_refused(event: RefundDeclined, row: EventRow) -> None:
    """The money did not go back, so it is credit as before. A second call changes nothing."""
    for refused in CreditReturn.objects.filter(refund=event.refund_id, void=False):
        _change(refused.credit_id, refused.amount, refused.tax)
        CreditReturn.objects.filter(pk=refused.pk).update(void=True)


def _change(credit_id: int, amount: int, tax: int) -> None:
    Credit.objects.filter(pk=credit_id).update(
        left=F("left") + amount, left_tax=F("left_tax") + tax
    )
