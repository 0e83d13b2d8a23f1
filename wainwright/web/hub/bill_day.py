"""One bill day for what a customer pays by the month: chosen, shown to the cent, agreed to."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wainwright.billing.errors import MoveRefused
from wainwright.hub import allowances
from wainwright.web.bill_day import BillDayForm, DayOutlook, day_outlook, usual_day
from wainwright.web.hub.faces import HubRequest, hub_page, see_other, show
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@hub_page
def choose(request: HubRequest, public_id: str) -> HttpResponse:
    """The choice; with a day in the address, the way there; posting what was shown agrees."""
    found = subscription_or_404(request, public_id)
    moved = allowances.moved_together(found)
    if not moved:
        return see_other("hub:subscription", public_id)
    asked = request.GET if "day" in request.GET else None
    form = BillDayForm(
        request.POST if request.method == "POST" else asked, initial={"day": usual_day(moved)}
    )
    look: DayOutlook | None = None
    said = ""
    if form.is_valid():
        look = day_outlook(found, moved, form.cleaned_data["day"])
        if request.method == "POST":
            try:
                if form.agrees(look):
                    allowances.align(found, look.act, by=request.actor)
                    toast(
                        request,
                        _("Day %(day)s it is. A letter confirms it.") % {"day": look.act.day},
                    )
                    return see_other("hub:subscription", public_id)
                said = _("The sums have changed since you saw them. Please look once more.")
            except MoveRefused as refused:
                said = refused.message
        elif look.kept:
            look, said = None, _("They are charged on this day already. Choose another one.")
    context = {"subscription": found, "moved": moved, "form": form, "look": look, "said": said}
    return show(request, "hub/bill_day.html", context, status=400 if form.errors else 200)
