"""Arrangements with future payments."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from wainwright.billing import states
from wainwright.core import locks
from wainwright.core.dates import occurrence
from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode


class Subscription(OfBusinessMode):
    """Any arrangement with future payments, split pay included.

    Payment k (from 0) is due at `due(k)`, always counted from `anchor`, which is the due date of
    payment `anchor_number`. Without a trial, payment 0 is the purchase itself; after a trial the
    anchor is the trial's end.
    """

    public_id = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    order = models.ForeignKey("sales.Order", models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    price = models.ForeignKey("catalog.Price", models.PROTECT, related_name="+", db_index=False)
    method = models.ForeignKey(
        "payments.Method", models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=states.NAMES)
    version = models.PositiveIntegerField(default=0)

    name = models.CharField(max_length=400)
    kind = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    tax_behaviour = models.CharField(max_length=9)
    quantity = models.PositiveIntegerField(default=1)
    interval = models.CharField(max_length=12)
    zone = models.CharField(max_length=64)
    anchor = models.DateTimeField()
    anchor_number = models.IntegerField(default=0)  # below zero after periods were left out
    payments_made = models.PositiveIntegerField(default=0)
    payments_total = models.PositiveIntegerField(null=True)
    bill_day = models.PositiveSmallIntegerField(null=True)  # of the month, from its next bill on
    then = models.JSONField(null=True)  # standing.Plan as data, in force from the next period on
    then_waits = models.BooleanField(default=False)  # the seller asks more: not before its notice
    then_told_for = models.DateTimeField(null=True)  # the first charge the notice was in time for

    started_at = models.DateTimeField()
    trial_ends_at = models.DateTimeField(null=True)
    current_start = models.DateTimeField()
    current_end = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    open_bill = models.ForeignKey(
        "payments.Bill", models.PROTECT, null=True, related_name="+", db_index=False
    )
    failures = models.PositiveSmallIntegerField(default=0)
    catch_up_to = models.PositiveIntegerField(null=True)  # last missed payment the seller wants
    last_gross = models.BigIntegerField(null=True)  # of the last regular line; at first as agreed
    vouched_gross = models.BigIntegerField(null=True)  # up to here the seller gave his word

    resume_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    cancel_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_by = models.CharField(max_length=254, blank=True)
    cancel_source = models.CharField(max_length=12, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["cancelled", "completed"], next_due_at=None)
                | ~models.Q(state__in=["cancelled", "completed"]),
                name="ended_means_nothing_due",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "customer", "started_at"], name="sub_of_customer"),
            models.Index(fields=["account", "mode", "started_at"], name="sub_by_age"),
            models.Index(fields=["account", "order"], name="sub_of_order"),
            models.Index(fields=["account", "business", "mode", "state"], name="sub_by_state"),
            models.Index(
                fields=["account", "open_bill"],
                condition=models.Q(open_bill__isnull=False),
                name="sub_of_open_bill",
            ),
            models.Index(  # in the very order in which it is asked: many are due at one moment
                fields=["account", "mode", "next_due_at", "id"],
                condition=models.Q(next_due_at__isnull=False),
                name="sub_due",
            ),
            models.Index(
                fields=["account", "mode", "next_due_at"],
                condition=models.Q(then_waits=True, then_told_for=None),
                name="sub_price_untold",
            ),
            models.Index(
                fields=["account", "mode", "cancel_at"],
                condition=models.Q(cancel_at__isnull=False, ended_at=None),
                name="sub_cancel_due",
            ),
            models.Index(
                fields=["account", "mode", "resume_at"],
                condition=models.Q(resume_at__isnull=False),
                name="sub_resume_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def locked(cls, pk: int) -> Self:
        """The row under its lock, and first the lock of all that its customer owes.

        Subscriptions share bills, so what concerns one waits for what concerns the others.
        """
        locks.hold(cls.objects.filter(pk=pk).values_list("customer__public_id", flat=True))
        return super().locked(pk)

    def due(self, number: int) -> datetime:
        """When payment `number` (from 0) falls due, in UTC."""
        return occurrence(self.anchor, self.interval, number - self.anchor_number, self.zone)

    @property
    def money(self) -> Money:
        """Each regular payment as the price states it (see tax_behaviour), for the quantity."""
        return Money(self.amount * self.quantity, self.currency)

    @property
    def ended(self) -> bool:
        return self.state in states.ENDED

    @property
    def ending(self) -> bool:
        """Cancelled, but paid for until `cancel_at`."""
        return self.cancel_at is not None and not self.ended

    @property
    def can_cancel(self) -> bool:
        return not self.ended and self.cancel_at is None

    @property
    def can_undo_cancel(self) -> bool:
        """Not where the last part of a period, up to the day it ends, is billed already."""
        return self.ending and self.current_end in (
            self.due(self.payments_made),
            self.trial_ends_at,
        )

    @property
    def can_pause(self) -> bool:
        return self.state in states.BILLABLE and self.cancel_at is None

    @property
    def can_resume(self) -> bool:
        return self.state == states.PAUSED

    @property
    def can_change_method(self) -> bool:
        return not self.ended

    @property
    def payments_left(self) -> int | None:
        return None if self.payments_total is None else self.payments_total - self.payments_made
