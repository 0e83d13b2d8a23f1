"""What a seller decides about collecting, as data of the account."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.dates import add_days
from wainwright.core.tenancy import Tenant


def usual_retries() -> list[int]:
    """Days between one failed try and the next."""
    return [1, 3, 5]


class Rules(Tenant):
    """How an account collects; a row with a product replaces the account's for that product.

    What no row says is as the defaults here say.
    """

    CANCEL, PAUSE = "cancel", "pause"
    ASK, CHARGE, SKIP = "ask", "charge", "skip"
    NEVER, FULL, ANY = "never", "full", "any"
    ENDS = [(CANCEL, _("cancel it")), (PAUSE, _("pause it"))]
    MISSED = [(ASK, _("ask me")), (CHARGE, _("charge them")), (SKIP, _("leave them out"))]
    REVOKES = [
        (NEVER, _("never")),
        (FULL, _("when all that was paid for it goes back")),
        (ANY, _("when any of it goes back")),
    ]

    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, null=True, related_name="+", db_index=False
    )
    retry_after_days = models.JSONField(default=usual_retries)
    grace_days = models.PositiveSmallIntegerField(default=0)  # after the last try, before the end
    then = models.CharField(max_length=6, choices=ENDS, default=CANCEL)
    postpone_days = models.PositiveSmallIntegerField(default=7)  # from the bill's day; 0: never
    most_parts = models.PositiveSmallIntegerField(default=3)  # of what is overdue; 1: not in parts
    missed = models.CharField(max_length=6, choices=MISSED, default=ASK)
    charge_factor = models.PositiveSmallIntegerField(
        default=5
    )  # times the last charge; 0: no bound
    run_factor = models.PositiveSmallIntegerField(default=3)  # times the usual day; 0: no bound
    return_days = models.PositiveSmallIntegerField(default=30)  # in which an end may be taken back
    # When money goes back, by a refund or a chargeback.
    revoke = models.CharField(max_length=5, choices=REVOKES, default=FULL)  # access to it ends
    end_then = models.BooleanField(default=False)  # and the subscription with it
    # What buyers may do alone; none of it unless the seller says so.
    pause_periods = models.PositiveSmallIntegerField(default=0)  # the most at a time; 0: no pauses
    pauses_a_year = models.PositiveSmallIntegerField(default=1)
    change_price = models.BooleanField(default=False)
    change_quantity = models.BooleanField(default=False)
    change_day = models.BooleanField(default=False)
    changes_a_year = models.PositiveSmallIntegerField(default=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "product"], name="one_rule_per_product"),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(product=None),
                name="one_rule_of_the_account",
            ),
        ]

    def retry_at(self, failures: int, now: datetime, zone: str) -> datetime | None:
        """When to try again after so many failed tries; None after the last."""
        if failures > len(self.retry_after_days):
            return None
        return add_days(now, self.retry_after_days[failures - 1], zone)
