"""I4: the ledger's sums, three ways.

Money that came for a bill closed before (the sweep gives it back) never was a sale: it stands in
no entry, and is left out here. A part that was paid before its bill was closed was one until it
went back.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core.money import exponent
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.payments.models import Bill, Dispute, Payment, Refund
from wainwright.reports.invariants.found import Found, named, rows, sum_of
from wainwright.sales.models import Entry, Line, Order

CLOSED_UNPAID = (Bill.VOID, Bill.WRITTEN_OFF)
type Sums = dict[tuple[int, str, str], int]  # (business, mode, currency) -> minor units


def payments_are_booked() -> Found:
    paid = _sold_payments()
    entry = rows(Entry).filter(
        payment=OuterRef("pk"),
        kind__in=Entry.SALES,
        gross=OuterRef("amount"),
        currency=OuterRef("currency"),
    )
    return Found(
        paid.count(),
        named(paid.exclude(Exists(entry)), _("%(id)s: succeeded, but no entry of its sum")),
    )


def refunds_are_booked() -> Found:
    refunds = _sold_refunds()
    entry = rows(Entry).filter(
        refund=OuterRef("pk"), gross=-1 * OuterRef("amount"), currency=OuterRef("currency")
    )
    return Found(
        refunds.count(),
        named(refunds.exclude(Exists(entry)), _("%(id)s: succeeded, but no entry of its sum")),
    )


def disputes_are_booked() -> Found:
    """The ledger holds of each what is the buyer's now, and its fee."""
    disputes = _sold_disputes()
    entries = rows(Entry).filter(dispute=OuterRef("pk"))
    booked = disputes.annotate(
        taken=sum_of(entries.filter(kind=Entry.CHARGEBACK), "gross"),
        kept=sum_of(entries.filter(kind=Entry.FEE), "gross"),
    )
    right = Q(kept=-1 * F("fee")) & (
        Q(state=Dispute.WON, taken=0) | Q(state__in=Dispute.TAKEN, taken=-1 * F("amount"))
    )
    return Found(
        disputes.count(),
        named(booked.exclude(right), _("%(id)s: the ledger does not hold it as it stands")),
    )


def entries_have_their_cause() -> Found:
    """An entry of ours stands on a payment or refund that succeeded, or on a chargeback."""
    entries = rows(Entry).filter(imported=False).exclude(kind=Entry.CANCEL)
    caused = Q(kind__in=Entry.SALES, payment__state=Payment.SUCCEEDED) | Q(
        kind=Entry.REFUND, refund__state=Refund.SUCCEEDED
    )
    caused |= Q(kind__in=(Entry.CHARGEBACK, Entry.FEE), dispute__isnull=False)
    fine = entries.filter(caused).values("pk")
    return Found(
        entries.count(),
        named(entries.exclude(pk__in=fine), _("%(id)s: no payment or refund brought it")),
    )


def ledger_is_the_payments() -> Found:
    return _compare(
        _sums((1, _own_entries(), "gross")),
        _sums(
            (1, _sold_payments(), "amount"),
            (-1, _sold_refunds(), "amount"),
            (-1, _sold_disputes().filter(state__in=Dispute.TAKEN), "amount"),
            (1, rows(Entry).filter(kind=Entry.FEE), "gross"),
        ),
        _("%(business)s: in %(mode)s the ledger makes %(ledger)s, payments less refunds %(other)s"),
    )


def ledger_is_the_documents() -> Found:
    parts = rows(Payment).filter(state=Payment.SUCCEEDED, part=True).exclude(bill__state=Bill.PAID)
    parts_back = rows(Refund).filter(state=Refund.SUCCEEDED, payment__in=parts)
    return _compare(
        _sums((1, _own_entries(), "gross")),
        _sums(
            (1, rows(Document).filter(kind=INVOICE), "gross"),
            (-1, rows(Document).filter(kind=CREDIT_NOTE), "gross"),
            (1, parts, "amount"),
            (-1, parts_back, "amount"),
            (1, _chargebacks(), "gross"),
        ),
        _(
            "%(business)s: in %(mode)s the ledger makes %(ledger)s, invoices less credit notes"
            " %(other)s"
        ),
    )


def imported_orders_are_booked() -> Found:
    orders = rows(Order).filter(source=Order.IMPORT)
    entries = rows(Entry).filter(order=OuterRef("pk"), imported=True, currency=OuterRef("currency"))
    unlike = orders.annotate(booked=sum_of(entries, "gross")).exclude(booked=F("gross"))
    return Found(orders.count(), named(unlike, _("%(id)s: its entries do not make its sum")))


def orders_are_their_lines() -> Found:
    orders = rows(Order)
    lines = rows(Line).filter(order=OuterRef("pk"), currency=OuterRef("currency"))
    unlike = orders.annotate(lines_make=sum_of(lines, "gross")).exclude(lines_make=F("gross"))
    return Found(orders.count(), named(unlike, _("%(id)s: its lines do not make its sum")))


def _own_entries() -> QuerySet[Any]:
    return rows(Entry).filter(imported=False)


def _chargebacks() -> QuerySet[Any]:
    return rows(Entry).filter(kind__in=(Entry.CHARGEBACK, Entry.FEE))


def _sold_disputes() -> QuerySet[Any]:
    return rows(Dispute).exclude(_never_sold("payment__"))


def _sold_payments() -> QuerySet[Any]:
    succeeded = rows(Payment).filter(state=Payment.SUCCEEDED).exclude(purpose=Payment.METHOD)
    return succeeded.filter(part=True) | succeeded.exclude(_never_sold())


def _sold_refunds() -> QuerySet[Any]:
    succeeded = rows(Refund).filter(state=Refund.SUCCEEDED)
    return succeeded.filter(payment__part=True) | succeeded.exclude(_never_sold("payment__"))


def _never_sold(of: str = "") -> Q:
    return Q(**{f"{of}bill__state__in": CLOSED_UNPAID}) | Q(**{f"{of}stray": True})


def _sums(*parts: tuple[int, QuerySet[Any], str]) -> Sums:
    """The parts added, each with its sign."""
    sums: Sums = defaultdict(int)
    for sign, found, column in parts:
        grouped = found.values("business_id", "mode", "currency").annotate(total=Sum(column))
        for row in grouped:
            sums[row["business_id"], row["mode"], row["currency"]] += sign * row["total"]
    return sums


def _compare(ledger: Sums, other: Sums, sentence: str) -> Found:
    names = dict(rows(Business).values_list("pk", "slug"))
    keys = sorted(ledger.keys() | other.keys())
    broken = [
        sentence
        % {
            "business": names.get(business, business),
            "mode": mode,
            "ledger": _shown(ledger.get((business, mode, currency), 0), currency),
            "other": _shown(other.get((business, mode, currency), 0), currency),
        }
        for business, mode, currency in keys
        if ledger.get((business, mode, currency), 0) != other.get((business, mode, currency), 0)
    ]
    return Found(len(keys), broken)


def _shown(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):f} {currency}"
