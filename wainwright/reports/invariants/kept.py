"""I13, as far as the database can tell: nothing that a buyer paid for was lost on the way."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from wainwright.checkout.models import Cart
from wainwright.core.prepared import prepared
from wainwright.invoicing.models import INVOICE, Document
from wainwright.payments.models import Bill
from wainwright.reports.invariants.found import Found, ids, named, rows
from wainwright.sales.models import Order


def paid_is_placed() -> Found:
    """Each paid purchase is an order, and each placed cart has it."""
    return Found(
        _purchases.count() + _placed.count(),
        [
            *named(_lost(), _("%(id)s: was paid, but is no order")),
            *named(_orderless(), _("%(id)s: was placed, but has no order")),
        ],
    )


@prepared
def _purchases() -> QuerySet[Bill]:
    return rows(Bill).filter(state=Bill.PAID, kind=Bill.PURCHASE)


@prepared
def _lost() -> QuerySet[Bill, str]:
    order = rows(Order).filter(bill=OuterRef("pk"))
    return ids(_purchases.plain().exclude(Exists(order)))


@prepared
def _placed() -> QuerySet[Cart]:
    return rows(Cart).filter(state=Cart.PLACED)


@prepared
def _orderless() -> QuerySet[Cart, str]:
    return ids(_placed.plain().filter(order=None))


def paid_is_invoiced() -> Found:
    """Each paid bill above zero has its one invoice, over the same sum."""
    sentence = _("%(id)s: was paid, but has no invoice of its sum")
    return Found(_paid.count(), named(_without_invoice(), sentence))


@prepared
def _paid() -> QuerySet[Bill]:
    return rows(Bill).filter(state=Bill.PAID, gross__gt=0)


@prepared
def _without_invoice() -> QuerySet[Bill, str]:
    invoice = rows(Document).filter(
        Q(net=OuterRef("net"), tax=OuterRef("tax"), currency=OuterRef("currency")),
        kind=INVOICE,
        bill=OuterRef("pk"),
    )
    return ids(_paid.plain().exclude(Exists(invoice)))
