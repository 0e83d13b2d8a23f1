"""Giving a subscription another card, on the gateway's own page."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wainwright.billing.methods import finish_replacing, start_replacing
from wainwright.core.errors import Conflict
from wainwright.hub import queries, rules
from wainwright.payments.models import Payment
from wainwright.web.addresses import client_ip
from wainwright.web.hub.faces import HubRequest, hub_page, leave_for, see_other
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.security import lead_to_gateways
from wainwright.web.toasts import toast

PLACE = "PAYMENT"  # no id looks like this


@require_POST
@hub_page
def replace(request: HubRequest, public_id: str) -> HttpResponse:
    """To the gateway's page, which asks for the new card."""
    found = subscription_or_404(request, public_id)
    if not rules.may_replace_method(found):
        raise Conflict(_("Nothing more will be charged for this, so it needs no other card."))
    # Back to where this browser is signed in: its host was checked to be one of the business.
    back = request.build_absolute_uri(reverse("hub:method_returned", args=[public_id, PLACE]))
    address = start_replacing(
        found,
        by=request.actor,
        return_url=back.replace(PLACE, "{payment}"),
        cancel_url=request.build_absolute_uri(reverse("hub:subscription", args=[public_id])),
        ip=client_ip(request),
    )
    return lead_to_gateways(leave_for(address))


@require_safe
@hub_page
def returned(request: HubRequest, public_id: str, payment: str) -> HttpResponse:
    """Back from the gateway, which is asked what became of it. Loading it again changes nothing."""
    found = subscription_or_404(request, public_id)
    attempt = queries.replacement_of(found, payment)
    if attempt is None:
        raise Http404
    attempt = finish_replacing(attempt, request.GET.dict())
    if attempt.state == Payment.SUCCEEDED:
        method = subscription_or_404(request, public_id).method
        toast(
            request,
            _("Saved. %(method)s pays %(name)s from now on; a letter confirms it.")
            % {"method": method.label if method else "", "name": found.name},
        )
    elif attempt.state == Payment.PENDING:
        toast(request, _("The bank is still checking the new card."), kind="info")
    else:
        toast(request, _("No new card was saved. Everything is as it was."), kind="warn")
    return see_other("hub:subscription", public_id)
