"""Another plan or quantity: chosen, shown to the cent, agreed to; and a planned one taken back."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.billing import switching
from wainwright.billing.changeover import at_a_page
from wainwright.billing.course import Switch
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Subscription
from wainwright.billing.standing import plan_of
from wainwright.billing.switching import Switched
from wainwright.hub import allowances
from wainwright.payments.models import Payment
from wainwright.web.formats import date
from wainwright.web.hub.faces import HubRequest, hub_page, leave_for, see_other, show
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.outlook import Outlook, outlook_of
from wainwright.web.plan_forms import ChangeForm, plan_choices
from wainwright.web.security import lead_to_gateways
from wainwright.web.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@hub_page
def change(request: HubRequest, public_id: str) -> HttpResponse:
    """The choice; with a plan in the address, what it costs; posting what was shown agrees."""
    found = subscription_or_404(request, public_id)
    prices = allowances.offered_prices(found)
    if not prices:
        return see_other("hub:subscription", public_id)
    asked = request.GET if "price" in request.GET else None
    form = ChangeForm(
        request.POST if request.method == "POST" else asked,
        subscription=found,
        prices=prices,
        counts=allowances.may_count(found),
    )
    look: Outlook | None = None
    said = ""
    if form.is_valid():
        try:
            act = form.act()
            look = outlook_of(found, act)
        except MoveRefused as refused:
            said = refused.message
        if look is not None and request.method == "POST":
            if form.agrees(look):
                return _agreed(request, found, act)
            said = _("The sums have changed since you saw them. Please look once more.")
        if look is not None and look.plan == plan_of(found):
            look, said = None, _("This is what you have now. Choose something else.")
    context = {
        "subscription": found,
        "form": form,
        "choices": plan_choices(found, prices),
        "chosen": form["price"].value() or prices[0].public_id,
        "quantity": (form["quantity"].value() if "quantity" in form.fields else None)
        or found.quantity,
        "look": look,
        "said": said,
    }
    page = show(request, "hub/change.html", context, status=400 if form.errors else 200)
    return lead_to_gateways(page)


def _agreed(request: HubRequest, found: Subscription, act: Switch) -> HttpResponse:
    back = request.build_absolute_uri(reverse("hub:changed", args=[found.public_id]))
    result = allowances.change(found, act, by=request.actor, return_url=back)
    plan = act.plan.words
    asked = at_a_page(found) if result == Switched.CONFIRM else None
    if asked is not None:
        return lead_to_gateways(leave_for(asked.start_url))
    if result == Switched.PLANNED:
        day = date(found.due(found.payments_made))
        undo = reverse("hub:keep_plan", args=[found.public_id])
        said = _("From %(date)s on you have %(plan)s. A letter confirms it.")
        toast(request, said % {"date": day, "plan": plan}, undo=undo)
    elif result == Switched.DONE:
        toast(request, _("You have %(plan)s. A letter confirms it.") % {"plan": plan})
    elif result == Switched.DECLINED:
        said = _("The payment was declined, so everything is as it was. A letter says why.")
        toast(request, said, kind="bad")
    elif result == Switched.AWAY:
        said = _("The bank could not be reached. Nothing was charged, everything is as it was.")
        toast(request, said, kind="warn")
    else:
        said = _("The bank has not answered yet. Once it is paid you have %(plan)s.")
        toast(request, said % {"plan": plan}, kind="info")
    return see_other("hub:subscription", found.public_id)


@require_safe
@hub_page
def returned(request: HubRequest, public_id: str) -> HttpResponse:
    """Back from the bank's page, and the gateway is asked what became of it. Loading it again
    changes nothing."""
    found = subscription_or_404(request, public_id)
    attempt = switching.finish(found)
    if attempt is not None and attempt.state == Payment.SUCCEEDED:
        found.refresh_from_db()
        said = _("You have %(plan)s. A letter confirms it.")
        toast(request, said % {"plan": plan_of(found).words})
    elif attempt is None or attempt.state == Payment.ACTION:
        toast(request, _("Nothing was paid yet. Everything is as it was."), kind="warn")
    elif attempt.state in Payment.IN_FLIGHT:
        toast(request, _("The bank is still checking the payment."), kind="info")
    else:
        said = _("The payment was declined, so everything is as it was. A letter says why.")
        toast(request, said, kind="bad")
    return see_other("hub:subscription", public_id)


@require_POST
@hub_page
def keep_plan(request: HubRequest, public_id: str) -> HttpResponse:
    """The planned change is off."""
    found = subscription_or_404(request, public_id)
    allowances.keep_plan(found, by=request.actor)
    toast(request, _("You stay with %(name)s.") % {"name": plan_of(found).words})
    return see_other("hub:subscription", public_id)
