"""What is sold and the ways to pay for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.dates import INTERVALS
from wainwright.core.money import Money
from wainwright.core.tenancy import LIVE, TEST, OfBusiness

INTERVAL_NAMES = {
    "daily": _("every day"),
    "weekly": _("every week"),
    "two_weekly": _("every two weeks"),
    "monthly": _("every month"),
    "quarterly": _("every three months"),
    "half_yearly": _("every six months"),
    "yearly": _("every year"),
}
assert INTERVAL_NAMES.keys() == INTERVALS.keys()


class Product(OfBusiness):
    """Something a business sells, in one currency, in test or live mode (a switch)."""

    DIGITAL, PHYSICAL = "digital", "physical"
    KINDS = [(DIGITAL, _("digital or service")), (PHYSICAL, _("physical"))]
    RECEIPTS = [("detailed", _("detailed")), ("basic", _("basic"))]

    public_id = models.CharField(max_length=40, unique=True)
    slug = models.CharField(max_length=60)
    mode = models.CharField(max_length=4, choices=[(TEST, _("test")), (LIVE, _("live"))])
    kind = models.CharField(max_length=8, choices=KINDS, default=DIGITAL)
    name = models.CharField(max_length=200)
    label = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    receipt = models.CharField(max_length=8, choices=RECEIPTS, default="detailed")
    access_url = models.URLField(blank=True)
    asks_address = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "slug"], name="one_product_per_slug"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Price(OfBusiness):
    """One way to pay for a product.

    `amount` is each regular payment. `first_amount`, where set, is today's payment instead; with
    `trial_days` it pays for the trial and the regular payments begin when the trial ends (0 makes
    the trial free). `payments_total` counts the regular payments; null is without end.
    """

    ONE_TIME, SUBSCRIPTION, LIMITED, SPLIT = "one_time", "subscription", "limited", "split"
    KINDS = [
        (ONE_TIME, _("one payment")),
        (SUBSCRIPTION, _("subscription, until cancelled")),
        (LIMITED, _("subscription, limited")),
        (SPLIT, _("split pay")),
    ]
    EXCLUSIVE, INCLUSIVE = "exclusive", "inclusive"
    TAX = [(INCLUSIVE, _("tax is included")), (EXCLUSIVE, _("tax is added"))]

    public_id = models.CharField(max_length=40, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="prices", db_index=False)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=KINDS)
    amount = models.BigIntegerField()
    first_amount = models.BigIntegerField(null=True)
    trial_days = models.PositiveIntegerField(default=0)
    interval = models.CharField(max_length=12, choices=list(INTERVAL_NAMES.items()), blank=True)
    payments_total = models.PositiveIntegerField(null=True)
    tax_behaviour = models.CharField(max_length=9, choices=TAX, default=INCLUSIVE)
    preferred = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, amount__lte=10**15), name="price_amount_sane"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="one_time", interval="", payments_total=None)
                | models.Q(kind="subscription", payments_total=None) & ~models.Q(interval="")
                | models.Q(kind="limited", payments_total__gte=1) & ~models.Q(interval="")
                | models.Q(kind="split", payments_total__range=(2, 6)) & ~models.Q(interval=""),
                name="price_kind_complete",
            ),
        ]
        indexes = [models.Index(fields=["account", "product", "position"], name="price_of_product")]

    @property
    def recurs(self) -> bool:
        return self.kind != self.ONE_TIME

    @property
    def currency(self) -> str:
        return self.product.currency

    @property
    def regular(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def first(self) -> Money | None:
        return None if self.first_amount is None else Money(self.first_amount, self.currency)
