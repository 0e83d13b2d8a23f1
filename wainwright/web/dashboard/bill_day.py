"""The seller's choice of a bill day for what a customer pays by the month, shown before."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wainwright.billing import aligning
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Subscription
from wainwright.web.bill_day import BillDayForm, DayOutlook, day_outlook, usual_day
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import reason_field
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.subscription import ROOM, SOURCE, reached
from wainwright.web.toasts import toast


class SellersBillDayForm(BillDayForm):
    """The seller also says why."""

    reason = reason_field()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def choose(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """The choice; with a day in the address, the way there; posting what was shown does it."""
    found = reached(request, subscription_id)
    moved = _moved(request, found)
    if not moved:
        return see_other("subscription", subscription_id=subscription_id)
    asked = request.GET if "day" in request.GET else None
    form = SellersBillDayForm(
        request.POST if request.method == "POST" else asked, initial={"day": usual_day(moved)}
    )
    look: DayOutlook | None = None
    said = ""
    if form.is_valid():
        look = day_outlook(found, moved, form.cleaned_data["day"])
        if request.method == "POST":
            try:
                if form.agrees(look):
                    return _made(request, found, look, form.cleaned_data["reason"])
                said = _("The sums have changed since you saw them. Please look once more.")
            except MoveRefused as refused:
                said = refused.message
        elif look.kept:
            look, said = None, _("They are charged on this day already. Choose another one.")
    context = {
        "subscription": found,
        "moved": moved,
        "form": form,
        "look": look,
        "said": said,
        "sentence": words.state_sentence(found),
    }
    return framed(request, "subscription_bill_day.html", context, room=ROOM)


def _moved(request: StaffRequest, found: Subscription) -> list[Subscription]:
    """Of what would move with it, what lies within this member's reach."""
    moved = aligning.together(found)
    keys = [each.pk for each in moved]
    reach = set(
        request.reach.whole.subscriptions().filter(pk__in=keys).values_list("pk", flat=True)
    )
    return [each for each in moved if each.pk in reach]


def _made(
    request: StaffRequest, found: Subscription, look: DayOutlook, reason: str
) -> HttpResponse:
    aligning.align(look.act, by=request.actor, source=SOURCE, reason=reason)
    said = _("Day %(day)s it is. A letter tells the customer.")
    toast(request, said % {"day": look.act.day})
    return see_other("subscription", subscription_id=found.public_id)
