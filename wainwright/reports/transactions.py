"""Looking through the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from wainwright.invoicing.models import INVOICE, Document
from wainwright.sales.models import Entry

SORTS = {"date": ("at", "pk"), "-date": ("-at", "-pk")}
NEWEST = "-date"


def matching(
    entries: QuerySet[Entry],
    *,
    words: str = "",
    kind: str = "",
    product_id: int | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> QuerySet[Entry]:
    """Those of a kind, a product, a stretch of time, or that `words` name.

    Words are part of a buyer's name or e-mail, a document's number, or an order's reference.
    """
    if words:
        entries = entries.filter(named(words))
    if kind:
        entries = entries.filter(kind=kind)
    if product_id is not None:
        entries = entries.filter(product_id=product_id)
    if since is not None:
        entries = entries.filter(at__gte=since)
    if before is not None:
        entries = entries.filter(at__lt=before)
    return entries.select_related("customer", "order", "payment")


def named(words: str) -> Q:
    numbered = Document.objects.filter(number_text__icontains=words)
    return (
        Q(customer__name__icontains=words)
        | Q(customer__email__icontains=words)
        | Q(order__order_ref__icontains=words)
        | Q(order__public_id=words)
        | Q(order__in=numbered.values("order"))
    )


def documents_of(documents: QuerySet[Document], entries: Sequence[Entry]) -> dict[int, Document]:
    """The invoice or credit note of each entry that has one, by the entry's key, in one query."""
    orders = {entry.order_id for entry in entries}
    rows = list(
        documents.filter(order_id__in=orders).only(
            "public_id", "kind", "number_text", "bill_id", "refund_id"
        )
    )
    of_bill = {row.bill_id: row for row in rows if row.kind == INVOICE and row.bill_id}
    of_refund = {row.refund_id: row for row in rows if row.refund_id}
    found = {}
    for entry in entries:
        bill_id = entry.payment.bill_id if entry.payment else None
        document = of_refund.get(entry.refund_id) if entry.refund_id else of_bill.get(bill_id or 0)
        if document is not None and entry.kind != Entry.CANCEL:
            found[entry.pk] = document
    return found
