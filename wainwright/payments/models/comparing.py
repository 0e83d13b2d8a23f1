"""What gateways tell by themselves, and their books beside ours."""

from __future__ import annotations

from django.db import models

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode
from wainwright.payments.models.connections import Connection
from wainwright.payments.models.payments import Payment


class InboxItem(OfBusinessMode):
    """A message from a gateway, stored before it is worked on. Only a hint: we ask again."""

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    ref = models.CharField(max_length=200)
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "connection", "key"], name="one_item_per_key"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "received_at"],
                condition=models.Q(state="waiting"),
                name="inbox_waiting",
            )
        ]


class Reconciliation(OfBusinessMode):
    """One comparison of a gateway's books with ours, over what changed there since then."""

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    charges = models.PositiveIntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)  # payments and refunds whose answer was lost
    recovered = models.PositiveIntegerField(default=0)  # charges a restored database had lost
    differences = models.PositiveIntegerField(default=0)  # of them new

    class Meta:
        indexes = [
            models.Index(fields=["account", "connection", "until"], name="reconciliation_last")
        ]


class Difference(OfBusinessMode):
    """Where a gateway's books and ours tell different stories, until they agree again or a person
    says that it is settled. Sums are minor units; `ours` of the payment's currency."""

    OTHER_SUM, NOBODYS, MISSING, REFUNDED = "other_sum", "nobodys", "missing", "refunded"

    public_id = models.CharField(max_length=40, unique=True)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=9)
    ref = models.CharField(max_length=200)  # the gateway's, of the charge
    ours = models.BigIntegerField(null=True)
    theirs = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=254, blank=True)  # empty: the books agree again
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "connection", "kind", "ref"], name="one_difference_per_charge"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "found_at"],
                condition=models.Q(settled_at=None),
                name="difference_open",
            )
        ]

    @property
    def ours_as_money(self) -> Money | None:
        if self.ours is None or self.payment is None:
            return None
        return Money(self.ours, self.payment.currency)

    @property
    def theirs_as_money(self) -> Money | None:
        return None if self.theirs is None else Money(self.theirs, self.currency)
