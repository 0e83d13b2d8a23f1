"""A buyer on the way to an order."""

from __future__ import annotations

from typing import Self

from django.db import models

from wainwright.core import locks
from wainwright.core.tenancy import OfBusinessMode


class Cart(OfBusinessMode):
    """What a visitor chose and typed. `token` is the browser's: its replay finds the same cart."""

    OPEN, PLACED, ABANDONED = "open", "placed", "abandoned"

    public_id = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=64)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    price = models.ForeignKey("catalog.Price", models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField(default=1)
    buyer = models.JSONField(default=dict)
    consent = models.JSONField(default=dict)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=9, default=OPEN)
    bill = models.ForeignKey(
        "payments.Bill", models.PROTECT, null=True, related_name="+", db_index=False
    )
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, null=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "mode", "token"], name="one_cart_per_token"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "touched_at"],
                condition=models.Q(state="open"),
                name="cart_open",
            ),
            models.Index(fields=["account", "bill"], name="cart_of_bill"),
        ]

    @classmethod
    def locked(cls, pk: int) -> Self:
        """The row under its lock, and first the lock of all that hangs on it."""
        locks.hold(cls.objects.filter(pk=pk).values_list("public_id", flat=True))
        return super().locked(pk)
