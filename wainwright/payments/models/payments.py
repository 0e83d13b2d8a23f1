"""Every attempt to move money to the seller."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode
from wainwright.payments.models.bills import Bill
from wainwright.payments.models.connections import Connection, Method


class Payment(OfBusinessMode):
    """One attempt to move money. Its public id is the idempotency key the gateway sees."""

    STARTED, ACTION, PENDING, UNKNOWN = "started", "action_required", "pending", "unknown"
    SUCCEEDED, DECLINED, ABANDONED = "succeeded", "declined", "abandoned"
    STATES = [
        (STARTED, _("started")),
        (ACTION, _("waits for the customer")),
        (PENDING, _("pending")),
        (UNKNOWN, _("being checked")),
        (SUCCEEDED, _("paid")),
        (DECLINED, _("declined")),
        (ABANDONED, _("abandoned")),
    ]
    IN_FLIGHT = (STARTED, ACTION, PENDING, UNKNOWN)
    CHECKOUT, RENEWAL, METHOD, CHANGE = "checkout", "renewal", "method", "change"
    UNATTENDED = (RENEWAL, CHANGE)  # charged without a buyer before the gateway's page
    PRESENT = "buyer_present"  # in `raw`: he asked for it just now, and can be led to that page

    public_id = models.CharField(max_length=45, unique=True)
    bill = models.ForeignKey(
        Bill, models.PROTECT, null=True, related_name="payments", db_index=False
    )
    connection = models.ForeignKey(
        Connection, models.PROTECT, null=True, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    method = models.ForeignKey(Method, models.PROTECT, null=True, related_name="+", db_index=False)
    purpose = models.CharField(max_length=8)
    intent = models.CharField(max_length=12)
    subject = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=15, choices=STATES, default=STARTED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    gateway_ref = models.CharField(max_length=200, blank=True)
    start_ref = models.CharField(max_length=200, blank=True)
    start_url = models.TextField(blank=True)
    decline = models.CharField(max_length=30, blank=True)
    fee = models.BigIntegerField(null=True)
    raw = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)  # when the gateway is asked about it next
    asks = models.PositiveSmallIntegerField(default=0)
    part = models.BooleanField(default=False)  # pays a part of its bill, which stays open
    stray = models.BooleanField(default=False)  # came for a closed bill and must go back
    returned_at = models.DateTimeField(null=True)  # when a stray one was sent back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bill"],
                condition=models.Q(state__in=["started", "action_required", "pending", "unknown"]),
                name="one_attempt_in_flight",
            ),
            models.UniqueConstraint(
                fields=["account", "bill"],
                condition=models.Q(state="succeeded", stray=False, part=False),
                name="one_success_per_bill",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, amount__lte=10**15), name="payment_amount_sane"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "bill"], name="payment_of_bill"),
            models.Index(fields=["account", "customer"], name="payment_of_customer"),
            models.Index(fields=["account", "mode", "start_ref"], name="payment_by_start"),
            models.Index(fields=["account", "mode", "gateway_ref"], name="payment_by_ref"),
            models.Index(
                fields=["account", "mode", "ask_at"],
                condition=models.Q(settled_at=None),
                name="payment_in_flight",
            ),
            models.Index(
                fields=["account", "mode"],
                condition=models.Q(stray=True, returned_at=None),
                name="payment_stray",
            ),
            models.Index(
                fields=["account", "customer", "settled_at"],
                condition=models.Q(state="declined"),
                name="payment_declined",
            ),
        ]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def can_be_confirmed(self) -> bool:
        """Whether somebody will come to the page on which a bank asks about a saved method: the
        buyer of a renewal by a letter, of anything else only if he is there."""
        return self.purpose == self.RENEWAL or bool(self.raw.get(self.PRESENT))

    @property
    def of_open_bill(self) -> bool:
        """A part that was paid of what is still owed."""
        return self.part and self.bill is not None and self.bill.state == Bill.OPEN
