"""Billing that is paused after a restore: what the gateways have, and the word to go on."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wainwright.billing.models import Hold
from wainwright.payments import restoring
from wainwright.payments.models import Payment
from wainwright.reports import restores as report
from wainwright.web.dashboard import listing
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "transactions"


@require_safe
@staff_page(owner=True)
def restored(request: StaffRequest) -> HttpResponse:
    """The last restore: what each gateway had that the database had lost, and what is left to do.

    Of the whole account, whichever of its businesses is looked at.
    """
    reach = request.reach.whole
    restore = reach.restores().order_by("-noticed_at", "-pk").first()
    if restore is None:
        return framed(request, "restored.html", {"restore": None}, room=ROOM)
    connections = list(reach.connections().filter(active=True).order_by("pk"))
    return framed(
        request,
        "restored.html",
        {
            "restore": restore,
            "deltas": report.deltas(restore, connections),
            "found": listing.paged(report.booked_anew(reach.payments(), restore), request.GET, {}),
            "charged_at": charged_at,
            "waiting": reach.holds().filter(kind=Hold.LOST, decided_at=None).count(),
            "uncompared": [] if restore.resumed_at else restoring.not_compared(restore),
            "business_of": reach.business_of,
        },
        room=ROOM,
    )


def charged_at(payment: Payment) -> datetime:
    """When the gateway took the money."""
    return datetime.fromisoformat(payment.raw["recovered"])


@require_POST
@staff_page(owner=True)
def resume(request: StaffRequest) -> HttpResponse:
    """Billing goes on after the very restore that was looked at."""
    restore = restoring.paused()
    if restore is not None and restore.public_id == request.POST.get("restore"):
        restoring.resume(restore, by=request.actor, uncompared="uncompared" in request.POST)
        toast(request, _("Billing goes on. What is due is charged within minutes."))
    return see_other("restored")
