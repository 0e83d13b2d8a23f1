"""Other plans, and what customers have left of those they gave up."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.billing.models.subscription import Subscription
from wainwright.core.tenancy import OfBusinessMode


class Change(OfBusinessMode):
    """A change to another plan at once, in force when its bill is paid.

    `plan` is standing.Plan as data. The new plan's first time runs from `at` to `ends_at`, and its
    days are counted from `anchor`. `left` with `left_tax` is what the old plan leaves beyond the
    bill, which becomes a credit.
    """

    OPEN, DONE, DROPPED = "open", "done", "dropped"
    STATES = [(OPEN, _("open")), (DONE, _("done")), (DROPPED, _("dropped"))]

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="changes", db_index=False
    )
    bill = models.ForeignKey("payments.Bill", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=7, choices=STATES, default=OPEN)
    plan = models.JSONField()
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    anchor = models.DateTimeField()
    anchor_number = models.IntegerField()
    left = models.BigIntegerField()
    left_tax = models.BigIntegerField()
    regular = models.BigIntegerField()  # what each later payment will be, with its tax
    by = models.CharField(max_length=254)
    source = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subscription"],
                condition=models.Q(state="open"),
                name="one_open_change",
            ),
            models.UniqueConstraint(fields=["account", "bill"], name="one_change_per_bill"),
        ]


class Credit(OfBusinessMode):
    """What was paid for time that is not used; it lowers the customer's next bills.

    `gross` is what it was worth, `left` with `left_tax` what no bill has taken yet.
    `line` is the line that paid the time from `since` to `until`.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="credits", db_index=False
    )
    line = models.ForeignKey("payments.BillLine", models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    left = models.BigIntegerField()
    left_tax = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left__gte=0, left__lte=models.F("gross")),
                name="credit_is_never_overdrawn",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "customer"],
                condition=models.Q(left__gt=0),
                name="credit_left",
            ),
        ]


class CreditUse(OfBusinessMode):
    """What a bill took of a credit; given back when the bill comes to nothing."""

    credit = models.ForeignKey(Credit, models.PROTECT, related_name="uses", db_index=False)
    bill = models.ForeignKey("payments.Bill", models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    tax = models.BigIntegerField()
    void = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "credit", "bill"], name="one_use_per_bill"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="credit_is_used_not_given"
            ),
        ]
        indexes = [models.Index(fields=["account", "bill"], name="credit_use_of_bill")]


class CreditReturn(OfBusinessMode):
    """What went back of a credit with a refund; void where the gateway refused that."""

    credit = models.ForeignKey(Credit, models.PROTECT, related_name="returns", db_index=False)
    refund = models.ForeignKey("payments.Refund", models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    tax = models.BigIntegerField()
    void = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "refund"], name="one_credit_per_refund"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="credit_goes_back_not_forth"
            ),
        ]
        indexes = [models.Index(fields=["account", "credit"], name="credit_return_of_credit")]
