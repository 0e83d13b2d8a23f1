"""Tax rates, until a tax engine decides by place: dated, per product and business country."""

from __future__ import annotations

from django.db import models

from wainwright.core.tenancy import OfBusiness


class Rate(OfBusiness):
    """The rate, in percent, a product's sales carry from a day on. No row means no tax."""

    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    country = models.CharField(max_length=2)
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    applies_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "product", "country", "applies_from"], name="one_rate_per_day"
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="rate_is_a_percentage"
            ),
        ]
