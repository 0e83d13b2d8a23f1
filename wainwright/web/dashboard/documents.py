"""Issued documents: found by number, downloaded one by one or by the year."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.core import clock
from wainwright.invoicing import files
from wainwright.invoicing.models import KINDS
from wainwright.reports.documents import named
from wainwright.web.dashboard import listing
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.tables import Column

ROOM = "documents"
FLAGGED = "flagged"


@require_safe
@staff_page
def documents(request: StaffRequest) -> HttpResponse:
    """Newest first; the search looks at numbers, names and e-mail addresses."""
    searched = listing.words(request.GET)
    kind = listing.one_of(request.GET, "kind", dict(KINDS))
    rows = named(request.reach.documents(), searched)
    if kind:
        rows = rows.filter(kind=kind)
    drawn = listing.one_of(request.GET, "drawn", (FLAGGED,))
    if drawn:
        rows = rows.exclude(flagged="")
    kept = {"q": searched, "kind": kind, "drawn": drawn}
    newest = rows.select_related("customer", "order").defer("content").order_by("-issued_at", "-pk")
    columns: list[str | Column] = [
        _("Number"),
        _("Kind"),
        _("Date"),
        _("Customer"),
        Column(_("Sum"), number=True),
        "",
    ]
    if request.reach.business is None:
        columns.insert(4, _("Business"))
    return framed(
        request,
        "documents.html",
        {
            "found": listing.paged(newest, request.GET, kept),
            "searched": searched,
            "kind": kind,
            "drawn": drawn,
            "drawings": [("", _("All")), (FLAGGED, _("Not fit for archives"))],
            "kinds": [("", _("All")), *((kind, capfirst(str(name))) for kind, name in KINDS)],
            "columns": columns,
            "year_businesses": [(each.public_id, each.name) for each in request.reach.businesses],
            "years": _years(request),
            "business_of": request.reach.business_of if request.reach.business is None else None,
        },
        room=ROOM,
        block="results",
    )


def _years(request: StaffRequest) -> list[int]:
    years = request.reach.documents().dates("issued_on", "year", order="DESC")
    return [day.year for day in years] or [clock.today(request.reach.main.zone).year]


@require_safe
@staff_page
def pdf(request: StaffRequest, document_id: str) -> HttpResponse:
    found = get_object_or_404(request.reach.whole.documents(), public_id=document_id)
    response = HttpResponse(files.pdf_of(found), content_type="application/pdf")
    name = files.file_name(found)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_safe
@staff_page
def year(request: StaffRequest) -> FileResponse:
    """All documents of one business and year in one ZIP."""
    reach = request.reach
    business = reach.business or reach.business_called(request.GET.get("of", reach.main.public_id))
    wanted = listing.whole_number(request.GET.get("year", ""), 9999)
    if not wanted:
        raise Http404
    name = f"{business.slug}-{wanted}{'-test' if request.mode == 'test' else ''}.zip"
    return FileResponse(files.year_zip(business, wanted), as_attachment=True, filename=name)
