"""The seller's choice of a bill day for what a customer pays by the month, shown before."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wainwright.billing import aligning
from wainwright.billing.models import Subscription
from wainwright.web.bill_day import BillDayForm, DayOutlook, chosen
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
    """The choice, the way to the day, and its making (see `bill_day.chosen`)."""
    found = reached(request, subscription_id)
    moved = _moved(request, found)
    if not moved:
        return see_other("subscription", subscription_id=subscription_id)

    def agree(look: DayOutlook, form: BillDayForm) -> None:
        reason = form.cleaned_data["reason"]
        aligning.align(look.act, by=request.actor, source=SOURCE, reason=reason)
        said = _("Day %(day)s it is. A letter tells the customer.")
        toast(request, said % {"day": look.act.day})

    choice = chosen(request, found, moved, SellersBillDayForm, agree)
    if choice is None:
        return see_other("subscription", subscription_id=subscription_id)
    context = {
        "subscription": found,
        "moved": moved,
        "choice": choice,
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
