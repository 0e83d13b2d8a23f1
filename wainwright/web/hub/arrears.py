"""Another day or parts for what is overdue: a page with the choices the seller allows."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from wainwright.billing import arrears
from wainwright.billing.arrears import Limits
from wainwright.billing.paying import leave_page
from wainwright.billing.planning import Part
from wainwright.core import clock
from wainwright.core.dates import local_day, to_utc
from wainwright.core.errors import Refused
from wainwright.core.money import Money, MoneyError
from wainwright.web.formats import date, money
from wainwright.web.hub.faces import HubRequest, hub_page, see_other, show
from wainwright.web.hub.paying import owes
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.toasts import toast

DAY, PART = "day", "part"


class TermsForm(forms.Form):
    """All on another day, a part now, or so many equal parts."""

    how = forms.ChoiceField(label=gettext_lazy("How would you like to pay?"))
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    amount = forms.CharField(
        label=gettext_lazy("Sum to pay now"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: object, allowed: Limits, zone: str) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.allowed, self.zone = allowed, zone
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        counts = [(str(n), n) for n in range(2, allowed.most_parts + 1)]
        how.choices = [(DAY, DAY), *([(PART, PART)] if counts else []), *counts]

    def clean_amount(self) -> Money | None:
        typed = self.cleaned_data["amount"].replace(",", ".")
        if not typed:
            return None
        try:
            return Money.parse(typed, self.allowed.rest.currency)
        except MoneyError:
            raise ValidationError(_("Please type a sum, such as 12.50.")) from None

    def clean(self) -> None:
        how = self.cleaned_data.get("how")
        if how == DAY and not self.cleaned_data.get("day"):
            self.add_error("day", _("Choose the day."))
        if how == PART and "amount" not in self.errors and not self.cleaned_data.get("amount"):
            self.add_error("amount", _("Please type a sum, such as 12.50."))
        if how and not self.errors:
            try:
                self.parts = self._parts(how)
            except Refused as refusal:
                self.add_error(refusal.field, refusal.message)

    def _parts(self, how: str) -> list[Part]:
        if how == DAY:
            assert self.allowed.last is not None
            day = self.cleaned_data["day"]
            if (
                not local_day(clock.now(), self.zone)
                < day
                <= local_day(self.allowed.last, self.zone)
            ):
                raise Refused(
                    _("Choose a day from tomorrow to %(date)s.")
                    % {"date": date(self.allowed.last)},
                    field="day",
                )
            noon = to_utc(datetime.combine(day, time(12)), self.zone)
            return arrears.on_day(self.allowed, min(noon, self.allowed.last))
        if how == PART:
            return arrears.part_now(self.allowed, self.cleaned_data["amount"], clock.now())
        return arrears.in_parts(self.allowed, int(how), clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@hub_page
def terms(request: HubRequest, public_id: str) -> HttpResponse:
    """The choices; posting one agrees on it, and then the first part is paid."""
    found = subscription_or_404(request, public_id)
    allowed = arrears.limits(found) if owes(found) else None
    if allowed is None or allowed.last is None:
        return see_other("hub:payment", public_id)
    form = TermsForm(request.POST or None, allowed=allowed, zone=found.zone)
    if request.method == "POST" and form.is_valid():
        leave_page(found, by=request.actor)
        arrears.agree(found, form.parts, by=request.actor)
        toast(request, _agreed(form.parts))
        return see_other("hub:payment", public_id)
    context = {
        "subscription": found,
        "form": form,
        "allowed": allowed,
        "counts": _counts(allowed),
        "chosen": form["how"].value() or DAY,
        "first_day": local_day(clock.now() + timedelta(days=1), found.zone),
        "last_day": local_day(allowed.last, found.zone),
    }
    return show(request, "hub/payment_terms.html", context, status=400 if form.errors else 200)


def _counts(allowed: Limits) -> list[tuple[str, str, str]]:
    """Each number of parts: its value, its words, and what is due when."""
    return [
        (
            str(count),
            ngettext("In %(count)s part", "In %(count)s parts", count) % {"count": count},
            "; ".join(
                _("%(sum)s on %(date)s") % {"sum": money(part.sum), "date": date(part.at)}
                for part in arrears.in_parts(allowed, count, clock.now())
            ),
        )
        for count in range(2, allowed.most_parts + 1)
    ]


def _agreed(parts: list[Part]) -> str:
    first = parts[0]
    if first.at > clock.now():
        return _("Agreed: it is charged on %(date)s.") % {"date": date(first.at)}
    return _("Agreed. Please pay the first part, %(sum)s, now.") % {"sum": money(first.sum)}
