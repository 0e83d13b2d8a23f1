"""Reads of the catalogue."""

from __future__ import annotations

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
