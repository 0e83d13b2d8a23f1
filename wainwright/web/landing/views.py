"""What stands at the root: whose pages these are, and where they lead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from wainwright.accounts import directory
from wainwright.accounts.links import link_for, path_for
from wainwright.accounts.models import Business
from wainwright.catalog.queries import offered, prices_of_all
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.payments.gateways.test.cards import CARDS
from wainwright.web.checkout.offer import Offer, offers_of
from wainwright.web.landing.ways import Ways


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The business of this address with what it sells; in the demo, all the ways in as well."""
    business: Business | None = request.business  # type: ignore[attr-defined]
    if business is None:
        return render(request, "landing/empty.html")
    context = {"offers": _on_sale(business)}
    if settings.DEMO:
        context |= _demo(business)
    return render(request, "landing/business.html", context)


def _on_sale(business: Business) -> list[Offer]:
    """Each product with its first price; test products are shown in the demo only."""
    mode = TEST if settings.DEMO else LIVE
    with scope(business.account_id, mode), timezone.override(business.zone):
        first: dict[int, Offer] = {}
        wares = offered(business.pk, mode)
        for price in prices_of_all(wares):
            price.product.business = business
            first.setdefault(price.product_id, offers_of(price.product, [price])[0])
        return [first[ware.pk] for ware in wares if ware.pk in first]


def _demo(business: Business) -> dict[str, Any]:
    ways = Ways.read(settings.DATA)
    if ways is None or not business.is_own:
        return {}
    others = {other.slug: other for other in directory.businesses()}
    return {
        "ways": ways,
        "others": [(other, path_for(other, "landing")) for other in others.values()],
        "doors": [
            (regular, others[regular.slug], link_for(others[regular.slug], "hub:door"))
            for regular in ways.regulars
            if regular.slug in others
        ],
        "cards": CARDS,
        "mailbox": reverse("mailbox:mailbox"),
    }
