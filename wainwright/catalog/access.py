"""Which products and prices a member may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.access import narrowed
from wainwright.accounts.models import Member
from wainwright.catalog.models import Price, Product


def products_for(member: Member) -> QuerySet[Product]:
    return narrowed(Product.objects.all(), member)


def prices_for(member: Member) -> QuerySet[Price]:
    return narrowed(Price.objects.select_related("product"), member)
