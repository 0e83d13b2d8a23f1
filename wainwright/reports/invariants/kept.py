"""I13, as far as the database can tell: nothing that a buyer paid for was lost on the way."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from wainwright.checkout.models import Cart
from wainwright.invoicing.models import INVOICE, Document
from wainwright.payments.models import Bill
from wainwright.reports.invariants.found import Found, named, rows
from wainwright.sales.models import Order


def paid_is_placed() -> Found:
    """Each paid purchase is an order, and each placed cart has it."""
    purchases = rows(Bill).filter(state=Bill.PAID, kind=Bill.PURCHASE)
    placed = rows(Cart).filter(state=Cart.PLACED)
    lost = purchases.exclude(Exists(rows(Order).filter(bill=OuterRef("pk"))))
    return Found(
        purchases.count() + placed.count(),
        [
            *named(lost, _("%(id)s: was paid, but is no order")),
            *named(placed.filter(order=None), _("%(id)s: was placed, but has no order")),
        ],
    )


def paid_is_invoiced() -> Found:
    """Each paid bill above zero has its one invoice, over the same sum."""
    paid = rows(Bill).filter(state=Bill.PAID, gross__gt=0)
    invoice = rows(Document).filter(
        Q(net=OuterRef("net"), tax=OuterRef("tax"), currency=OuterRef("currency")),
        kind=INVOICE,
        bill=OuterRef("pk"),
    )
    return Found(
        paid.count(),
        named(paid.exclude(Exists(invoice)), _("%(id)s: was paid, but has no invoice of its sum")),
    )
