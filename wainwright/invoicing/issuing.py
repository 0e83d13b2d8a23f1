"""Issuing documents, in the transaction that books the money."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.core import audit, clock, many
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day
from wainwright.core.events import Heard
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.prepared import Slots, prepared
from wainwright.core.tenancy import TEST
from wainwright.customers.models import Customer
from wainwright.invoicing.content import (
    Buyer,
    ContentLine,
    ContentTotals,
    DocumentContent,
    Preceding,
    Seller,
    TaxId,
    TaxRow,
)
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.invoicing.numbering import Given, next_number, next_numbers
from wainwright.payments.events import RefundSucceeded
from wainwright.payments.models import Bill, BillLine, Method, Payment, Refund, RefundLine
from wainwright.payments.queries import lines_of, payments_of, read_lines
from wainwright.sales import snapshots
from wainwright.sales.ledger import order_of, read_orders
from wainwright.sales.models import Entry, Order
from wainwright.sales.totals import tax_table
from wainwright.tax.ids import kind_of


def issue_invoices(heard: Heard) -> None:
    """A paid bill above zero brings one invoice; a bill of zero brings none."""
    paid = {payment.bill: payment for payment in payments_of(heard) if payment.bill is not None}
    known = set(_invoiced([bill.pk for bill in paid]))
    fresh = [bill for bill in paid if bill.gross and bill.pk not in known]
    read_orders(fresh)
    read_lines(fresh)
    _read_parties([order_of(bill) for bill in fresh], [paid[bill] for bill in fresh])
    for business in {bill.business_id: bill.business for bill in fresh}.values():
        mine = [bill for bill in fresh if bill.business_id == business.pk]
        given = next_numbers(business, INVOICE, len(mine))
        issuer = _Issuer.of(business)
        _issue_all(
            _invoice(issuer, number, paid[bill], bill)
            for number, bill in zip(given, mine, strict=True)
        )


def _read_parties(orders: Sequence[Order], payments: Sequence[Payment]) -> None:
    """Who bought, and what was paid with, read once for all."""
    many.attach(orders, "customer", many.known(Customer, [each.customer_id for each in orders]))
    many.attach(payments, "method", many.known(Method, [each.method_id for each in payments]))


def _invoice(issuer: _Issuer, given: Given, payment: Payment, bill: Bill) -> Document:
    order, lines, zone = order_of(bill), lines_of(bill), issuer.business.zone
    content = replace(
        _content(INVOICE, given, issuer, order.customer, order, bill.currency),
        lines=tuple(_line(line, zone) for line in lines),
        taxes=_taxes(
            [
                (line.tax_percent, Money(line.net, bill.currency), Money(line.tax, bill.currency))
                for line in lines
            ]
        ),
        totals=ContentTotals(bill.net, bill.tax, bill.gross),
        supplied_on=local_day(bill.due_at, zone),
        paid_on=local_day(clock.now(), zone),
        paid_by=_paid_by(payment, order.customer.language),
    )
    return _document(content, given, order, bill=bill)


@prepared
def _invoiced(bills: Slots) -> QuerySet[Document, int]:
    rows = Document.objects.filter(bill__in=bills, kind=INVOICE)
    return rows.values_list("bill_id", flat=True)


def issue_credit_note(event: RefundSucceeded, row: EventRow) -> None:
    """A refund of an invoiced payment brings one credit note over what goes back of the invoice."""
    refund = Refund.objects.select_related("payment").get(pk=event.refund_id)
    invoice = Document.objects.filter(bill_id=refund.payment.bill_id, kind=INVOICE).first()
    if invoice is None or Document.objects.filter(refund=refund).exists():
        return
    entry = Entry.objects.filter(refund=refund).first()
    if entry is None:  # a second payment of a bill that was paid already was never invoiced
        return
    order = Order.objects.get(pk=invoice.order_id)
    business = Business.objects.get(pk=invoice.business_id)
    customer = Customer.objects.get(pk=invoice.customer_id)
    given = next_number(business, CREDIT_NOTE)
    parts = refund.lines.select_related("line", "refund").order_by("line__position")
    lines = [_returned_line(part, customer.language) for part in parts]
    content = replace(
        _content(
            CREDIT_NOTE, given, _Issuer.of(business), customer, order, entry.currency, invoice
        ),
        lines=tuple(lines),
        taxes=_taxes(
            [
                (
                    Decimal(line.tax_rate),
                    Money(line.net, entry.currency),
                    Money(line.tax, entry.currency),
                )
                for line in lines
            ]
        ),
        totals=ContentTotals(-entry.net, -entry.tax, -entry.gross),
        paid_on=local_day(clock.now(), business.zone),
        paid_by=_paid_by(refund.payment, customer.language),
    )
    _issue_all([_document(content, given, order, refund=refund, preceding=invoice)])


@dataclass(frozen=True, slots=True)
class _Issuer:
    """Who issues, as on the day of issue; the same for all documents of a moment."""

    business: Business
    seller: Seller
    hub_url: str

    @classmethod
    def of(cls, business: Business) -> Self:
        told = snapshots.seller(business)
        seller = Seller(
            name=told["name"],
            address=tuple(told["address"]),
            country=told["country"],
            tax_ids=_tax_ids(told),
            registration=told["registration"],
            email=told["email"],
            website=told["website"],
        )
        return cls(business, seller, link_for(business, "hub:door"))


def _content(
    kind: str,
    given: Given,
    issuer: _Issuer,
    customer: Customer,
    order: Order,
    currency: str,
    preceding: Document | None = None,
) -> DocumentContent:
    """The parts that every document has; lines come after.

    The seller is named as on the day of issue. The buyer is named as he told for this order: what
    is typed at another purchase under the same e-mail never reaches this one's documents.
    """
    buyer = order.buyer
    return DocumentContent(
        kind=INVOICE if kind == INVOICE else CREDIT_NOTE,  # type: ignore[arg-type]
        mode="test" if order.mode == TEST else "live",
        number=given.text,
        issued_on=given.day,
        currency=currency,
        seller=issuer.seller,
        buyer=Buyer(
            name=buyer["name"],
            company=buyer["company"],
            address=tuple(buyer["address"]),
            country=buyer["country"],
            tax_id=next(iter(_tax_ids(buyer)), None),
            email=buyer["email"],
        ),
        lines=(),
        taxes=(),
        totals=ContentTotals(0, 0, 0),
        language=customer.language,
        paper="letter" if issuer.business.paper == "letter" else "a4",
        order_reference=order.public_id,
        preceding=Preceding(preceding.number_text, preceding.issued_on) if preceding else None,
        hub_url=issuer.hub_url,
    )


def _tax_ids(party: dict[str, Any]) -> tuple[TaxId, ...]:
    number = party["tax_id"]
    return (TaxId(number, kind_of(party["country"])),) if number else ()


def _taxes(rows: list[tuple[Decimal, Money, Money]]) -> tuple[TaxRow, ...]:
    return tuple(
        TaxRow(plain_percent(row.percent), row.net.minor, row.tax.minor) for row in tax_table(rows)
    )


def _returned_line(part: RefundLine, language: str) -> ContentLine:
    """What goes back of a line; which line of the invoice that is stands under it."""
    line, pieces = part.line, part.pieces or 1
    assert part.tax is not None
    net = part.gross - part.tax
    with translation.override(language):
        detail = _("Line %(number)s of the invoice") % {"number": line.position + 1}
    return ContentLine(
        description=line.description,
        quantity=pieces,
        unit=Money(net, part.refund.currency).split([1] * pieces)[0].minor,
        net=net,
        tax=part.tax,
        gross=part.gross,
        tax_rate=plain_percent(line.tax_percent),
        detail=detail,
    )


def _line(line: BillLine, zone: str) -> ContentLine:
    """The unit price is printed without tax: the line's net, parted by the quantity.

    Periods end at an instant; the last day printed is the day before that of the end.
    """
    unit = Money(line.net, line.bill.currency).split([1] * line.quantity)[0].minor
    return ContentLine(
        description=line.description,
        quantity=line.quantity,
        unit=unit,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        tax_rate=plain_percent(line.tax_percent),
        period_start=local_day(line.period_start, zone) if line.period_start else None,
        period_end=local_day(line.period_end, zone) - timedelta(days=1)
        if line.period_end
        else None,
    )


def plain_percent(percent: Decimal) -> str:
    """19.000 -> "19", 5.500 -> "5.5"."""
    return f"{percent.normalize():f}"


def _paid_by(payment: Payment, language: str) -> str:
    kept = payment.raw.get("method") or {}
    brand = payment.method.brand if payment.method else kept.get("brand", "")
    last4 = payment.method.last4 if payment.method else kept.get("last4", "")
    if not last4:
        return ""
    with translation.override(language):
        return _("%(brand)s ending %(last4)s") % {"brand": brand.title(), "last4": last4}


def _document(
    content: DocumentContent,
    given: Given,
    order: Order,
    *,
    bill: Bill | None = None,
    refund: Refund | None = None,
    preceding: Document | None = None,
) -> Document:
    """Not written yet."""
    canonical = content.canonical()
    return Document(
        public_id=new_id("inv" if content.kind == INVOICE else "crn"),
        business_id=order.business_id,
        kind=content.kind,
        series=given.series,
        number=given.number,
        number_text=given.text,
        customer_id=order.customer_id,
        order=order,
        bill=bill,
        refund=refund,
        preceding=preceding,
        issued_on=given.day,
        issued_at=clock.now(),
        currency=content.currency,
        net=content.totals.net,
        tax=content.totals.tax,
        gross=content.totals.gross,
        content=canonical.decode("ascii"),
        content_hash=hashlib.sha256(canonical).hexdigest(),
    )


def _issue_all(documents: Iterable[Document]) -> None:
    issued = Document.objects.bulk_create(documents)
    audit.note_all(
        audit.line(
            f"{document.kind}.issued",
            document.public_id,
            by=SYSTEM,
            business_id=document.business_id,
            number=document.number_text,
        )
        for document in issued
    )
