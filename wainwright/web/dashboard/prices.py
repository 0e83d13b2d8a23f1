"""The ways to pay for a product."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.catalog import prices as catalogue
from wainwright.catalog.models import Price, Product
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page
from wainwright.web.dashboard.product_forms import PriceForm, initial_of, kinds
from wainwright.web.toasts import toast

ROOM = "products"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest, product_id: str) -> HttpResponse:
    """One more price."""
    product = get_object_or_404(request.reach.whole.products(), public_id=product_id)
    form = PriceForm(
        request.POST or None,
        initial={"kind": Price.ONE_TIME, "tax_behaviour": Price.INCLUSIVE, "trial_days": 0},
        currency=product.currency,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = catalogue.add_price(product, by=request.actor, **form.terms)
            return _done(request, product, made)
    return page(
        request, "price_form.html", {"form": form, "product": product, "kinds": kinds()}, room=ROOM
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def replace(request: StaffRequest, price_id: str) -> HttpResponse:
    """What was agreed stays as it is: the price is archived and another takes its place."""
    price = _reached(request, price_id)
    form = PriceForm(
        request.POST or None, initial=initial_of(price), currency=price.product.currency
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form), transaction.atomic():
            catalogue.archive_price(price, by=request.actor)
            made = catalogue.add_price(price.product, by=request.actor, **form.terms)
            return _done(request, price.product, made)
    context = {
        "form": form,
        "product": price.product,
        "kinds": kinds(),
        "replaced": words.price_sentence(price),
    }
    return page(request, "price_form.html", context, room=ROOM)


@require_POST
@staff_page
def archive(request: StaffRequest, price_id: str) -> HttpResponse:
    """Off the checkout page."""
    price = _reached(request, price_id)
    catalogue.archive_price(price, by=request.actor)
    toast(
        request,
        _("“%(price)s” is not offered any more; what was bought with it goes on as agreed.")
        % {"price": words.price_sentence(price)},
    )
    return see_other("product", product_id=price.product.public_id)


@require_POST
@staff_page
def prefer(request: StaffRequest, price_id: str) -> HttpResponse:
    """Chosen beforehand on the checkout page."""
    price = _reached(request, price_id)
    catalogue.prefer_price(price, by=request.actor)
    toast(
        request,
        _("“%(price)s” is now chosen beforehand.") % {"price": words.price_sentence(price)},
    )
    return see_other("product", product_id=price.product.public_id)


def _reached(request: StaffRequest, price_id: str) -> Price:
    rows = request.reach.whole.prices().filter(archived_at=None)
    return get_object_or_404(rows, public_id=price_id)


def _done(request: StaffRequest, product: Product, made: Price) -> HttpResponse:
    toast(request, _("“%(price)s” is offered now.") % {"price": words.price_sentence(made)})
    return see_other("product", product_id=product.public_id)
