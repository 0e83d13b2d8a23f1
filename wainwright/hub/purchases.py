"""Everything a customer bought, imported purchases included, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from wainwright.billing.models import Revocation
from wainwright.billing.revoking import revoked_of
from wainwright.catalog.models import Price
from wainwright.core.prepared import by
from wainwright.customers.models import Customer
from wainwright.hub import queries
from wainwright.hub.parts import ON_A_PAGE, Part
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.sales.models import Line, Order


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
    """An order with its lines, its invoice, what corrects that, and access that was taken back."""

    order: Order
    lines: list[Line]
    invoice: Document | None = None
    credit_notes: list[Document] = field(default_factory=list)
    revoked: list[Revocation] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What was bought: "Workbook, 2 × Poster"."""
        return ", ".join(
            line.name if line.quantity == 1 else f"{line.quantity} × {line.name}"
            for line in self.lines
        )


@dataclass(frozen=True, slots=True)
class Purchases(Part[Purchase]):
    """`total` counts everything bought, whatever was wanted."""

    total: int
    years: list[int]
    kinds: list[str]


def purchases_of(customer: Customer, wanted: Wanted, page_number: str | int = 1) -> Purchases:
    """Newest first. A page beyond the last is the last."""
    newest = queries.newest_orders(customer.pk, most=ON_A_PAGE + 1)
    if len(newest) <= ON_A_PAGE and not wanted:
        return _all_on_one_page(newest)
    orders = queries.orders_of(customer)
    page = Paginator(queries.listed(_narrowed(orders, wanted)), ON_A_PAGE).get_page(page_number)
    return Purchases(
        rows=_with_papers(list(page)),
        number=page.number,
        found=page.paginator.count,
        total=orders.count(),
        years=[moment.year for moment in orders.dates("placed_at", "year", order="DESC")],
        kinds=_in_catalogue_order(_kinds(customer)),
    )


def _all_on_one_page(orders: list[Order]) -> Purchases:
    """Most customers' first page: the rows tell everything there is to be told."""
    rows = _with_papers(orders)
    years = {timezone.localtime(order.placed_at).year for order in orders}
    return Purchases(
        rows=rows,
        number=1,
        found=len(rows),
        total=len(rows),
        years=sorted(years, reverse=True),
        kinds=_in_catalogue_order({line.kind for row in rows for line in row.lines}),
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


def _kinds(customer: Customer) -> set[str]:
    orders = queries.orders_of(customer).values("pk")
    return set(Line.objects.filter(order__in=orders).values_list("kind", flat=True).distinct())


def _in_catalogue_order(kinds: set[str]) -> list[str]:
    return [kind for kind, _name in Price.KINDS if kind in kinds]


def _with_papers(orders: list[Order]) -> list[Purchase]:
    """Each with its lines, its own invoice and what corrects that."""
    keys = [order.pk for order in orders]
    if not keys:
        return []
    lines = by(queries.lines_of_orders(keys), lambda line: line.order_id)
    purchases = {order.pk: Purchase(order, lines.get(order.pk, [])) for order in orders}
    for document in queries.papers_of_orders(keys):
        if document.kind == CREDIT_NOTE:
            purchases[document.order_id].credit_notes.append(document)
        else:
            purchases[document.order_id].invoice = document
    revoked = [order.pk for order in orders if order.ever_revoked]  # type: ignore[attr-defined]
    for each in revoked_of(revoked) if revoked else []:
        purchases[each.order_id].revoked.append(each)
    return list(purchases.values())
