"""Reads of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from wainwright.accounts.models import Business
from wainwright.catalog.models import Price, Product
from wainwright.core.prepared import Slot, prepared


@prepared
def _on_sale(business: Slot, slug: Slot) -> QuerySet[Product]:
    return Product.objects.filter(business=business, slug=slug, archived_at=None)


@prepared
def _names(business: Slot, *, of_one: bool) -> QuerySet[Product, tuple[str, str]]:
    rows = Product.objects.filter(business=business) if of_one else Product.objects.all()
    return rows.order_by("name").values_list("public_id", "name")[:500]


def product_names(business_id: int | None) -> list[tuple[str, str]]:
    """(public id, name) of a business's products, or of the whole account's, by name."""
    return _names(business_id, of_one=business_id is not None)


@prepared
def _prices(product: Slot) -> QuerySet[Price]:
    rows: QuerySet[Price] = Price.objects.filter(product=product, archived_at=None)
    return rows.order_by("-preferred", "position", "pk")


def on_sale(business: Business, slug: str) -> Product | None:
    """The product at this address, unless it is archived; in whatever mode it is."""
    found = _on_sale.first(business.pk, slug)
    if found is not None:
        found.business = business
    return found


def prices_of(product: Product) -> list[Price]:
    """What is offered, the preferred first."""
    found = _prices(product.pk)
    for price in found:
        price.product = product
    return found


def prices_of_all(products: Iterable[Product]) -> QuerySet[Price]:
    """What is offered for any of them, in one query."""
    rows: QuerySet[Price] = Price.objects.filter(product__in=list(products), archived_at=None)
    return rows.select_related("product").order_by("-preferred", "position", "pk")


def archived_prices_of(product: Product) -> QuerySet[Price]:
    """What was offered once, newest first."""
    rows: QuerySet[Price] = Price.objects.filter(product=product, archived_at__isnull=False)
    return rows.select_related("product").order_by("-archived_at", "-pk")


def offered(business_id: int, mode: str) -> QuerySet[Product]:
    """What a business sells in this mode, in the order it was made."""
    rows: QuerySet[Product] = Product.objects.filter(
        business_id=business_id, mode=mode, archived_at=None
    )
    return rows.order_by("pk")
