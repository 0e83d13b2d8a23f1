"""Every invoice and credit note of a customer, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator

from wainwright.core.prepared import by
from wainwright.customers.models import Customer
from wainwright.hub import queries
from wainwright.hub.parts import ON_A_PAGE, Part
from wainwright.invoicing.models import Document


@dataclass(frozen=True, slots=True)
class Papers(Part[Document]):
    """Those of the year that was asked for; `names` says what each was for, by its order's key."""

    years: list[int]
    names: Mapping[int, str]


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
