"""The page of one subscription."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from wainwright.billing import credit, reactivating, states
from wainwright.billing.models import Subscription
from wainwright.billing.revoking import revoked_since
from wainwright.hub import allowances, overview, queries, rules
from wainwright.hub.history import Moment, history_of
from wainwright.invoicing.models import Document
from wainwright.web.hub import words
from wainwright.web.hub.faces import HubRequest, hub_page, show
from wainwright.web.security import lead_to_gateways

MOMENTS_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline, ready to be shown."""

    at: datetime
    title: str
    detail: str
    icon: str
    kind: str
    document: Document | None


def subscription_or_404(request: HubRequest, public_id: str) -> Subscription:
    """Among the customer's own, or there is no such page."""
    found = queries.subscription_of(request.customer, public_id)
    if found is None:
        raise Http404
    return found


@require_safe
@hub_page
def subscription(request: HubRequest, public_id: str) -> HttpResponse:
    found = subscription_or_404(request, public_id)
    history = Paginator(history_of(found), MOMENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "subscription": found,
        "state": words.state(found),
        "revoked_since": revoked_since(found),
        "history": history,
        "moments": [_told(moment) for moment in history],
        "may_cancel": rules.may_cancel(found),
        "may_undo": rules.may_undo(found),
        "may_replace": rules.may_replace_method(found),
        "planned": words.planned(found),
        "may_change": bool(allowances.offered_prices(found)),
        "may_align": allowances.may_align(found),
        "may_pause": bool(allowances.most_periods(found)),
        "may_resume": allowances.may_resume(found),
        "may_return": allowances.may_return(found),
        "may_return_until": reactivating.reactivated_until(found),
        "is_split": rules.is_split(found) and not found.ended,
        **_money_of(found),
    }
    return lead_to_gateways(show(request, "hub/subscription.html", context))


def _money_of(found: Subscription) -> dict[str, Any]:
    """What it costs, what comes next and what is overdue."""
    late = None
    if found.state == states.PAST_DUE and found.open_bill is not None:
        late = overview.overdue([found])[0]
    coming = overview.next_of([found])
    return {
        "regular": overview.sums_of([found])[found.pk],
        "next": words.charge(coming) if coming else None,
        "credit": credit.balance(found.customer_id, found.currency),
        "late": late,
    }


def _told(moment: Moment) -> Told:
    return Told(moment.at, *words.moment(moment), moment.document)
