"""The ledger: every charge, renewal, refund and cancellation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.catalog.models import Product
from wainwright.catalog.queries import product_names
from wainwright.reports import transactions as report
from wainwright.sales.models import Entry
from wainwright.web import sheets
from wainwright.web.dashboard import listing, words
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.routes import url
from wainwright.web.sheets import Cell
from wainwright.web.tables import Column, sortable

ROOM = "transactions"
ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for in the page's address."""

    words: str
    kind: str
    product: Product | None
    since: date | None
    until: date | None
    sort: str

    @property
    def kept(self) -> dict[str, str]:
        return {
            "q": self.words,
            "kind": self.kind,
            "product": self.product.public_id if self.product else "",
            "since": str(self.since or ""),
            "until": str(self.until or ""),
            "sort": self.sort if self.sort != report.NEWEST else "",
        }

    def __bool__(self) -> bool:
        return bool(self.words or self.kind or self.product or self.since or self.until)


def wanted_of(request: StaffRequest) -> Wanted:
    query = request.GET
    named = listing.words(query, "product")
    product = request.reach.products().filter(public_id=named).first() if named else None
    return Wanted(
        words=listing.words(query),
        kind=listing.one_of(query, "kind", dict(Entry.KINDS)),
        product=product,
        since=listing.day(query, "since"),
        until=listing.day(query, "until"),
        sort=listing.one_of(query, "sort", report.SORTS, report.NEWEST),
    )


def found_by(request: StaffRequest, wanted: Wanted) -> report.Found:
    zone = request.reach.main.zone
    question = report.Question(
        business_id=request.reach.only_business,
        words=wanted.words,
        kind=wanted.kind,
        product_id=wanted.product.pk if wanted.product else None,
        since=listing.midnight(wanted.since, zone) if wanted.since else None,
        before=listing.midnight(wanted.until + timedelta(days=1), zone) if wanted.until else None,
    )
    return report.Found(request.reach.entries, question, wanted.sort)


@require_safe
@staff_page
def page(request: StaffRequest) -> HttpResponse:
    wanted = wanted_of(request)
    kinds = {kind: words.entry_kind(kind) for kind, _name in Entry.KINDS}
    found = listing.paged(found_by(request, wanted), request.GET, wanted.kept)
    return framed(
        request,
        "transactions.html",
        {
            "found": found,
            "wanted": wanted,
            "documents": report.documents_of(found.rows),
            "columns": _columns(request, wanted),
            "kinds": [("", _("All")), *kinds.items()],
            "products": _product_choices(request),
            "csv_url": url("dashboard:transactions_csv") + listing.address(wanted.kept),
            "word": words.entry_word,
            "note": words.entry_note,
            "business_of": request.reach.business_of if request.reach.business is None else None,
        },
        room=ROOM,
        block="results",
    )


@require_safe
@staff_page
def sheet(request: StaffRequest) -> StreamingHttpResponse:
    """The rows of the same question, all of them."""
    rows = found_by(request, wanted_of(request)).whole()
    return sheets.download("transactions", HEADER, lambda: _cells(request, rows))


HEADER = (
    "date",
    "kind",
    "business",
    "customer_name",
    "email",
    "item",
    "net",
    "tax",
    "total",
    "currency",
    "document",
    "order",
    "order_ref",
    "note",
)


def _cells(request: StaffRequest, rows: QuerySet[Entry]) -> Iterator[list[Cell]]:
    zone = ZoneInfo(request.reach.main.zone)
    entries: Iterable[Entry] = rows.iterator(chunk_size=ROWS_AT_ONCE)
    for some in batched(entries, ROWS_AT_ONCE):
        numbered = report.documents_of(some)
        for entry in some:
            document = numbered.get(entry.pk)
            yield [
                entry.at.astimezone(zone),
                entry.kind,
                request.reach.business_of(entry).name,
                entry.customer.name,
                entry.customer.email,
                entry.item,
                *words.net_tax_total(entry),
                entry.currency,
                document.number_text if document else "",
                entry.order.public_id,
                entry.order.order_ref,
                words.entry_note(entry),
            ]


def _columns(request: StaffRequest, wanted: Wanted) -> list[str | Column]:
    columns: list[str | Column] = [
        sortable(_("Date"), "date", wanted.sort, wanted.kept),
        _("Kind"),
        _("Customer"),
        _("Item"),
        _("Document"),
        Column(_("Sum"), number=True),
    ]
    if request.reach.business is None:
        columns.insert(2, _("Business"))
    return columns


def _product_choices(request: StaffRequest) -> list[tuple[str, str]]:
    return [("", _("All")), *product_names(request.reach.only_business)]
