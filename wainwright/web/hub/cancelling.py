"""Leaving, and taking it back. Never more than two clicks, and never a word against it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.billing.cancellation import cancel_at_period_end, undo_cancellation
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.hub import overview, rules
from wainwright.web.formats import date
from wainwright.web.hub import words
from wainwright.web.hub.faces import HubRequest, hub_page, see_other, show
from wainwright.web.hub.subscriptions import subscription_or_404
from wainwright.web.toasts import toast

SOURCE = "hub"


@require_http_methods(["GET", "HEAD", "POST"])
@hub_page
def cancellation(request: HubRequest, public_id: str) -> HttpResponse:
    """What stops, and when. Posting it cancels; seen afterwards it is the confirmation."""
    found = subscription_or_404(request, public_id)
    if request.method == "POST" and rules.may_cancel(found):
        cancel_at_period_end(found, by=request.actor, source=SOURCE)
        return see_other("hub:cancellation", public_id)
    if found.ending or found.ended:
        return show(request, "hub/cancelled.html", _said(found))
    if not rules.may_cancel(found):
        return see_other("hub:subscription", public_id)
    coming = {"ends_at": ends_at(found), "next": overview.next_of([found])}
    return show(request, "hub/cancel.html", _said(found) | coming)


@require_POST
@hub_page
def undo(request: HubRequest, public_id: str) -> HttpResponse:
    found = subscription_or_404(request, public_id)
    found = undo_cancellation(found, by=request.actor, source=SOURCE)
    if found.next_due_at:
        toast(
            request,
            _("%(name)s goes on as before. It renews on %(date)s.")
            % {"name": found.name, "date": date(found.next_due_at)},
        )
    else:
        toast(request, _("%(name)s goes on as before.") % {"name": found.name})
    return see_other("hub:subscription", public_id)


def ends_at(subscription: Subscription) -> datetime | None:
    """When it would end if cancelled now; None is at once, where no paid time is left."""
    return subscription.current_end if subscription.current_end > clock.now() else None


def _said(subscription: Subscription) -> dict[str, object]:
    return {
        "subscription": subscription,
        "state": words.state(subscription),
        "may_undo": rules.may_undo(subscription),
        "back": reverse("hub:subscription", args=[subscription.public_id]),
    }
