"""What letters tell of, read as they need it."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.billing.models import Period, Subscription
from wainwright.core.prepared import Each, Slot, prepared
from wainwright.invoicing.models import INVOICE, Document
from wainwright.payments.models import Payment
from wainwright.sales.models import Line, Order


@prepared
def payment(pk: Slot) -> QuerySet[Payment]:
    rows = Payment.objects.filter(pk=pk)
    return rows.select_related("method", "bill", "customer__business")


@prepared
def order_of(bill: Slot) -> QuerySet[Order]:
    return Order.objects.filter(bill_id=bill)


@prepared
def lines_of(order: Slot) -> QuerySet[Line]:
    return Line.objects.filter(order=order).select_related("product").order_by("position")


@prepared
def invoice_of(bill: Slot) -> QuerySet[Document]:
    return Document.objects.filter(bill_id=bill, kind=INVOICE)


@prepared
def periods_of(bill: Slot) -> QuerySet[Period]:
    """Also those of a bill that was closed before it was paid."""
    return Period.objects.filter(bill_id=bill).order_by("position")


@prepared
def subscriptions(value: Slot, *, by: str) -> QuerySet[Subscription]:
    return _with_their_reader().filter(**{by: value}).order_by("pk")


@prepared
def subscriptions_by_key(keys: Each) -> QuerySet[Subscription]:
    return _with_their_reader().filter(pk__in=keys).order_by("pk")


def _with_their_reader() -> QuerySet[Subscription]:
    return Subscription.objects.select_related("customer", "business", "product", "method")
