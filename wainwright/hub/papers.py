"""Every invoice and credit note of a customer, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator

from wainwright.core.prepared import by
from wainwright.customers.models import Customer
from wainwright.hub import queries
from wainwright.invoicing.models import Document

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Papers:
    """Page `number` of them, `total` of the year that was asked for; `names` by order's key."""

    rows: list[Document]
    number: int
    total: int
    years: list[int]
    names: Mapping[int, str]

    @property
    def first(self) -> int:
        return (self.number - 1) * ON_A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first - 1 + len(self.rows)

    @property
    def newer(self) -> int | None:
        """The page before this one, where there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.last < self.total else None


def papers_of(customer: Customer, year: int | None, page_number: str | int = 1) -> Papers:
    """Newest first, of one year or of all. A page beyond the last is the last."""
    newest = queries.newest_documents(customer.pk, most=ON_A_PAGE + 1)
    if len(newest) <= ON_A_PAGE and year is None:
        years = sorted({document.issued_on.year for document in newest}, reverse=True)
        return Papers(newest, 1, len(newest), years, _names(newest))
    mine = queries.documents_of(customer)
    wanted = mine.filter(issued_on__year=year) if year else mine
    page = Paginator(queries.listed_documents(wanted), ON_A_PAGE).get_page(page_number)
    rows = list(page)
    years = queries.years_of(mine)
    return Papers(rows, page.number, page.paginator.count, years, _names(rows))


def _names(documents: list[Document]) -> dict[int, str]:
    """What each was for, by its order's key."""
    orders = {document.order_id for document in documents}
    lines = by(queries.lines_of_orders(list(orders)), lambda line: line.order_id)
    return {order: ", ".join(line.name for line in lines.get(order, [])) for order in orders}
