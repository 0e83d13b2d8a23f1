"""Pausing, going on and coming back: each a page that says what will happen, with one button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from wainwright.billing import previewing
from wainwright.billing.course import GoOn
from wainwright.billing.models import Subscription
from wainwright.billing.planning import Draft
from wainwright.billing.renewals import next_totals
from wainwright.core import clock
from wainwright.core.dates import local_day, to_utc
from wainwright.core.money import Money
from wainwright.hub import allowances
from wainwright.web.formats import date, money
from wainwright.web.hub.faces import HubRequest, hub_page, see_other, show
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.toasts import toast

seen_or_sent = require_http_methods(["GET", "HEAD", "POST"])
UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Choice:
    """So many payments left out, and when it goes on then."""

    value: str
    title: str
    detail: str


class PauseForm(forms.Form):
    """How long: a number of payments, or until a day of one's own."""

    how_long = forms.ChoiceField(label=gettext_lazy("How long"))
    until = forms.DateField(
        label=gettext_lazy("The day it goes on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: object, subscription: Subscription, most: int) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.subscription = subscription
        choice = self.fields["how_long"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(str(n), n) for n in range(1, most + 1)] + [(UNTIL, UNTIL)]

    def clean(self) -> None:
        if self.cleaned_data.get("how_long") == UNTIL and not self.cleaned_data.get("until"):
            self.add_error("until", ValidationError(_("Choose the day.")))

    @property
    def periods(self) -> int | None:
        chosen = self.cleaned_data["how_long"]
        return None if chosen == UNTIL else int(chosen)

    @property
    def moment(self) -> datetime | None:
        """The beginning of the day chosen, where the business is."""
        if self.periods is not None:
            return None
        midnight = datetime.combine(self.cleaned_data["until"], time.min)
        return to_utc(midnight, self.subscription.zone)


@seen_or_sent
@hub_page
def pause(request: HubRequest, public_id: str) -> HttpResponse:
    found = subscription_or_404(request, public_id)
    most = allowances.most_periods(found)
    if not most:
        return see_other("hub:subscription", public_id)
    form = PauseForm(request.POST or None, subscription=found, most=most)
    if request.method == "POST" and form.is_valid():
        paused = allowances.pause(found, by=request.actor, periods=form.periods, until=form.moment)
        assert paused.resume_at is not None
        toast(
            request,
            _("%(name)s is paused until %(date)s. A letter confirms it.")
            % {"name": found.name, "date": date(paused.resume_at)},
        )
        return see_other("hub:subscription", public_id)
    zone = found.zone
    context = {
        "subscription": found,
        "form": form,
        "choices": _choices(found, most),
        "chosen": form["how_long"].value() or "1",
        "first_day": local_day(clock.now() + timedelta(days=1), zone),
        "last_day": local_day(allowances.latest_return(found), zone),
        "paid_until": found.current_end,
    }
    return show(request, "hub/pause.html", context, status=400 if form.errors else 200)


def _choices(found: Subscription, most: int) -> list[Choice]:
    sum_then = money(next_totals(found).gross)
    return [
        Choice(
            str(number),
            ngettext("One payment left out", "%(count)s payments left out", number)
            % {"count": number},
            _("Continues on %(date)s; %(sum)s is charged then.")
            % {"date": date(found.due(found.payments_made + number)), "sum": sum_then},
        )
        for number in range(1, most + 1)
    ]


@seen_or_sent
@hub_page
def resume(request: HubRequest, public_id: str) -> HttpResponse:
    found = subscription_or_404(request, public_id)
    if not allowances.may_resume(found):
        return see_other("hub:subscription", public_id)
    if request.method == "POST":
        allowances.resume(found, by=request.actor)
        toast(request, _("%(name)s goes on. A letter confirms it.") % {"name": found.name})
        return see_other("hub:subscription", public_id)
    return _going_on(
        request,
        found,
        title=_("Let %(name)s go on") % {"name": found.name},
        button=_("Let it go on"),
        leave=_("Keep it paused"),
    )


@seen_or_sent
@hub_page
def bring_back(request: HubRequest, public_id: str) -> HttpResponse:
    found = subscription_or_404(request, public_id)
    if not allowances.may_return(found):
        return see_other("hub:subscription", public_id)
    if request.method == "POST":
        allowances.bring_back(found, by=request.actor)
        toast(request, _("%(name)s is back. A letter confirms it.") % {"name": found.name})
        return see_other("hub:subscription", public_id)
    return _going_on(
        request,
        found,
        title=_("Bring back %(name)s") % {"name": found.name},
        button=_("Bring it back"),
        leave=_("Leave it ended"),
    )


def _going_on(request: HubRequest, found: Subscription, **words: str) -> HttpResponse:
    """What will be charged and when, to the cent, before the button is pressed."""
    bill = previewing.next_bill(found, GoOn())
    context = {"subscription": found, "bill": bill, "today": _due_today(bill), **words}
    return show(request, "hub/going_on.html", context)


def _due_today(bill: Draft | None) -> Money | None:
    """What is charged at once; nothing while paid time is left."""
    return bill.totals.gross if bill is not None and bill.at <= clock.now() else None
