"""Money back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode
from wainwright.payments.models.bills import BillLine
from wainwright.payments.models.payments import Payment


class Refund(OfBusinessMode):
    """Money back on one payment. Its public id is the idempotency key the gateway sees."""

    STARTED, PENDING, UNKNOWN = "started", "pending", "unknown"
    SUCCEEDED, DECLINED = "succeeded", "declined"
    STATES = [
        (STARTED, _("started")),
        (PENDING, _("pending")),
        (UNKNOWN, _("being checked")),
        (SUCCEEDED, _("refunded")),
        (DECLINED, _("refused by the bank")),
    ]

    public_id = models.CharField(max_length=45, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", db_index=False)
    state = models.CharField(max_length=9, choices=STATES, default=STARTED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    note = models.TextField(blank=True)
    by = models.CharField(max_length=254)
    form_key = models.CharField(max_length=60)
    gateway_ref = models.CharField(max_length=200, blank=True)
    raw = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField()  # when the gateway is asked about it next
    asks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payment", "form_key"], name="one_refund_per_form"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_is_positive"),
        ]
        indexes = [
            models.Index(fields=["account", "payment"], name="refund_of_payment"),
            models.Index(fields=["account", "mode", "gateway_ref"], name="refund_by_ref"),
            models.Index(
                fields=["account", "mode", "ask_at"],
                condition=models.Q(settled_at=None),
                name="refund_in_flight",
            ),
        ]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class RefundLine(OfBusinessMode):
    """What a refund gives back of one line of the bill that was paid, in minor units.

    `pieces` 0: a sum of it, not so many pieces. Of what credit took off a bill, both are below
    zero, as they are on the bill.
    """

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey(BillLine, models.PROTECT, related_name="returns", db_index=False)
    pieces = models.PositiveIntegerField(default=0)
    gross = models.BigIntegerField()
    tax = models.BigIntegerField(null=True)  # once it has gone back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "refund", "line"], name="one_return_per_line"
            ),
            models.CheckConstraint(condition=~models.Q(gross=0), name="return_is_something"),
        ]
        indexes = [models.Index(fields=["account", "line"], name="return_of_line")]
