"""I4: the ledger's sums, three ways.

Money that came for a bill closed before (the sweep gives it back) never was a sale: it stands in
no entry, and is left out here. A part that was paid before its bill was closed was one until it
went back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core.money import exponent
from wainwright.core.prepared import prepared
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.payments.models import Bill, Dispute, Payment, Refund
from wainwright.reports.invariants.found import Found, counted, ids, named, rows, sum_of
from wainwright.sales.models import Entry, Line, Order

CLOSED_UNPAID = (Bill.VOID, Bill.WRITTEN_OFF)
type Sums = dict[tuple[int, str, str], int]  # (business, mode, currency) -> minor units


def payments_are_booked() -> Found:
    sentence = _("%(id)s: succeeded, but no entry of its sum")
    return Found(_sold.count(of=_sold_payments), named(_unbooked_payments(), sentence))


@prepared
def _sold(*, of: Callable[[], QuerySet[Any]]) -> QuerySet[Any]:
    return of()


@prepared
def _unbooked_payments() -> QuerySet[Payment, str]:
    entry = rows(Entry).filter(
        payment=OuterRef("pk"),
        kind__in=Entry.SALES,
        gross=OuterRef("amount"),
        currency=OuterRef("currency"),
    )
    return ids(_sold_payments().exclude(Exists(entry)))


def refunds_are_booked() -> Found:
    sentence = _("%(id)s: succeeded, but no entry of its sum")
    return Found(_sold.count(of=_sold_refunds), named(_unbooked_refunds(), sentence))


@prepared
def _unbooked_refunds() -> QuerySet[Refund, str]:
    entry = rows(Entry).filter(
        refund=OuterRef("pk"), gross=-1 * OuterRef("amount"), currency=OuterRef("currency")
    )
    return ids(_sold_refunds().exclude(Exists(entry)))


def disputes_are_booked() -> Found:
    """The ledger holds of each what is the buyer's now, and its fee."""
    sentence = _("%(id)s: the ledger does not hold it as it stands")
    return Found(_sold.count(of=_sold_disputes), named(_disputes_booked_otherwise(), sentence))


@prepared
def _disputes_booked_otherwise() -> QuerySet[Dispute, str]:
    entries = rows(Entry).filter(payment=OuterRef("payment"), dispute=OuterRef("pk"))
    booked = _sold_disputes().annotate(
        taken=sum_of(entries.filter(kind=Entry.CHARGEBACK), "gross"),
        kept=sum_of(entries.filter(kind=Entry.FEE), "gross"),
    )
    right = Q(kept=-1 * F("fee")) & (
        Q(state=Dispute.WON, taken=0) | Q(state__in=Dispute.TAKEN, taken=-1 * F("amount"))
    )
    return ids(booked.exclude(right))


def entries_have_their_cause() -> Found:
    """An entry of ours stands on a payment or refund that succeeded, or on a chargeback."""
    return Found(
        _of_a_cause.count(), named(_causeless(), _("%(id)s: no payment or refund brought it"))
    )


@prepared
def _of_a_cause() -> QuerySet[Entry]:
    return _own_entries().exclude(kind=Entry.CANCEL)


@prepared
def _causeless() -> QuerySet[Entry, str]:
    caused = Q(kind__in=Entry.SALES, payment__state=Payment.SUCCEEDED) | Q(
        kind=Entry.REFUND, refund__state=Refund.SUCCEEDED
    )
    caused |= Q(kind__in=(Entry.CHARGEBACK, Entry.FEE), dispute__isnull=False)
    entries = _of_a_cause.plain()
    return ids(entries.exclude(pk__in=entries.filter(caused).values("pk")))


def ledger_is_the_payments() -> Found:
    return _compare(
        _sums((1, _own_entries, "gross")),
        _sums(
            (1, _sold_payments, "amount"),
            (-1, _sold_refunds, "amount"),
            (-1, _taken_back, "amount"),
            (1, _fees, "gross"),
        ),
        _("%(business)s: in %(mode)s the ledger makes %(ledger)s, payments less refunds %(other)s"),
    )


def ledger_is_the_documents() -> Found:
    return _compare(
        _sums((1, _own_entries, "gross")),
        _sums(
            (1, _invoices, "gross"),
            (-1, _credit_notes, "gross"),
            (1, _parts, "amount"),
            (-1, _parts_back, "amount"),
            (1, _chargebacks, "gross"),
        ),
        _(
            "%(business)s: in %(mode)s the ledger makes %(ledger)s, invoices less credit notes"
            " %(other)s"
        ),
    )


def imported_orders_are_booked() -> Found:
    sentence = _("%(id)s: its entries do not make its sum")
    return Found(_imported.count(), named(_imported_unlike(), sentence))


@prepared
def _imported() -> QuerySet[Order]:
    return rows(Order).filter(source=Order.IMPORT)


@prepared
def _imported_unlike() -> QuerySet[Order, str]:
    entries = rows(Entry).filter(order=OuterRef("pk"), imported=True, currency=OuterRef("currency"))
    booked = _imported.plain().annotate(booked=sum_of(entries, "gross"))
    return ids(booked.exclude(booked=F("gross")))


def orders_are_their_lines() -> Found:
    return Found(
        counted(Order), named(_unlike_their_lines(), _("%(id)s: its lines do not make its sum"))
    )


@prepared
def _unlike_their_lines() -> QuerySet[Order, str]:
    lines = rows(Line).filter(order=OuterRef("pk"), currency=OuterRef("currency"))
    sums = rows(Order).annotate(lines_make=sum_of(lines, "gross"))
    return ids(sums.exclude(lines_make=F("gross")))


def _own_entries() -> QuerySet[Any]:
    return rows(Entry).filter(imported=False)


def _chargebacks() -> QuerySet[Any]:
    return rows(Entry).filter(kind__in=(Entry.CHARGEBACK, Entry.FEE))


def _fees() -> QuerySet[Any]:
    return rows(Entry).filter(kind=Entry.FEE)


def _invoices() -> QuerySet[Any]:
    return rows(Document).filter(kind=INVOICE)


def _credit_notes() -> QuerySet[Any]:
    return rows(Document).filter(kind=CREDIT_NOTE)


def _parts() -> QuerySet[Any]:
    succeeded = rows(Payment).filter(state=Payment.SUCCEEDED, part=True)
    return succeeded.exclude(bill__state=Bill.PAID)


def _parts_back() -> QuerySet[Any]:
    return rows(Refund).filter(state=Refund.SUCCEEDED, payment__in=_parts())


def _taken_back() -> QuerySet[Any]:
    return _sold_disputes().filter(state__in=Dispute.TAKEN)


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


def _sums(*parts: tuple[int, Callable[[], QuerySet[Any]], str]) -> Sums:
    """The parts added, each with its sign."""
    sums: Sums = defaultdict(int)
    for sign, of, column in parts:
        for business, mode, currency, total in _summed(of=of, column=column):
            sums[business, mode, currency] += sign * total
    return sums


@prepared
def _summed(*, of: Callable[[], QuerySet[Any]], column: str) -> QuerySet[Any, Any]:
    by_currency = of().values("business_id", "mode", "currency")
    return by_currency.annotate(total=Sum(column)).values_list(
        "business_id", "mode", "currency", "total"
    )


@prepared
def _names() -> QuerySet[Business, Any]:
    return rows(Business).values_list("pk", "slug")


def _compare(ledger: Sums, other: Sums, sentence: str) -> Found:
    names = dict(_names())
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
