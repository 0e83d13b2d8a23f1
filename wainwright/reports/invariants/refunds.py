"""I7: what went back never exceeds what came, and its tax keeps pace."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.payments.models import Payment, Refund
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


def credit_notes_within_invoices() -> Found:
    """Their sum stays within the invoice's, and their tax is its share, to the cent."""
    invoices = rows(Document).filter(kind=INVOICE)
    notes = rows(Document).filter(kind=CREDIT_NOTE, preceding=OuterRef("pk"))
    credited = invoices.filter(Exists(notes)).annotate(
        gross_back=sum_of(notes, "gross"), tax_back=sum_of(notes, "tax")
    )
    unfit = [
        invoice.public_id
        for invoice in credited
        if not 0 <= invoice.gross_back <= invoice.gross
        # In whole numbers: the tax is off by more than one minor unit.
        or abs(invoice.tax_back * invoice.gross - invoice.tax * invoice.gross_back) > invoice.gross
    ]
    return Found(
        credited.count(),
        [_("%(id)s: its credit notes do not fit it") % {"id": public_id} for public_id in unfit],
    )
