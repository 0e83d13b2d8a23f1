"""What billing does not do without the seller's word, and giving it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from wainwright.billing import holds
from wainwright.billing.models import Hold
from wainwright.web import formats
from wainwright.web.dashboard import listing
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "subscriptions"

WORDS = {
    (Hold.MISSED, Hold.ALL): gettext_lazy("Charge all"),
    (Hold.MISSED, Hold.ONE): gettext_lazy("Only the one that runs now"),
    (Hold.MISSED, Hold.SKIP): gettext_lazy("Charge none"),
    (Hold.CHARGE, Hold.GO_ON): gettext_lazy("It is right: charge it"),
    (Hold.CHARGE, Hold.SKIP): gettext_lazy("Do not charge this period"),
    (Hold.RUN, Hold.GO_ON): gettext_lazy("It is right: go on"),
    (Hold.DISPUTE, Hold.GO_ON): gettext_lazy("Collect again"),
    (Hold.CREDIT, Hold.GO_ON): gettext_lazy("Give it back"),
    (Hold.CREDIT, Hold.SKIP): gettext_lazy("Leave it as credit"),
    (Hold.LOST, Hold.SKIP): gettext_lazy("It is paid"),
    (Hold.LOST, Hold.GO_ON): gettext_lazy("It was for something else: collect"),
}


@require_safe
@staff_page(owner=True)
def decisions(request: StaffRequest) -> HttpResponse:
    """What is open comes first, the oldest on top; what was decided stands with who did."""
    decided = request.GET.get("view") == "decided"
    rows = request.reach.holds()
    shown = rows.filter(decided_at__isnull=not decided).select_related("subscription__customer")
    order = ("-decided_at", "-pk") if decided else ("opened_at", "pk")
    return framed(
        request,
        "decisions.html",
        {
            "found": listing.paged(
                shown.order_by(*order), request.GET, {"view": "decided" if decided else ""}
            ),
            "decided": decided,
            "open_count": rows.filter(decided_at=None).count(),
            "why": why,
            "choices": choices,
            "word": lambda hold: WORDS.get((hold.kind, hold.decision), ""),
            "business_of": request.reach.business_of,
        },
        room=ROOM,
    )


def choices(hold: Hold) -> list[tuple[str, str]]:
    """What may be decided, and how the button says it."""
    return [(each, str(WORDS[hold.kind, each])) for each in holds.choices_of(hold)]


def why(hold: Hold) -> str:
    """What would be charged, and what made us ask."""
    said = {
        Hold.MISSED: _("%(sum)s for %(start)s to %(end)s, when nothing ran."),
        Hold.CHARGE: _("%(sum)s; last charged or agreed was %(usual)s."),
        Hold.RUN: _("%(sum)s in one day; a usual day has %(usual)s."),
        Hold.DISPUTE: _("%(sum)s were charged back; nothing is collected meanwhile."),
        Hold.CREDIT: _("%(sum)s of credit were left when the last subscription ended."),
        Hold.LOST: _("The gateway took %(sum)s on %(start)s, which the restored database lost."),
    }[hold.kind]
    amount, usual = hold.money(hold.amount), hold.money(hold.usual)
    return said % {
        "sum": formats.money(amount) if amount else "",
        "usual": formats.money(usual) if usual else "",
        "start": formats.date(hold.since) if hold.since else "",
        "end": formats.date(hold.until) if hold.until else "",
    } + _how_much_goes_back(hold)


def _how_much_goes_back(hold: Hold) -> str:
    """Of credit that waits, what the payments it came from let go back."""
    if hold.kind != Hold.CREDIT or hold.decided_at is not None:
        return ""
    back = {"sum": formats.money(holds.returnable(hold))}
    return " " + _("%(sum)s of it can go back the way it was paid.") % back


@require_POST
@staff_page(owner=True)
def decide(request: StaffRequest, hold_id: str) -> HttpResponse:
    found = get_object_or_404(request.reach.whole.holds(), public_id=hold_id)
    holds.decide(found, request.POST.get("decision", ""), by=request.actor)
    said = _("Decided. What is to be charged is charged within minutes.")
    if found.kind == Hold.CREDIT:
        said = _("Decided. What goes back, a letter tells the customer.")
    toast(request, said)
    return see_other("decisions")
