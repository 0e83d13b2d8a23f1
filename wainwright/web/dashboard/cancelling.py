"""The seller's cancelling of a subscription, and taking that back."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.billing import cancellation
from wainwright.billing.course import Act, CancelAtPeriodEnd, CancelNow
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

PERIOD_END, ON_A_DAY, NOW = "period_end", "day", "now"


class CancelForm(forms.Form):
    """When it ends, and why."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[(PERIOD_END, ""), (ON_A_DAY, ""), (NOW, "")],
        initial=PERIOD_END,
        widget=forms.RadioSelect,
    )
    day = day_field(gettext_lazy("The day"))
    reason = reason_field()

    use_required_attribute = False

    def __init__(self, *args: object, until: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice = self.fields["when"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (
                PERIOD_END,
                _("At the end of what is paid, on %(date)s") % {"date": until}
                if until
                else _("As soon as what is paid is over, which it is"),
            ),
            (ON_A_DAY, _("On a day; what falls due before is charged, the last in part")),
            (NOW, _("Now: it stops at this moment")),
        ]

    def act(self, zone: str) -> Act:
        """What is asked for. MoveRefused where that cannot be."""
        if self.cleaned_data["when"] == ON_A_DAY:
            return cancellation.ending_on(midnight(self.cleaned_data["day"], zone))
        return CancelNow() if self.cleaned_data["when"] == NOW else CancelAtPeriodEnd()

    def clean(self) -> None:
        if self.cleaned_data.get("when") == ON_A_DAY and not self.cleaned_data.get("day"):
            self.add_error("day", ValidationError(_("Choose the day.")))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def cancel(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """What stops and when, and the bills until then; money back is a refund."""
    found = reached(request, subscription_id)
    if not found.can_cancel and not (found.ending and request.method == "POST"):
        return see_other("subscription", subscription_id=found.public_id)
    form = CancelForm(request.POST or None, until=_paid_until(found))
    coming: list[Bill] | None = None
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            if "preview" not in request.POST:
                _cancel(request, found, form)
                return see_other("subscription", subscription_id=found.public_id)
            coming = coming_bills(found, form.act(found.zone))
    context = {
        "subscription": found,
        "form": form,
        "coming": coming,
        "sentence": words.state_sentence(found),
        "first_day": local_day(clock.now() + timedelta(days=1), found.zone),
    }
    return framed(request, "subscription_cancel.html", context, room=ROOM)


def _cancel(request: StaffRequest, found: Subscription, form: CancelForm) -> None:
    when, day = form.cleaned_data["when"], form.cleaned_data["day"]
    said = {"by": request.actor, "source": SOURCE, "reason": form.cleaned_data["reason"]}
    if when == NOW:
        cancellation.cancel_now(found, **said)
        toast(request, _("It has ended. A letter tells the customer."))
        return
    if when == ON_A_DAY:
        ended = cancellation.cancel_on(found, midnight(day, found.zone), **said)
    else:
        ended = cancellation.cancel_at_period_end(found, **said)
    if ended.ended or ended.cancel_at is None:
        toast(request, _("It has ended, as nothing paid was left. A letter tells the customer."))
        return
    undo = reverse("dashboard:subscription_undo", args=[found.public_id])
    date = {"date": formats.date(ended.cancel_at)}
    if ended.next_due_at is not None:
        said_then = _("It ends on %(date)s; what falls due before is charged. A letter says so.")
    else:
        said_then = _(
            "It runs until %(date)s and is not charged again. A letter tells the customer."
        )
    toast(request, said_then % date, undo=undo)


@require_POST
@staff_page
def undo(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = reached(request, subscription_id)
    cancellation.undo_cancellation(found, by=request.actor, source=SOURCE)
    toast(request, _("The cancellation is taken back. A letter tells the customer."))
    return see_other("subscription", subscription_id=found.public_id)


def _paid_until(found: Subscription) -> str:
    return formats.date(found.current_end) if found.current_end > clock.now() else ""
