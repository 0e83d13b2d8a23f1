"""Paying what is owed: the bank's question, or a card typed on the gateway's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wainwright.billing import arrears, dunning, states
from wainwright.billing.models import Rules, Subscription
from wainwright.billing.paying import finish_paying, start_paying
from wainwright.billing.rulebook import RuleBook
from wainwright.hub import overview, rules
from wainwright.payments.models import Payment
from wainwright.payments.queries import lines_of
from wainwright.web.addresses import client_ip
from wainwright.web.formats import money
from wainwright.web.hub import words
from wainwright.web.hub.faces import HubRequest, hub_page, leave_for, see_other, show
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.security import lead_to_gateways
from wainwright.web.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@hub_page
def payment(request: HubRequest, public_id: str) -> HttpResponse:
    """What is owed and what can be done about it. Posting it leads to the gateway's page."""
    found = subscription_or_404(request, public_id)
    if not owes(found):
        toast(request, _("Nothing is owed for %(name)s.") % {"name": found.name}, kind="info")
        return see_other("hub:subscription", public_id)
    if request.method == "POST":
        address = start_paying(
            found,
            by=request.actor,
            return_url=request.build_absolute_uri(reverse("hub:paid", args=[public_id])),
            cancel_url=request.build_absolute_uri(reverse("hub:payment", args=[public_id])),
            ip=client_ip(request),
        )
        return lead_to_gateways(leave_for(address))
    return lead_to_gateways(show(request, "hub/payment.html", _owed(found)))


@require_safe
@hub_page
def returned(request: HubRequest, public_id: str) -> HttpResponse:
    """Back from the gateway, which is asked what became of it. Loading it again changes nothing."""
    found = subscription_or_404(request, public_id)
    attempt = finish_paying(found)
    if attempt is None or attempt.state == Payment.ACTION:
        toast(request, _("Nothing was paid yet. Everything is as it was."), kind="warn")
        return see_other("hub:payment", public_id)
    if attempt.state == Payment.SUCCEEDED:
        told = _("Thank you, %(sum)s is paid. A letter confirms it.")
        toast(request, told % {"sum": money(attempt.money)})
    elif attempt.state in Payment.IN_FLIGHT:
        toast(request, _("The bank is still checking the payment."), kind="info")
    else:
        toast(request, _("The payment did not go through. Nothing was charged."), kind="warn")
    return see_other("hub:subscription", public_id)


def owes(subscription: Subscription) -> bool:
    return subscription.state == states.PAST_DUE and subscription.open_bill_id is not None


def _owed(subscription: Subscription) -> dict[str, object]:
    bill = subscription.open_bill
    assert bill is not None
    late, agreed = overview.overdue([subscription])[0], arrears.due_of([bill]).get(bill.pk)
    return {
        "subscription": subscription,
        "late": late,
        "charge": words.owed(bill, lines_of(bill)),
        "instalments": arrears.instalments_of(bill),
        "to_pay": agreed.now if agreed else bill.total,
        "may_choose": not late.confirm_by and arrears.limits(subscription).last is not None,
        "gives_up_at": dunning.gives_up_at(subscription),
        "pauses": RuleBook.read().of(subscription.product_id).then == Rules.PAUSE,
        "may_replace": rules.may_replace_method(subscription),
        "may_cancel": rules.may_cancel(subscription),
    }
