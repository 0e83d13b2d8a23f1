"""Payments that a buyer's bank took back.

From    may become
open    won (the money is the seller's again), lost
lost    won (a bank may still turn it round)
won     nothing
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode
from wainwright.payments.models.payments import Payment


class Dispute(OfBusinessMode):
    """A chargeback of a payment, or of a part of it, as the gateway told of it last."""

    OPEN, WON, LOST = "open", "won", "lost"
    STATES = [
        (OPEN, _("chargeback open")),
        (WON, _("chargeback reversed")),
        (LOST, _("chargeback lost")),
    ]
    MOVES: dict[str, tuple[str, ...]] = {OPEN: (WON, LOST), LOST: (WON,), WON: ()}
    TAKEN = (OPEN, LOST)  # the money is the buyer's

    public_id = models.CharField(max_length=40, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes", db_index=False)
    gateway_ref = models.CharField(max_length=200)
    state = models.CharField(max_length=4, choices=STATES, default=OPEN)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fee = models.BigIntegerField(default=0)  # what the gateway keeps for it, as it stands
    fee_currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=100, blank=True)  # in the gateway's word
    opened_at = models.DateTimeField()
    respond_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payment", "gateway_ref"], name="one_dispute_per_ref"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, fee__gte=0), name="dispute_is_positive"
            ),
        ]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def fee_money(self) -> Money:
        return Money(self.fee, self.fee_currency)
