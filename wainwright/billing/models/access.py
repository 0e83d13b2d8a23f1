"""Access that was taken back."""

from __future__ import annotations

from django.db import models

from wainwright.billing.models.subscription import Subscription
from wainwright.core.tenancy import OfBusinessMode


class Revocation(OfBusinessMode):
    """Access to something bought that ended because its money went back.

    It holds until it is restored or, of a subscription, `until` the paid time it was for is over:
    the next period that is paid for gives access anew.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    order = models.ForeignKey("sales.Order", models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, related_name="+", db_index=False
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    dispute = models.ForeignKey(
        "payments.Dispute", models.PROTECT, null=True, related_name="+", db_index=False
    )
    item = models.CharField(max_length=500)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "order", "product"],
                condition=models.Q(subscription=None, restored_at=None),
                name="one_revocation_per_purchase",
            )
        ]
        indexes = [models.Index(fields=["account", "order"], name="revocation_of_order")]
