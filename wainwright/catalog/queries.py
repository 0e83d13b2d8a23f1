"""Reads of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from wainwright.catalog.models import Price, Product


def on_sale(business_id: int, slug: str) -> Product | None:
    """The product at this address, unless it is archived; in whatever mode it is."""
    rows = Product.objects.filter(business_id=business_id, slug=slug, archived_at=None)
    found: Product | None = rows.select_related("business").first()
    return found


def prices_of(product: Product) -> QuerySet[Price]:
    """What is offered, the preferred first."""
    rows: QuerySet[Price] = Price.objects.filter(product=product, archived_at=None)
    return rows.select_related("product").order_by("-preferred", "position", "pk")


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
