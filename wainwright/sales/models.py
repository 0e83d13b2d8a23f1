"""What was sold, by checkout, by renewal or brought in from before."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode


class Order(OfBusinessMode):
    """One purchase, with business and buyer as they were."""

    CHECKOUT, IMPORT = "checkout", "import"

    public_id = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    bill = models.ForeignKey(
        "payments.Bill", models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=8, default=CHECKOUT)
    order_ref = models.CharField(max_length=100, null=True)
    placed_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    consent = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "mode", "order_ref"], name="one_order_per_ref"
            ),
            models.UniqueConstraint(
                fields=["account", "bill"],
                condition=models.Q(bill__isnull=False),
                name="one_order_per_bill",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "customer", "-placed_at"], name="order_of_customer"),
            models.Index(fields=["account", "business", "mode", "-placed_at"], name="order_newest"),
        ]

    @property
    def total(self) -> Money:
        return Money(self.gross, self.currency)


class Line(OfBusinessMode):
    """One item of an order, frozen."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, null=True, related_name="+", db_index=False
    )
    price = models.ForeignKey(
        "catalog.Price", models.PROTECT, null=True, related_name="+", db_index=False
    )
    name = models.CharField(max_length=500)
    code = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=12, default="one_time")
    quantity = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "order", "position"], name="one_order_line_per_position"
            )
        ]
        indexes = [
            models.Index(fields=["account", "product"], name="line_of_product"),
        ]


class Entry(OfBusinessMode):
    """An append-only row of the ledger. Money in is positive, money back negative; cancel is 0.

    A chargeback that is reversed is booked back as a positive one. A fee is what the gateway keeps
    for a chargeback.
    """

    CHARGE, REBILL, REFUND = "charge", "rebill", "refund"
    CHARGEBACK, FEE, CANCEL = "chargeback", "fee", "cancel"
    SALES = (CHARGE, REBILL)
    KINDS = [
        (CHARGE, _("charge")),
        (REBILL, _("renewal")),
        (REFUND, _("refund")),
        (CHARGEBACK, _("chargeback")),
        (FEE, _("chargeback fee")),
        (CANCEL, _("cancellation")),
    ]

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    order = models.ForeignKey(Order, models.PROTECT, related_name="entries", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, null=True, related_name="+", db_index=False
    )
    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, null=True, related_name="+", db_index=False
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    dispute = models.ForeignKey(
        "payments.Dispute", models.PROTECT, null=True, related_name="+", db_index=False
    )
    item = models.CharField(max_length=500)
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    at = models.DateTimeField()
    imported = models.BooleanField(default=False)
    subject = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payment"],
                condition=models.Q(kind__in=["charge", "rebill"], payment__isnull=False),
                name="one_entry_per_payment",
            ),
            models.UniqueConstraint(
                fields=["account", "refund"],
                condition=models.Q(refund__isnull=False),
                name="one_entry_per_refund",
            ),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("net") + models.F("tax")),
                name="entry_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "business", "mode", "-at", "-id"], name="entry_newest"),
            models.Index(fields=["account", "mode", "-at", "-id"], name="entry_newest_of_all"),
            models.Index(fields=["account", "mode", "kind", "-at", "-id"], name="entry_of_kind"),
            models.Index(fields=["account", "customer", "-at"], name="entry_of_customer"),
            models.Index(fields=["account", "order"], name="entry_of_order"),
            models.Index(fields=["account", "payment", "mode", "kind"], name="entry_of_payment"),
        ]

    @property
    def total(self) -> Money:
        return Money(self.gross, self.currency)
