"""What is owed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode


class Bill(OfBusinessMode):
    """What is owed for a purchase or for periods. Unnumbered; payments and dunning hang on it."""

    PURCHASE, RENEWAL, CHANGE = "purchase", "renewal", "change"
    OPEN, PAID, VOID, WRITTEN_OFF = "open", "paid", "void", "written_off"
    STATES = [
        (OPEN, _("open")),
        (PAID, _("paid")),
        (VOID, _("void")),
        (WRITTEN_OFF, _("written off")),
    ]

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=11, choices=STATES, default=OPEN)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    order_id = models.BigIntegerField(null=True)  # of a renewal: the purchase it began with
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(gross=models.F("net") + models.F("tax"), gross__gte=0),
                name="bill_adds_up",
            )
        ]
        indexes = [
            models.Index(fields=["account", "customer", "due_at"], name="bill_of_customer"),
            models.Index(
                fields=["account", "mode", "due_at"],
                condition=models.Q(state="open"),
                name="bill_open",
            ),
        ]

    @property
    def total(self) -> Money:
        return Money(self.gross, self.currency)


class BillLine(OfBusinessMode):
    """One line of a bill, as it was when the bill was opened."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    price = models.ForeignKey("catalog.Price", models.PROTECT, related_name="+", db_index=False)
    description = models.CharField(max_length=500)
    quantity = models.PositiveIntegerField(default=1)
    unit = models.BigIntegerField()
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3, default=0)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "bill", "position"], name="one_line_per_position"
            ),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("net") + models.F("tax")),
                name="bill_line_adds_up",
            ),
        ]
