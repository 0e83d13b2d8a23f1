"""I7: what went back never exceeds what came, and its tax keeps pace."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.payments.models import BillLine, Payment, Refund, RefundLine
from wainwright.reports.invariants.found import Found, named, rows, sum_of


def refunds_within_payments() -> Found:
    """Refunds under way count as given; one the bank refused does not."""
    payments = rows(Payment)
    given = rows(Refund).exclude(state=Refund.DECLINED).filter(payment=OuterRef("pk"))
    refunded = payments.annotate(back=sum_of(given, "amount")).filter(back__gt=0)
    unpaid = refunded.filter(Q(back__gt=F("amount")) | ~Q(state=Payment.SUCCEEDED))
    foreign = rows(Refund).exclude(currency=F("payment__currency"))
    return Found(
        rows(Refund).count(),
        [
            *named(unpaid, _("%(id)s: more was given back than was paid")),
            *named(foreign, _("%(id)s: is in another currency than its payment")),
        ],
    )


def returns_within_lines() -> Found:
    """What goes back of a line stays within it, bears its tax to the cent, and is its refund."""
    given = rows(RefundLine).exclude(refund__state=Refund.DECLINED).filter(line=OuterRef("pk"))
    lines = rows(BillLine).filter(Exists(given)).select_related("bill")
    returned = lines.annotate(
        back=sum_of(given, "gross"),
        settled=sum_of(given.filter(tax__isnull=False), "gross"),
        tax_back=sum_of(given, "tax"),
        pieces_back=sum_of(given, "pieces"),
    )
    unfit = [
        line.bill.public_id
        for line in returned
        if not min(0, line.gross) <= line.back <= max(0, line.gross)
        or line.pieces_back > line.quantity
        # In whole numbers: the tax is off by more than half a minor unit.
        or 2 * abs(line.tax_back * line.gross - line.tax * line.settled) > abs(line.gross)
    ]
    parts = rows(RefundLine).filter(refund=OuterRef("pk"))
    parted = rows(Refund).filter(Exists(parts)).annotate(parts_make=sum_of(parts, "gross"))
    return Found(
        returned.count(),
        [
            *(_("%(id)s: what went back of its lines does not fit") % {"id": id_} for id_ in unfit),
            *named(
                parted.exclude(parts_make=F("amount")), _("%(id)s: is not the sum of its lines")
            ),
        ],
    )


def credit_notes_within_invoices() -> Found:
    """They stay within their invoice, each with the tax of the lines that it names."""
    invoices = rows(Document).filter(kind=INVOICE)
    notes = rows(Document).filter(kind=CREDIT_NOTE)
    credited = invoices.annotate(
        gross_back=sum_of(notes.filter(preceding=OuterRef("pk")), "gross")
    ).exclude(gross_back=0)
    beyond = credited.exclude(gross_back__range=(0, F("gross")))
    parts = rows(RefundLine).filter(refund=OuterRef("refund"))
    lined = notes.filter(Exists(parts)).annotate(lines_make=sum_of(parts, "tax"))
    untaxed = lined.exclude(lines_make=F("tax"))
    return Found(
        credited.count(),
        [
            *named(beyond, _("%(id)s: its credit notes do not fit it")),
            *named(untaxed, _("%(id)s: its tax is not that of its lines")),
        ],
    )
