"""The seller's pausing of a subscription, letting it go on and bringing it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.billing import pausing, previewing, reactivating
from wainwright.billing.course import GoOn, Pause
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.core.dates import local_day
from wainwright.web import formats
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import day_field, midnight, reason_field, refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.subscription import ROOM, SOURCE, reached
from wainwright.web.outlook import Bill, coming_bills
from wainwright.web.toasts import toast

PERIODS, UNTIL, OPEN = "periods", "until", "open"


class PauseForm(forms.Form):
    """How long, and why."""

    how_long = forms.ChoiceField(
        label=gettext_lazy("How long"),
        choices=[
            (PERIODS, gettext_lazy("Some payments are left out")),
            (UNTIL, gettext_lazy("Until a day")),
            (OPEN, gettext_lazy("Until somebody resumes it")),
        ],
        initial=PERIODS,
        widget=forms.RadioSelect,
    )
    periods = forms.IntegerField(
        label=gettext_lazy("Payments left out"),
        min_value=1,
        max_value=pausing.MOST_PERIODS,
        initial=1,
        required=False,
    )
    until = day_field(gettext_lazy("The day it goes on"))
    reason = reason_field()

    use_required_attribute = False

    def clean(self) -> None:
        chosen = self.cleaned_data.get("how_long")
        if chosen == UNTIL and not self.cleaned_data.get("until"):
            self.add_error("until", ValidationError(_("Choose the day.")))
        if chosen == PERIODS and not self.cleaned_data.get("periods"):
            self.add_error("periods", ValidationError(_("Say how many.")))

    def length(self, zone: str) -> dict[str, Any]:
        """What billing.pausing.proposed is told of it."""
        typed = self.cleaned_data
        if typed["how_long"] == PERIODS:
            return {"periods": typed["periods"]}
        return {"until": midnight(typed["until"], zone)} if typed["how_long"] == UNTIL else {}


class ReasonForm(forms.Form):
    """Why."""

    reason = reason_field()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def pause(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """How long, and the bills that then come."""
    found = reached(request, subscription_id)
    if request.method != "POST" and not found.can_pause:
        return see_other("subscription", subscription_id=found.public_id)
    form = PauseForm(request.POST or None)
    coming: list[Bill] | None = None
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            act = pausing.proposed(found, **form.length(found.zone))
            if "preview" not in request.POST:
                _pause(request, found, act, form.cleaned_data["reason"])
                return see_other("subscription", subscription_id=found.public_id)
            coming = coming_bills(found, act)
    context = {
        "subscription": found,
        "form": form,
        "coming": coming,
        "sentence": words.state_sentence(found),
        "first_day": local_day(clock.now() + timedelta(days=1), found.zone),
    }
    return framed(request, "subscription_pause.html", context, room=ROOM)


def _pause(request: StaffRequest, found: Subscription, act: Pause, reason: str) -> None:
    paused = pausing.pause(
        found,
        by=request.actor,
        periods=act.periods,
        until=act.until,
        source=SOURCE,
        reason=reason,
    )
    undo = reverse("dashboard:subscription_resume", args=[found.public_id])
    toast(request, words.state_sentence(paused), undo=undo)


@require_POST
@staff_page
def resume(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = reached(request, subscription_id)
    resumed = pausing.resume(found, by=request.actor, source=SOURCE)
    if resumed.next_due_at:
        said = _("It goes on; the next charge is on %(date)s.") % {
            "date": formats.date(resumed.next_due_at)
        }
    else:
        said = _("It goes on.")
    toast(request, said)
    return see_other("subscription", subscription_id=found.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def bring_back(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """What ended goes on; what that charges, and when, is said before."""
    found = reached(request, subscription_id)
    if not reactivating.can_reactivate(found):
        return see_other("subscription", subscription_id=found.public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            reason = form.cleaned_data["reason"]
            reactivating.reactivate(found, by=request.actor, source=SOURCE, reason=reason)
            toast(request, _("It is back and goes on. A letter tells the customer."))
            return see_other("subscription", subscription_id=found.public_id)
    context = {
        "subscription": found,
        "form": form,
        "sentence": words.state_sentence(found),
        "bill": previewing.next_bill(found, GoOn()),
        "now": clock.now(),
    }
    return framed(request, "subscription_back.html", context, room=ROOM)
