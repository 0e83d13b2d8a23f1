"""Issuing documents, in the transaction that books the money."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.db.models import QuerySet

from wainwright.accounts.models import Business
from wainwright.core import audit, clock, many
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day
from wainwright.core.events import Heard
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.prepared import Each, prepared
from wainwright.customers.models import Customer
from wainwright.invoicing.composing import (
    Issuer,
    content_of,
    paid_by,
    returned_line,
    sold_line,
    taxes_of,
)
from wainwright.invoicing.content import ContentTotals, DocumentContent
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.invoicing.numbering import Given, next_number, next_numbers
from wainwright.payments.events import RefundSucceeded
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.payments.queries import lines_of, payments_of, read_lines
from wainwright.sales.ledger import order_of, read_orders
from wainwright.sales.models import Entry, Order


def issue_invoices(heard: Heard) -> None:
    """A paid bill above zero brings one invoice; a bill of zero brings none."""
    paid = {payment.bill: payment for payment in payments_of(heard) if payment.bill is not None}
    known = set(_invoiced([bill.pk for bill in paid]))
    fresh = [bill for bill in paid if bill.gross and bill.pk not in known]
    read_orders(fresh)
    read_lines(fresh)
    many.fill([order_of(bill) for bill in fresh], "customer")
    many.fill([paid[bill] for bill in fresh], "method")
    issuers = {bill.business_id: bill.business for bill in fresh}
    for key in sorted(issuers):  # so that nobody waits for another's series in a circle
        mine = [bill for bill in fresh if bill.business_id == key]
        given = next_numbers(issuers[key], INVOICE, len(mine))
        issuer = Issuer.of(issuers[key])
        _issue_all(
            _invoice(issuer, number, paid[bill], bill)
            for number, bill in zip(given, mine, strict=True)
        )


def _invoice(issuer: Issuer, given: Given, payment: Payment, bill: Bill) -> Document:
    order, lines, zone = order_of(bill), lines_of(bill), issuer.business.zone
    content = replace(
        content_of(INVOICE, given, issuer, order.customer, order, bill.currency),
        lines=tuple(sold_line(line, zone) for line in lines),
        taxes=taxes_of(
            [
                (line.tax_percent, Money(line.net, bill.currency), Money(line.tax, bill.currency))
                for line in lines
            ]
        ),
        totals=ContentTotals(bill.net, bill.tax, bill.gross),
        supplied_on=local_day(bill.due_at, zone),
        paid_on=local_day(clock.now(), zone),
        paid_by=paid_by(payment, order.customer.language),
    )
    return _document(content, given, order, bill=bill)


@prepared
def _invoiced(bills: Each) -> QuerySet[Document, int]:
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
    lines = [returned_line(part, customer.language) for part in parts]
    content = replace(
        content_of(
            CREDIT_NOTE, given, Issuer.of(business), customer, order, entry.currency, invoice
        ),
        lines=tuple(lines),
        taxes=taxes_of(
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
        paid_by=paid_by(refund.payment, customer.language),
    )
    _issue_all([_document(content, given, order, refund=refund, preceding=invoice)])


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
