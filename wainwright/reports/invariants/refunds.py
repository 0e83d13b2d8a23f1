"""I7: what went back never exceeds what came, and its tax keeps pace."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from wainwright.core.prepared import prepared
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.payments.models import BillLine, Payment, Refund, RefundLine
from wainwright.reports.invariants.found import Found, counted, ids, named, rows, sum_of


def refunds_within_payments() -> Found:
    """Refunds under way count as given; one the bank refused does not."""
    return Found(
        counted(Refund),
        [
            *named(_unpaid(), _("%(id)s: more was given back than was paid")),
            *named(_foreign(), _("%(id)s: is in another currency than its payment")),
        ],
    )


@prepared
def _unpaid() -> QuerySet[Payment, str]:
    given = rows(Refund).exclude(state=Refund.DECLINED).filter(payment=OuterRef("pk"))
    refunded = rows(Payment).annotate(back=sum_of(given, "amount")).filter(back__gt=0)
    return ids(refunded.filter(Q(back__gt=F("amount")) | ~Q(state=Payment.SUCCEEDED)))


@prepared
def _foreign() -> QuerySet[Refund, str]:
    return ids(rows(Refund).exclude(currency=F("payment__currency")))


def returns_within_lines() -> Found:
    """What goes back of a line stays within it, bears its tax to the cent, and is its refund."""
    returned = _returned()
    unfit = [
        line.bill.public_id
        for line in returned
        if not min(0, line.gross) <= line.back <= max(0, line.gross)
        or line.pieces_back > line.quantity
        # In whole numbers: the tax is off by more than half a minor unit.
        or 2 * abs(line.tax_back * line.gross - line.tax * line.settled) > abs(line.gross)
    ]
    return Found(
        len(returned),
        [
            *named(unfit, _("%(id)s: what went back of its lines does not fit")),
            *named(_unlike_their_lines(), _("%(id)s: is not the sum of its lines")),
        ],
    )


@prepared
def _returned() -> QuerySet[Any]:
    given = rows(RefundLine).exclude(refund__state=Refund.DECLINED).filter(line=OuterRef("pk"))
    lines = rows(BillLine).filter(Exists(given)).select_related("bill")
    return lines.annotate(
        back=sum_of(given, "gross"),
        settled=sum_of(given.filter(tax__isnull=False), "gross"),
        tax_back=sum_of(given, "tax"),
        pieces_back=sum_of(given, "pieces"),
    )


@prepared
def _unlike_their_lines() -> QuerySet[Refund, str]:
    parts = rows(RefundLine).filter(refund=OuterRef("pk"))
    parted = rows(Refund).filter(Exists(parts)).annotate(parts_make=sum_of(parts, "gross"))
    return ids(parted.exclude(parts_make=F("amount")))


def credit_notes_within_invoices() -> Found:
    """They stay within their invoice, each with the tax of the lines that it names."""
    return Found(
        _credited.count(),
        [
            *named(_credited_beyond(), _("%(id)s: its credit notes do not fit it")),
            *named(_untaxed(), _("%(id)s: its tax is not that of its lines")),
        ],
    )


@prepared
def _credited() -> QuerySet[Any, str]:
    """The invoices that have credit notes. What these make is summed in one go: looked up for each
    invoice, it would take as many steps as there are invoices times notes."""
    notes = rows(Document).filter(kind=CREDIT_NOTE, preceding__kind=INVOICE)
    credited = notes.values("preceding").annotate(gross_back=Sum("gross"))
    return credited.values_list("preceding__public_id", flat=True)


@prepared
def _credited_beyond() -> QuerySet[Any, str]:
    return _credited.plain().exclude(gross_back__range=(0, F("preceding__gross")))


@prepared
def _untaxed() -> QuerySet[Document, str]:
    notes = rows(Document).filter(kind=CREDIT_NOTE)
    parts = rows(RefundLine).filter(refund=OuterRef("refund"))
    lined = notes.filter(Exists(parts)).annotate(lines_make=sum_of(parts, "tax"))
    return ids(lined.exclude(lines_make=F("tax")))
