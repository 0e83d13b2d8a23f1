"""Reads of many rates at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from django.db.models import QuerySet

from wainwright.core.prepared import Slots, prepared
from wainwright.tax.models import Rate

Row = tuple[int, str, date, Decimal]


@prepared
def _of_products(products: Slots) -> QuerySet[Rate, Row]:
    rows = Rate.objects.filter(product_id__in=products).order_by("applies_from")
    return rows.values_list("product_id", "country", "applies_from", "percent")


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of some products, oldest first, read in one query."""

    rows: tuple[Row, ...]

    @classmethod
    def of(cls, product_ids: Iterable[int]) -> Self:
        return cls(tuple(_of_products(product_ids)))

    def percent(self, product_id: int, country: str, on: date) -> Decimal:
        """The newest rate that applies on the day; 0 where none was ever set."""
        found = Decimal(0)
        for product, where, applies_from, percent in self.rows:
            if (product, where) == (product_id, country) and applies_from <= on:
                found = percent
        return found
