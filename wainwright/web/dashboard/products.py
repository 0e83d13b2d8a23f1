"""What a business sells."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.accounts.links import link_for
from wainwright.catalog import products as catalogue
from wainwright.catalog.models import Product
from wainwright.catalog.queries import archived_prices_of, prices_of, prices_of_all
from wainwright.core import clock
from wainwright.core.tenancy import LIVE, TEST
from wainwright.payments.connections import connection_for
from wainwright.reports.products import sold
from wainwright.tax.rates import percent_for, set_rate
from wainwright.web.dashboard import listing, staff, words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page
from wainwright.web.dashboard.product_forms import ProductForm
from wainwright.web.tables import Column
from wainwright.web.toasts import toast

ROOM = "products"


@require_safe
@staff_page
def products(request: StaffRequest) -> HttpResponse:
    """On sale or archived, by name."""
    archived = request.GET.get("view") == "archived"
    searched = listing.words(request.GET)
    rows = request.reach.products().filter(archived_at__isnull=not archived)
    if searched:
        rows = rows.filter(name__icontains=searched)
    kept = {"view": "archived" if archived else "", "q": searched}
    found = listing.paged(rows.order_by("name", "pk"), request.GET, kept)
    columns: list[str | Column] = [
        _("Name"),
        _("Prices"),
        _("Mode"),
        Column(_("Sales"), number=True),
    ]
    if request.reach.business is None:
        columns.insert(1, _("Business"))
    return page(
        request,
        "products.html",
        {
            "found": found,
            "columns": columns,
            "shows_business": request.reach.business is None,
            "sold": sold(found.rows),
            "prices": prices_by_product(found.rows),
            "business_of": request.reach.business_of,
            "archived": archived,
            "searched": searched,
        },
        room=ROOM,
    )


def prices_by_product(rows: list[Product]) -> dict[int, list[str]]:
    """What each product's prices say, in one query."""
    said: dict[int, list[str]] = {}
    for price in prices_of_all(rows):
        said.setdefault(price.product_id, []).append(words.price_sentence(price))
    return said


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """A product of the business looked at, in the mode looked at."""
    reach = request.reach
    choice = [reach.business] if reach.business else reach.businesses
    form = ProductForm(request.POST or None, businesses=choice, is_new=True)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data.get("business")
        business = reach.business_called(chosen) if chosen else reach.main
        with refusals_in(form):
            made = catalogue.create_product(
                business=business,
                by=request.actor,
                currency=form.cleaned_data["currency"],
                mode=request.mode,
                **form.words,
            )
            _keep_rate(request, made, form)
            toast(request, _("%(name)s is made. Now set its first price.") % {"name": made.name})
            return see_other("price_new", product_id=made.public_id)
    return page(request, "product_new.html", {"form": form}, room=ROOM)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def product(request: StaffRequest, product_id: str) -> HttpResponse:
    """Its prices, its checkout address, and everything that can be changed."""
    found = _reached(request, product_id)
    percent = percent_for(found.pk, found.business.country, clock.today(found.business.zone))
    known = {
        name: getattr(found, name)
        for name in ProductForm.base_fields
        if name not in ("business", "currency", "tax_percent")
    }
    form = ProductForm(
        request.POST or None,
        initial=known | {"tax_percent": words.percent(percent)},
        businesses=[],
        is_new=False,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            catalogue.change_product(found, by=request.actor, **form.words)
            if form.cleaned_data["tax_percent"] != percent:
                _keep_rate(request, found, form)
            toast(request, _("%(name)s is changed.") % {"name": found.name})
            return see_other("product", product_id=found.public_id)
        found.refresh_from_db()
    return page(request, "product.html", _product_context(request, found, form), room=ROOM)


def _product_context(request: StaffRequest, found: Product, form: ProductForm) -> dict[str, object]:
    prices = prices_of(found)
    connected = connection_for(found.business_id, found.currency) is not None
    return {
        "product": found,
        "form": form,
        "prices": [(price, words.price_sentence(price)) for price in prices],
        "archived_prices": [
            (price, words.price_sentence(price)) for price in archived_prices_of(found)
        ],
        "checkout_url": link_for(found.business, "checkout:product", slug=found.slug),
        "other_mode": TEST if found.mode == LIVE else LIVE,
        "lacks_gateway": found.mode == request.mode and not connected,
        "sales": sold([found]).get(found.pk, 0),
    }


@require_POST
@staff_page
def switch(request: StaffRequest, product_id: str) -> HttpResponse:
    """Between test and live. Selling for real money asks for a second factor, as live mode does."""
    found = _reached(request, product_id)
    wanted = request.POST.get("mode", "")
    if wanted == LIVE and not staff.may_enter_live_mode(request.user):
        toast(request, _("A product goes live once you have a second factor."), kind="info")
        return redirect("dashboard:you")
    catalogue.switch_mode(found, wanted, by=request.actor)
    said = (
        _("%(name)s is live: buyers pay real money.")
        if wanted == LIVE
        else _("%(name)s is in test mode: no money moves.")
    )
    toast(request, said % {"name": found.name})
    return see_other("product", product_id=found.public_id)


@require_POST
@staff_page
def archive(request: StaffRequest, product_id: str) -> HttpResponse:
    """Off sale, or back on it."""
    found = _reached(request, product_id)
    here = reverse("dashboard:product_archive", args=[found.public_id])
    if found.archived_at:
        catalogue.restore_product(found, by=request.actor)
        toast(request, _("%(name)s is on sale again.") % {"name": found.name}, undo=here)
    else:
        catalogue.archive_product(found, by=request.actor)
        toast(
            request,
            _("%(name)s is not sold any more; subscriptions to it run on.") % {"name": found.name},
            undo=here,
        )
    return see_other("product", product_id=found.public_id)


def _reached(request: StaffRequest, product_id: str) -> Product:
    rows = request.reach.whole.products().select_related("business")
    return get_object_or_404(rows, public_id=product_id)


def _keep_rate(request: StaffRequest, found: Product, form: ProductForm) -> None:
    business = found.business
    set_rate(
        found,
        country=business.country,
        percent=form.cleaned_data["tax_percent"],
        applies_from=clock.today(business.zone),
        by=request.actor,
    )
