"""One subscription: how it stands, what comes next, what happened, and what can be done."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.billing import cancellation, pausing
from wainwright.billing.models import Subscription
from wainwright.billing.renewals import next_totals
from wainwright.core import clock
from wainwright.hub.history import history_of
from wainwright.web import formats
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.happenings import told
from wainwright.web.toasts import toast

ROOM = "subscriptions"
SOURCE = "dashboard"


class CancelForm(forms.Form):
    """When it ends, and why."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[("period_end", gettext_lazy("At the end of what is paid")), ("now", "")],
        initial="period_end",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Kept with the subscription; the customer does not see it."),
    )

    def __init__(self, *args: object, until: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice = self.fields["when"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (
                "period_end",
                _("At the end of what is paid, on %(date)s") % {"date": until}
                if until
                else _("As soon as what is paid is over, which it is"),
            ),
            ("now", _("Now: it stops at this moment")),
        ]


@require_safe
@staff_page
def page(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = _reached(request, subscription_id)
    charges = found.next_due_at is not None and not found.ended
    return framed(
        request,
        "subscription.html",
        {
            "subscription": found,
            "state": words.state_of(found),
            "sentence": words.state_sentence(found),
            "next": next_totals(found) if charges else None,
            "history": [told(moment) for moment in history_of(found)],
            "cancel_source": words.source(found.cancel_source),
            "resume_hint": _resume_hint(found),
            "percent": words.percent,
        },
        room=ROOM,
    )


def _resume_hint(found: Subscription) -> str:
    """What going on would mean today."""
    if not found.can_resume:
        return ""
    if found.current_end > clock.now():
        return _("It goes on with the time already paid for; the next charge is on %(date)s.") % {
            "date": formats.date(found.due(found.payments_made))
        }
    return _("A new period begins today and is charged now.")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def cancel(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """What stops and when; nothing is charged from then on, and money back is a refund."""
    found = _reached(request, subscription_id)
    if not found.can_cancel and not (found.ending and request.method == "POST"):
        return see_other("subscription", subscription_id=found.public_id)
    form = CancelForm(request.POST or None, until=_paid_until(found))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            _cancel(request, found, form)
            return see_other("subscription", subscription_id=found.public_id)
    context = {"subscription": found, "form": form, "sentence": words.state_sentence(found)}
    return framed(request, "subscription_cancel.html", context, room=ROOM)


def _cancel(request: StaffRequest, found: Subscription, form: CancelForm) -> None:
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["when"] == "now":
        cancellation.cancel_now(found, by=request.actor, source=SOURCE, reason=reason)
        toast(request, _("It has ended. A letter tells the customer."))
        return
    ended = cancellation.cancel_at_period_end(found, by=request.actor, source=SOURCE, reason=reason)
    if ended.ended or ended.cancel_at is None:
        toast(request, _("It has ended, as nothing paid was left. A letter tells the customer."))
        return
    toast(
        request,
        _("It runs until %(date)s and is not charged again. A letter tells the customer.")
        % {"date": formats.date(ended.cancel_at)},
        undo=reverse("dashboard:subscription_undo", args=[found.public_id]),
    )


@require_POST
@staff_page
def undo(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = _reached(request, subscription_id)
    cancellation.undo_cancellation(found, by=request.actor)
    toast(request, _("The cancellation is taken back. A letter tells the customer."))
    return see_other("subscription", subscription_id=found.public_id)


@require_POST
@staff_page
def pause(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = _reached(request, subscription_id)
    pausing.pause(found, by=request.actor)
    toast(
        request,
        _("It is paused: nothing is charged until it is resumed."),
        undo=reverse("dashboard:subscription_resume", args=[found.public_id]),
    )
    return see_other("subscription", subscription_id=found.public_id)


@require_POST
@staff_page
def resume(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = _reached(request, subscription_id)
    resumed = pausing.resume(found, by=request.actor)
    if resumed.next_due_at:
        said = _("It goes on; the next charge is on %(date)s.") % {
            "date": formats.date(resumed.next_due_at)
        }
    else:
        said = _("It goes on.")
    toast(request, said)
    return see_other("subscription", subscription_id=found.public_id)


def _paid_until(found: Subscription) -> str:
    return formats.date(found.current_end) if found.current_end > clock.now() else ""


def _reached(request: StaffRequest, subscription_id: str) -> Subscription:
    rows = request.reach.whole.subscriptions().select_related(
        "customer", "product", "business", "method", "order"
    )
    found = get_object_or_404(rows, public_id=subscription_id)
    request.reach.stand_in(found)
    return found
