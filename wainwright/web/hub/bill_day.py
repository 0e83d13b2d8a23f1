"""One bill day for what a customer pays by the month: chosen, shown to the cent, agreed to."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wainwright.hub import allowances
from wainwright.web.bill_day import BillDayForm, DayOutlook, chosen
from wainwright.web.hub.faces import HubRequest, hub_page, see_other, show
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@hub_page
def choose(request: HubRequest, public_id: str) -> HttpResponse:
    """The choice, the way to the day, and the agreement (see `bill_day.chosen`)."""
    found = subscription_or_404(request, public_id)
    moved = allowances.moved_together(found)
    if not moved:
        return see_other("hub:subscription", public_id)

    def agree(look: DayOutlook, _form: BillDayForm) -> None:
        allowances.align(found, look.act, by=request.actor)
        said = _("Day %(day)s it is. A letter confirms it.")
        toast(request, said % {"day": look.act.day})

    choice = chosen(request, found, moved, BillDayForm, agree)
    if choice is None:
        return see_other("hub:subscription", public_id)
    context = {"subscription": found, "moved": moved, "choice": choice}
    return show(request, "hub/bill_day.html", context, status=400 if choice.form.errors else 200)
