"""Everything a customer bought, imported purchases included, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wainwright.catalog.models import Price
from wainwright.customers.models import Customer
from wainwright.hub import queries
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.sales.models import Line, Order

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the customer looks for; empty is everything."""

    search: str = ""
    year: int | None = None
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.search or self.year or self.kind)


@dataclass(slots=True)
class Purchase:
    """An order with its lines, its invoice and what corrects that."""

    order: Order
    lines: list[Line]
    invoice: Document | None = None
    credit_notes: list[Document] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What was bought: "Workbook, 2 × Poster"."""
        return ", ".join(
            line.name if line.quantity == 1 else f"{line.quantity} × {line.name}"
            for line in self.lines
        )


@dataclass(frozen=True, slots=True)
class Purchases:
    """One page of them; `total` counts all, the page's paginator those that were wanted."""

    rows: list[Purchase]
    page: Page[Order]
    total: int
    years: list[int]
    kinds: list[str]


def purchases_of(customer: Customer, wanted: Wanted, page_number: str | int = 1) -> Purchases:
    """Newest first. A page beyond the last is the last."""
    orders = queries.orders_of(customer)
    found = _narrowed(orders, wanted).order_by("-placed_at", "-pk").prefetch_related("lines")
    page = Paginator(found, ON_A_PAGE).get_page(page_number)
    rows = [Purchase(order, _in_order(order)) for order in page]
    _attach_documents(customer, rows)
    return Purchases(
        rows=rows,
        page=page,
        total=orders.count() if wanted else page.paginator.count,
        years=[moment.year for moment in orders.dates("placed_at", "year", order="DESC")],
        kinds=_kinds(customer),
    )


def _narrowed(orders: QuerySet[Order], wanted: Wanted) -> QuerySet[Order]:
    if wanted.year:
        orders = orders.filter(placed_at__year=wanted.year)
    lines = Line.objects.filter(order=OuterRef("pk"))
    if wanted.kind:
        orders = orders.filter(Exists(lines.filter(kind=wanted.kind)))
    if wanted.search:
        numbers = Document.objects.filter(order=OuterRef("pk"))
        orders = orders.filter(
            Exists(lines.filter(name__icontains=wanted.search))
            | Exists(numbers.filter(number_text__icontains=wanted.search))
            | Q(order_ref__icontains=wanted.search)
        )
    return orders


def _in_order(order: Order) -> list[Line]:
    return sorted(order.lines.all(), key=lambda line: line.position)


def _kinds(customer: Customer) -> list[str]:
    """The kinds of what was bought, in the order of the catalogue."""
    orders = queries.orders_of(customer).values("pk")
    bought = set(Line.objects.filter(order__in=orders).values_list("kind", flat=True).distinct())
    return [kind for kind, _name in Price.KINDS if kind in bought]


def _attach_documents(customer: Customer, purchases: list[Purchase]) -> None:
    """The purchase's own invoice and its corrections; renewals stand with their subscription."""
    by_order = {purchase.order.pk: purchase for purchase in purchases}
    documents = queries.documents_of(customer).filter(
        Q(bill_id=F("order__bill_id")) | Q(preceding__bill_id=F("order__bill_id")),
        order__in=by_order,
    )
    for document in documents.defer("content").order_by("pk"):
        if document.kind == CREDIT_NOTE:
            by_order[document.order_id].credit_notes.append(document)
        else:
            by_order[document.order_id].invoice = document
