"""The hub's first page, in the order of what a customer asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.money import Money
from wainwright.hub import overview, sessions
from wainwright.hub.message import message_for
from wainwright.hub.purchases import Wanted, purchases_of
from wainwright.web.hub import words
from wainwright.web.hub.faces import HubRequest, hub_page, show
from wainwright.web.hub.forms import wanted
from wainwright.web.routes import url
from wainwright.web.security import lead_to_gateways


@dataclass(frozen=True, slots=True)
class Row:
    """A subscription in a list; `regular` is what it will be charged each `interval`."""

    name: str
    href: str
    badge: str
    state: str
    regular: Money | None
    interval: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: list[Row]


@require_safe
@hub_page
def home(request: HubRequest) -> HttpResponse:
    view = overview.overview(request.customer, clock.today(request.business.zone))
    looked_for = wanted(request.GET)
    purchases = purchases_of(request.customer, looked_for, request.GET.get("page", 1))
    context = {
        "message": message_for(request.business, request.customer),
        "view": view,
        "next": words.charge(view.next) if view.next else None,
        "active": by_kind(view.active, view.sums),
        "ended": by_kind(view.ended, {}),
        "purchases": purchases,
        "wanted": looked_for,
        "years": [("", _("All years")), *((year, year) for year in purchases.years)],
        "kinds": [("", _("All kinds")), *((kind, words.kind(kind)) for kind in purchases.kinds)],
        "newer": page_link(looked_for, purchases.newer),
        "older": page_link(looked_for, purchases.older),
        "cards": [words.card(card) for card in view.cards],
        "browsers": sessions.open_now(request.customer),
    }
    return lead_to_gateways(show(request, "hub/home.html", context))


def by_kind(subscriptions: list[Subscription], sums: Mapping[int, Money]) -> list[Group]:
    """Subscriptions without end first, then those with one, then what is paid in parts.

    In each group those of one state stand together, as in the table of states.
    """
    in_order = sorted(subscriptions, key=lambda each: list(states.MOVES).index(each.state))
    groups = [
        Group(words.kind(kind), [row(each, sums) for each in in_order if each.kind == kind])
        for kind in (Price.SUBSCRIPTION, Price.LIMITED, Price.SPLIT)
    ]
    return [group for group in groups if group.rows]


def row(subscription: Subscription, sums: Mapping[int, Money]) -> Row:
    regular = None if subscription.cancel_at else sums.get(subscription.pk)
    return Row(
        name=subscription.name,
        href=url("hub:subscription", subscription.public_id),
        badge=words.badge(subscription),
        state=words.state(subscription),
        regular=regular,
        interval=subscription.interval,
    )


def page_link(looked_for: Wanted, number: int | None) -> str:
    """The list's other page, looking for the same; nothing where there is none."""
    if number is None:
        return ""
    query = {"q": looked_for.search, "year": looked_for.year, "kind": looked_for.kind}
    kept = {name: value for name, value in query.items() if value}
    return f"?{urlencode(kept | {'page': number})}#purchases"
