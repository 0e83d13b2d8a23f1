"""The hosted checkout: one page, the gateway, and thanks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wainwright.accounts.models import Business
from wainwright.catalog.models import Product
from wainwright.catalog.queries import on_sale, prices_of
from wainwright.checkout import paying
from wainwright.checkout.models import Cart
from wainwright.core import clock, tenancy
from wainwright.core.errors import Refused
from wainwright.payments.queries import payment_of_checkout
from wainwright.sales.models import Line, Order
from wainwright.sales.queries import order_by_id
from wainwright.web import addresses, security, sentences
from wainwright.web.checkout.forms import BuyerForm
from wainwright.web.checkout.offer import Offer, offers_of

View = Callable[..., HttpResponse]
COOKIE = "__Host-cart-{product}"


@contextmanager
def for_sale(business: Business | None, slug: str) -> Iterator[Product]:
    """The product at this address, in the scope of its mode and the zone of its business."""
    if business is None:
        raise Http404
    with tenancy.scope(business.account_id, tenancy.LIVE):  # told once, for both modes
        product = on_sale(business, slug)
        if product is None:
            raise Http404
        with tenancy.scope(business.account_id, product.mode), timezone.override(business.zone):
            yield product


def product_page(view: View) -> View:
    """Gives the view the product named in the address."""

    @wraps(view)
    def page(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        with for_sale(request.business, slug) as found:  # type: ignore[attr-defined]
            return view(request, found, **kwargs)

    return page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@product_page
def product(request: HttpRequest, product: Product) -> HttpResponse:
    """The page to buy a product; posting it leads to the gateway."""
    offers = offers_of(product, prices_of(product))
    if not offers:
        return render(request, "checkout/closed.html", {"product": product})
    picked = _picked(request, offers)
    chosen = picked or offers[0]
    if request.method == "POST":
        form = BuyerForm(request.POST, product=product)
        if "update" in request.POST:
            form = BuyerForm(initial=request.POST.dict(), product=product)
        elif picked is None:
            form.add_error(None, _("The price you chose is offered no more. Please choose again."))
        elif form.is_valid():
            try:
                return _pay(request, product, chosen, form)
            except Refused as refusal:
                form.add_error(None, refusal.message)
        return _page(request, product, offers, chosen, form)
    kept = _kept_token(request, product)
    token = kept or secrets.token_urlsafe(24)
    earlier = paying.cart_by_token(product.business, kept) if kept else None
    if earlier is not None and earlier.state == Cart.PLACED:
        if "again" not in request.GET:
            return render(request, "checkout/bought.html", {"product": product, "cart": earlier})
        token, earlier = secrets.token_urlsafe(24), None
    form = BuyerForm(initial=_typed(request, earlier) | {"token": token}, product=product)
    response = _page(request, product, offers, chosen, form)
    _remember(response, product, token)
    return response


def _picked(request: HttpRequest, offers: list[Offer]) -> Offer | None:
    """The price picked on the page or by ?price=, if it is still offered."""
    wanted = request.POST.get("price") or request.GET.get("price")
    return next((offer for offer in offers if offer.price.public_id == wanted), None)


def _page(
    request: HttpRequest, product: Product, offers: list[Offer], chosen: Offer, form: BuyerForm
) -> HttpResponse:
    declined = request.GET.get("declined")
    context = {
        "product": product,
        "offers": offers,
        "chosen": chosen,
        "form": form,
        "mode": product.mode,
        "declined": sentences.why_declined(declined) if declined else "",
    }
    status = 400 if form.errors else 200
    response = render(request, "checkout/product.html", context, status=status)
    return security.lead_to_gateways(response)


def _pay(request: HttpRequest, product: Product, chosen: Offer, form: BuyerForm) -> HttpResponse:
    ip = addresses.client_ip(request)
    result = paying.pay(
        product=product,
        price=chosen.price,
        quantity=1,
        token=form.cleaned_data["token"],
        buyer=form.contact(),
        consent={
            "text": chosen.renewal,
            "button": chosen.button,
            "cadence": chosen.interval,
            "at": clock.wall().isoformat(),
            "ip": ip,
            "language": translation.get_language(),
        },
        language=translation.get_language() or "en",
        ip=ip,
    )
    response = security.lead_to_gateways(_onwards(request, product, result))
    _remember(response, product, form.cleaned_data["token"])
    return response


@never_cache
@require_GET
@product_page
def returned(request: HttpRequest, product: Product, payment_id: str) -> HttpResponse:
    """Back from the gateway. Loading it again changes nothing more."""
    payment = payment_of_checkout(product.business_id, payment_id)
    if payment is None:
        raise Http404
    return _onwards(request, product, paying.returned(payment, request.GET.dict()))


def _onwards(request: HttpRequest, product: Product, result: Any) -> HttpResponse:
    match result:
        case paying.Redirect(url):
            return _see_other(url)
        case paying.Placed(order):
            return _see_other(reverse("checkout:thanks", kwargs={"order_id": order.public_id}))
        case paying.Waiting():
            return render(
                request, "checkout/waiting.html", {"product": product, "mode": product.mode}
            )
        case paying.NotPaid(cart, decline):
            query = {"price": cart.price.public_id}
            if decline and decline != "abandoned":
                query["declined"] = decline
            path = reverse("checkout:product", kwargs={"slug": product.slug})
            return _see_other(f"{path}?{urlencode(query)}")
    raise AssertionError(f"a checkout cannot end in {result!r}")


@never_cache
@require_GET
def thanks(request: HttpRequest, order_id: str) -> HttpResponse:
    """The order stands. What it holds is told in the browser that bought it, and in no other."""
    business: Business | None = request.business  # type: ignore[attr-defined]
    if business is None:
        raise Http404
    for mode in (tenancy.LIVE, tenancy.TEST):
        with tenancy.scope(business.account_id, mode), timezone.override(business.zone):
            order = order_by_id(business.pk, order_id)
            if order is not None:
                lines = list(order.lines.select_related("product"))
                context = {
                    "order": order,
                    "lines": lines,
                    "mode": mode,
                    "access": [line.product for line in lines if line.product],
                    "bought_here": _bought_here(request, business, order, lines),
                }
                return render(request, "checkout/thanks.html", context)
    raise Http404


def _bought_here(request: HttpRequest, business: Business, order: Order, lines: list[Line]) -> bool:
    """Whether this browser still holds the cart that became the order."""
    tokens = [_kept_token(request, line.product) for line in lines if line.product]
    carts = [paying.cart_by_token(business, token) for token in tokens if token]
    return any(cart is not None and cart.order_id == order.pk for cart in carts)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _kept_token(request: HttpRequest, product: Product) -> str:
    """Of the browser's cart for this product, which two tabs share; empty where there is none."""
    kept = request.COOKIES.get(COOKIE.format(product=product.public_id), "")
    return kept if 20 <= len(kept) <= 64 else ""


def _remember(response: HttpResponse, product: Product, token: str) -> None:
    response.set_cookie(
        COOKIE.format(product=product.public_id),
        token,
        max_age=7 * 86400,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def _typed(request: HttpRequest, cart: Cart | None) -> dict[str, Any]:
    """What the buyer typed before going to the gateway, or what a link brings along."""
    if cart is not None:
        return dict(cart.buyer)
    return {name: request.GET[name][:254] for name in ("email", "name") if name in request.GET}
