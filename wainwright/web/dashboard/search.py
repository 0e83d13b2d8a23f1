"""One field for customers, orders and documents."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from wainwright.reports import customers as buyers
from wainwright.reports import documents as papers
from wainwright.reports import orders as sales
from wainwright.web.dashboard import listing
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed

MOST = 10


@require_safe
@staff_page
def page(request: StaffRequest) -> HttpResponse:
    """The first ten of each; the lists go on from there."""
    words = listing.words(request.GET)
    reach = request.reach
    found = {
        "customers": buyers.matching(reach.customers(), words).order_by("name", "pk"),
        "orders": sales.matching(reach.orders(), words).order_by("-placed_at", "-pk"),
        "documents": papers.named(reach.documents(), words)
        .select_related("customer")
        .defer("content")
        .order_by("-issued_at", "-pk"),
    }
    shown = {name: list(rows[:MOST]) if words else [] for name, rows in found.items()}
    context = {"query": words, "anything": any(shown.values()), **shown}
    return framed(request, "search.html", context, room="home")
