"""Buyers: the list, and each one's whole story."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wainwright.accounts.links import link_for
from wainwright.billing import credit
from wainwright.billing.models import Hold
from wainwright.core.money import Money
from wainwright.customers.models import Customer
from wainwright.hub import entry
from wainwright.reports import customers as report
from wainwright.reports import timeline
from wainwright.web import sheets
from wainwright.web.dashboard import listing, words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.happenings import told_of_customer
from wainwright.web.sheets import Cell
from wainwright.web.tables import Column, sortable
from wainwright.web.toasts import toast

ROOM = "customers"
ROWS_AT_ONCE = 1000


def found_by(request: StaffRequest) -> tuple[QuerySet[Customer], dict[str, str]]:
    searched = listing.words(request.GET)
    sort = listing.one_of(request.GET, "sort", report.SORTS, report.NEWEST)
    rows = report.matching(request.reach.customers(), searched)
    kept = {"q": searched, "sort": sort if sort != report.NEWEST else ""}
    return rows.order_by(*report.SORTS[sort]), kept


@require_safe
@staff_page
def customers(request: StaffRequest) -> HttpResponse:
    rows, kept = found_by(request)
    found = listing.paged(rows, request.GET, kept)
    sort = kept["sort"] or report.NEWEST
    columns: list[str | Column] = [
        sortable(_("Name"), "name", sort, kept),
        _("E-mail"),
        sortable(_("Customer since"), "date", sort, kept),
        Column(_("Lifetime value"), number=True),
    ]
    if request.reach.business is None:
        columns.insert(2, _("Business"))
    return framed(
        request,
        "customers.html",
        {
            "found": found,
            "searched": kept["q"],
            "values": report.lifetime_values(request.reach.entries(), found.rows),
            "columns": columns,
            "csv_url": reverse("dashboard:customers_csv") + listing.address(kept),
            "business_of": request.reach.business_of if request.reach.business is None else None,
            "sums": words.sums,
            "sort": kept["sort"],
        },
        room=ROOM,
        block="results",
    )


@require_safe
@staff_page
def sheet(request: StaffRequest) -> StreamingHttpResponse:
    """The rows of the same question, all of them; one line for each currency a buyer paid in."""
    rows, _kept = found_by(request)
    return sheets.download("customers", HEADER, lambda: _cells(request, rows))


HEADER = (
    "customer",
    "business",
    "name",
    "email",
    "company",
    "phone",
    "street",
    "postcode",
    "city",
    "region",
    "country",
    "tax_id",
    "language",
    "since",
    "lifetime_value",
    "currency",
)


def _cells(request: StaffRequest, rows: QuerySet[Customer]) -> Iterator[list[Cell]]:
    entries = request.reach.entries()
    for some in batched(rows.iterator(chunk_size=ROWS_AT_ONCE), ROWS_AT_ONCE):
        values = report.lifetime_values(entries, some)
        for each in some:
            owned: list[Money | None] = [*values.get(each.pk, [])] or [None]
            for value in owned:
                yield [
                    each.public_id,
                    request.reach.business_of(each).name,
                    each.name,
                    each.email,
                    each.company,
                    each.phone,
                    each.street,
                    each.postcode,
                    each.city,
                    each.region,
                    each.country,
                    each.tax_id,
                    each.language,
                    each.created_at,
                    value,
                    value.currency if value else "",
                ]


@require_safe
@staff_page
def customer(request: StaffRequest, customer_id: str) -> HttpResponse:
    """Every charge and one timeline."""
    found = _reached(request, customer_id)
    reach = request.reach.whole
    entries = reach.entries()
    return framed(
        request,
        "customer.html",
        {
            "customer": found,
            "values": report.lifetime_values(entries, [found]).get(found.pk, []),
            "subscriptions": reach.subscriptions()
            .filter(customer=found)
            .order_by("ended_at", "-started_at"),
            "charges": entries.filter(customer=found)
            .select_related("order", "payment")
            .order_by("-at", "-pk")[: listing.ROWS],
            "charge_count": entries.filter(customer=found).count(),
            "documents": reach.documents()
            .filter(customer=found)
            .defer("content")
            .order_by("-issued_at", "-pk")[: listing.ROWS],
            "document_count": reach.documents().filter(customer=found).count(),
            "story": [told_of_customer(each) for each in timeline.of_customer(found)],
            "credit": words.sums(list(credit.balances(found.pk).values())),
            "asked": reach.is_owner and _asked_about_credit(request, found),
            "state_of": words.state_of,
            "state_sentence": words.state_sentence,
            "entry_kind": words.entry_kind,
        },
        room=ROOM,
    )


def _asked_about_credit(request: StaffRequest, found: Customer) -> bool:
    """Whether the seller is to decide what becomes of what the customer has left."""
    waiting = request.reach.whole.holds().filter(kind=Hold.CREDIT, decided_at=None)
    return waiting.filter(subscription__customer=found).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def hub_link(request: StaffRequest, customer_id: str) -> HttpResponse:
    """Sends the way into the hub to the customer; whoever works here never sees it."""
    found = _reached(request, customer_id)
    if request.method == "POST":
        entry.invite(found, by=request.actor)
        toast(
            request,
            _("A letter with link and code is on its way to %(email)s.") % {"email": found.email},
        )
        return see_other("customer", customer_id=found.public_id)
    context = {"customer": found, "door": link_for(found.business, "hub:door")}
    return framed(request, "hub_link.html", context, room=ROOM)


def _reached(request: StaffRequest, customer_id: str) -> Customer:
    rows = request.reach.whole.customers().select_related("business")
    found = get_object_or_404(rows, public_id=customer_id)
    request.reach.stand_in(found)
    return found
