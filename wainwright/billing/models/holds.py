"""What billing does not do without the seller's word."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.billing.models.subscription import Subscription
from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode, TenantMode


class Hold(OfBusinessMode):
    """Something waits for the seller's decision, and why.

    MISSED: periods passed while nothing ran; `since` to `until` is what they cover. CHARGE: one
    charge is far above the last. RUN: a day's run is far above the usual one; no subscription.
    DISPUTE: the customer's bank took a payment of it back; the bank's word may come first.
    CREDIT: it was the last to run, and its customer has credit left. LOST: a charge that a restored
    database has lost may have been for it; `since` is when it was made.
    `amount` is what would be charged or given back, `usual` what it was compared with, in minor
    units.
    """

    MISSED, CHARGE, RUN = "missed", "charge", "run"
    DISPUTE, CREDIT, LOST = "dispute", "credit", "lost"
    KINDS = [
        (MISSED, _("missed while nothing ran")),
        (CHARGE, _("far above the last charge")),
        (RUN, _("far above the usual day")),
        (DISPUTE, _("a payment was charged back")),
        (CREDIT, _("credit is left over")),
        (LOST, _("may be paid already")),
    ]
    STOPS = (DISPUTE, LOST)  # nothing else the seller or the customer does collects meanwhile
    ALL, ONE, SKIP, GO_ON = "all", "one", "skip", "go_on"

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=7, choices=KINDS)
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, related_name="holds", db_index=False
    )
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True)
    usual = models.BigIntegerField(null=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=6, blank=True)
    by = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subscription", "kind"],
                condition=models.Q(decided_at=None),
                name="one_open_hold_per_kind",
            ),
            models.UniqueConstraint(
                fields=["account", "mode", "currency"],
                condition=models.Q(decided_at=None, kind="run"),
                name="one_open_hold_per_run",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "opened_at"],
                condition=models.Q(decided_at=None),
                name="hold_open",
            )
        ]

    def money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, self.currency)


class Run(TenantMode):
    """What the renewals of one day made in one currency, as far as they were begun."""

    day = models.DateField()
    currency = models.CharField(max_length=3)
    charges = models.PositiveIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    vouched = models.BooleanField(default=False)  # the seller said it is right

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "mode", "currency", "day"], name="one_run_per_day"
            )
        ]
