"""Every invoice and credit note: to find, to read, to print, to keep."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.hub import queries
from wainwright.hub.papers import papers_of
from wainwright.invoicing import printed
from wainwright.invoicing.files import content_of, file_name, pdf_of
from wainwright.invoicing.models import Document
from wainwright.web.hub import words
from wainwright.web.hub.faces import HubRequest, hub_page, show
from wainwright.web.hub.forms import wanted


@require_safe
@hub_page
def documents(request: HubRequest) -> HttpResponse:
    year = wanted(request.GET).year
    found = papers_of(request.customer, year, request.GET.get("page", 1))
    context = {
        "found": found,
        "documents": [
            (document, words.document(document, found.names[document.order_id]))
            for document in found.rows
        ],
        "year": year,
        "years": [("", _("All years")), *((each, each) for each in found.years)],
        "newer": _page_link(year, found.newer),
        "older": _page_link(year, found.older),
    }
    return show(request, "hub/documents.html", context)


def _page_link(year: int | None, number: int | None) -> str:
    if number is None:
        return ""
    return f"?year={year}&page={number}" if year else f"?page={number}"


@require_safe
@hub_page
def document(request: HubRequest, public_id: str) -> HttpResponse:
    """The frozen content as a page to read and print, in the document's own language."""
    found = document_or_404(request, public_id)
    content = content_of(found)
    context = {
        "document": found,
        "paper": printed.page(content),
        "paper_language": content.language,
        "paper_direction": "rtl" if get_language_info(content.language)["bidi"] else "ltr",
    }
    return show(request, "hub/document.html", context)


@require_safe
@hub_page
def pdf(request: HubRequest, public_id: str) -> HttpResponse:
    """The drawn file; with ?view it opens instead of being saved."""
    found = document_or_404(request, public_id)
    response = HttpResponse(pdf_of(found), content_type="application/pdf")
    how = "inline" if "view" in request.GET else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{file_name(found)}"'
    return response


def document_or_404(request: HubRequest, public_id: str) -> Document:
    """Among the customer's own, or there is no such page."""
    found = queries.document_of(request.customer, public_id)
    if found is None:
        raise Http404
    return found
