"""The stretches of time that subscriptions cover, and those they leave out."""

from __future__ import annotations

from django.db import models

from wainwright.billing.models.subscription import Subscription
from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode


class Period(OfBusinessMode):
    """A stretch of time a subscription covers; at most one live line of a bill charges it.

    A CHANGE is the time of another plan, from a change on; it cuts the period before short. Its
    number counts the changes.
    """

    TRIAL, REGULAR, CHANGE = "trial", "regular", "change"

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="periods", db_index=False
    )
    kind = models.CharField(max_length=7)
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    bill = models.ForeignKey("payments.Bill", models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)  # of the bill's line that charges it
    void = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subscription", "kind", "number"],
                condition=models.Q(void=False),
                name="one_bill_per_period",
            ),
            models.UniqueConstraint(
                fields=["account", "bill", "position"], name="one_period_per_line"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="period_runs_forward"
            ),
        ]
        indexes = [models.Index(fields=["account", "subscription"], name="period_of_subscription")]


class Pause(OfBusinessMode):
    """A pause, with who and when; open while `ended_at` is null.

    `periods` is how many it was to leave out, null where it has another end or none.
    """

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="pauses", db_index=False
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    periods = models.PositiveSmallIntegerField(null=True)
    by = models.CharField(max_length=254)
    source = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subscription"],
                condition=models.Q(ended_at=None),
                name="one_open_pause",
            )
        ]


class Instalment(OfBusinessMode):
    """A part of an overdue bill that its customer chose to pay on a day; `number` is from 1.

    The instalments of a bill make up what was owed of it when it was agreed.
    """

    bill = models.ForeignKey("payments.Bill", models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bill", "number"], name="one_instalment_per_number"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="instalment_is_positive"),
        ]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Ending(OfBusinessMode):
    """An end that was taken back later: who had asked for it, from where, why; who came back."""

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="endings", db_index=False
    )
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    by = models.CharField(max_length=254)
    source = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, blank=True)
    back_at = models.DateTimeField()
    back_by = models.CharField(max_length=254)

    class Meta:
        indexes = [models.Index(fields=["account", "subscription"], name="ending_of_subscription")]
