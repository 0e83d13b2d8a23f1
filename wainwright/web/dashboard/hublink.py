"""The hub's address, to be put wherever customers look: as text, link and QR code."""

from __future__ import annotations

import io
from html import escape

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.accounts.links import link_for
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed

TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@require_safe
@staff_page(owner=True)
def address(request: StaffRequest, business_id: str) -> HttpResponse:
    business = request.reach.business_called(business_id)
    door = link_for(business, "hub:door")
    words = escape(_("Your purchases, invoices and subscriptions"))
    context = {
        "of": business,
        "tab": "hub_address",
        "door": door,
        "link": f'<a href="{escape(door)}">{words}</a>',
    }
    return framed(request, "hub_address.html", context, room="settings")


@require_safe
@staff_page(owner=True)
def code(request: StaffRequest, business_id: str, kind: str) -> HttpResponse:
    """The address as a QR code, drawn on white so that it scans from a dark page too."""
    business = request.reach.business_called(business_id)
    if kind not in TYPES:
        raise Http404
    import segno  # a few megabytes that only this page needs

    drawn = io.BytesIO()
    qr = segno.make(link_for(business, "hub:door"), error="m", micro=False)
    qr.save(drawn, kind=kind, scale=8, border=4, dark="#000000", light="#ffffff")
    response = HttpResponse(drawn.getvalue(), content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'inline; filename="{business.slug}-hub.{kind}"'
    return response
