"""Looking through the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from wainwright.core.prepared import Slot, Slots, prepared
from wainwright.invoicing.models import INVOICE, Document
from wainwright.sales.models import Entry

SORTS = {"date": ("at", "pk"), "-date": ("-at", "-pk")}
NEWEST = "-date"


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; None and "" leave it open. `words` see `named`."""

    business_id: int | None = None
    words: str = ""
    kind: str = ""
    product_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None


def matching(entries: QuerySet[Entry], question: Question) -> QuerySet[Entry]:
    """Those of a business, a kind, a product, a stretch of time, or that words name."""
    if question.business_id is not None:
        entries = entries.filter(business_id=question.business_id)
    if question.words:
        entries = entries.filter(named(question.words))
    if question.kind:
        entries = entries.filter(kind=question.kind)
    if question.product_id is not None:
        entries = entries.filter(product_id=question.product_id)
    if question.since is not None:
        entries = entries.filter(at__gte=question.since)
    if question.before is not None:
        entries = entries.filter(at__lt=question.before)
    return entries.select_related("customer", "order", "payment")


@dataclass(frozen=True, slots=True)
class Found:
    """The entries that answer a question, read in parts. Satisfies web.dashboard.listing.Rows.

    `within` is all that may be seen; the question names a business wherever that is less than the
    scope's account.
    """

    within: Callable[[], QuerySet[Entry]]
    question: Question
    sort: str = NEWEST

    def counted(self, most: int) -> int:
        if self.question.words:
            return self.whole().order_by()[:most].count()
        return _keys.count(*self._values(), given=self._given(), most=most)

    def part(self, start: int, most: int) -> list[Entry]:
        if self.question.words:
            return list(_shown(self.whole())[start : start + most])
        shape = {"given": self._given(), "sort": self.sort, "start": start, "most": most}
        return _listed(*self._values(), **shape)

    def whole(self) -> QuerySet[Entry]:
        return matching(self.within(), self.question).order_by(*SORTS[self.sort])

    def _given(self) -> tuple[str, ...]:
        return tuple(name for name in ASKED if getattr(self.question, name) not in (None, ""))

    def _values(self) -> list[Any]:
        return [getattr(self.question, name) for name in ASKED]


ASKED = ("business_id", "kind", "product_id", "since", "before")


def _asked(given: tuple[str, ...], *values: Any) -> Question:
    """The question of what is given; the rest is left open."""
    return Question(**{n: value for n, value in zip(ASKED, values, strict=True) if n in given})


@prepared
def _listed(
    business_id: Slot, kind: Slot, product_id: Slot, since: Slot, before: Slot,
    *, given: tuple[str, ...], sort: str, start: int, most: int,
) -> QuerySet[Entry]:  # fmt: skip
    question = _asked(given, business_id, kind, product_id, since, before)
    rows = matching(Entry.objects.all(), question)
    return _shown(rows.order_by(*SORTS[sort]))[start : start + most]


@prepared
def _keys(
    business_id: Slot, kind: Slot, product_id: Slot, since: Slot, before: Slot,
    *, given: tuple[str, ...], most: int,
) -> QuerySet[Entry, int]:  # fmt: skip
    question = _asked(given, business_id, kind, product_id, since, before)
    rows = matching(Entry.objects.all(), question)
    return rows.select_related(None).values_list("pk", flat=True)[:most]


def _shown(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """With what a list says of them."""
    return entries.only(
        "business_id", "kind", "item", "note", "currency", "gross", "at", "refund_id",
        "customer__public_id", "customer__name", "customer__email",
        "order__public_id", "order__order_ref", "payment__bill_id",
    )  # fmt: skip


def named(words: str) -> Q:
    numbered = Document.objects.filter(number_text__icontains=words)
    return (
        Q(customer__name__icontains=words)
        | Q(customer__email__icontains=words)
        | Q(order__order_ref__icontains=words)
        | Q(order__public_id=words)
        | Q(order__in=numbered.values("order"))
    )


@prepared
def _documents(orders: Slots) -> QuerySet[Document]:
    rows = Document.objects.filter(order_id__in=orders).order_by("pk")
    return rows.only("public_id", "kind", "number_text", "bill_id", "refund_id")


def documents_of(entries: Sequence[Entry]) -> dict[int, Document]:
    """The invoice or credit note of each entry that has one, by the entry's key, in one query."""
    rows = _documents(sorted({entry.order_id for entry in entries}))
    of_bill = {row.bill_id: row for row in rows if row.kind == INVOICE and row.bill_id}
    of_refund = {row.refund_id: row for row in rows if row.refund_id}
    found = {}
    for entry in entries:
        bill_id = entry.payment.bill_id if entry.payment else None
        document = of_refund.get(entry.refund_id) if entry.refund_id else of_bill.get(bill_id or 0)
        if document is not None and entry.kind != Entry.CANCEL:
            found[entry.pk] = document
    return found
