"""The seller's change of a subscription to another plan or quantity, shown before it is made."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.billing import switching
from wainwright.billing.course import Switch
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Subscription
from wainwright.billing.standing import plan_of
from wainwright.billing.switching import Switched
from wainwright.catalog.models import Price
from wainwright.catalog.queries import prices_of_all
from wainwright.web import formats
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import reason_field
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.subscription import ROOM, SOURCE, reached
from wainwright.web.outlook import Outlook, outlook_of
from wainwright.web.plan_forms import ChangeForm, plan_choices
from wainwright.web.toasts import toast

USUAL, NOW, LATER = "", "now", "later"
STAYS, MOVES = "stays", "moves"


class SellersChangeForm(ChangeForm):
    """The seller also says when, what becomes of the bill day, and why; where it asks more, how
    the customer agreed."""

    by_seller = True

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[
            (USUAL, gettext_lazy("At once if it costs more, else with the next period")),
            (NOW, gettext_lazy("At once")),
            (LATER, gettext_lazy("With the next period")),
        ],
        required=False,
    )
    bill_day = forms.ChoiceField(
        label=gettext_lazy("Bill day of a change at once"),
        choices=[
            (STAYS, gettext_lazy("It stays, and the time until then is charged now")),
            (MOVES, gettext_lazy("It moves to today, and a whole period is charged now")),
        ],
        required=False,
        initial=STAYS,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Periods of another length begin today in any case."),
    )
    reason = reason_field()

    def wanted(self) -> Switch:
        return self.act(
            {NOW: True, LATER: False}.get(self.cleaned_data["when"]),
            move=self.cleaned_data["bill_day"] == MOVES,
        )

    def lacks_word(self, look: Outlook) -> bool:
        """More is asked only with the customer's consent, and that is written down."""
        if not look.asks_more or self.cleaned_data["reason"]:
            return False
        self.add_error(
            "reason",
            _("It costs more or is paid at other times: say how and when the customer agreed."),
        )
        return True


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """The choice; with a plan in the address, what it costs; posting what was shown does it."""
    found = reached(request, subscription_id)
    prices = _prices(request, found)
    asked = request.GET if "price" in request.GET else None
    form = SellersChangeForm(
        request.POST if request.method == "POST" else asked,
        subscription=found,
        prices=prices,
        counts=True,
    )
    look: Outlook | None = None
    said = ""
    if form.is_valid():
        try:
            act = form.wanted()
            look = outlook_of(found, act)
        except MoveRefused as refused:
            said = refused.message
        if look is not None and request.method == "POST" and not form.lacks_word(look):
            if form.agrees(look):
                return _made(request, found, act, form.cleaned_data["reason"])
            said = _("The sums have changed since you saw them. Please look once more.")
        if look is not None and look.plan == plan_of(found):
            look, said = None, _("This is the present plan. Choose something else.")
    context = {
        "subscription": found,
        "form": form,
        "choices": plan_choices(found, prices),
        "chosen": form["price"].value() or found.price.public_id,
        "look": look,
        "said": said,
        "bill_day": _bill_day_after(found, look) if look else "",
        "sentence": words.state_sentence(found),
    }
    return framed(request, "subscription_change.html", context, room=ROOM)


def _bill_day_after(found: Subscription, look: Outlook) -> str:
    """Of a change that is charged at once: whether its bill day stays, and when it is next."""
    if look.today is None or look.next_at is None:
        return ""
    if look.next_at == found.next_due_at:
        said = _("The bill day stays: today's charge covers the time until %(date)s.")
    else:
        said = _("The bill day moves to today: the next payment is due on %(date)s.")
    return said % {"date": formats.date(look.next_at)}


def _prices(request: StaffRequest, found: Subscription) -> list[Price]:
    """The present price, and every other for which one subscribes to the same business."""
    products = request.reach.whole.products().filter(
        business_id=found.business_id, currency=found.currency, archived_at=None
    )
    rows = prices_of_all(products).filter(kind=Price.SUBSCRIPTION)
    found.price.product = found.product
    return [found.price, *rows.exclude(pk=found.price_id).order_by("product__name", "position")]


def _made(request: StaffRequest, found: Subscription, act: Switch, reason: str) -> HttpResponse:
    result = switching.switch(found, act, by=request.actor, source=SOURCE, reason=reason)
    told = {
        Switched.DONE: (_("It is %(plan)s now. A letter tells the customer."), "good"),
        Switched.PLANNED: (
            _("From %(date)s on it is %(plan)s. A letter tells the customer."),
            "good",
        ),
        Switched.DECLINED: (_("The payment was declined, so everything is as it was."), "bad"),
        Switched.AWAY: (
            _("The bank could not be reached. Nothing was charged, everything is as it was."),
            "warn",
        ),
        Switched.WAITING: (_("The bank has not answered yet. Once paid it is %(plan)s."), "info"),
    }
    said, kind = told[result]
    found.refresh_from_db(fields=["then", "then_waits", "then_told_for"])
    date = formats.date(switching.begins_at(found))
    undo = reverse("dashboard:subscription_keep", args=[found.public_id])
    toast(
        request,
        said % {"plan": act.plan.words, "date": date},
        kind=kind,
        undo=undo if result == Switched.PLANNED else "",
    )
    return see_other("subscription", subscription_id=found.public_id)


@require_POST
@staff_page
def keep(request: StaffRequest, subscription_id: str) -> HttpResponse:
    """The planned change is off."""
    found = reached(request, subscription_id)
    switching.keep(found, by=request.actor, source=SOURCE)
    toast(request, _("The planned change is off. A letter tells the customer."))
    return see_other("subscription", subscription_id=found.public_id)
