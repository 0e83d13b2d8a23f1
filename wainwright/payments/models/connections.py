"""Links to gateways, and the ways to pay that are saved there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.tenancy import OfBusinessMode


class Connection(OfBusinessMode):
    """A business's link to a gateway, with its secrets sealed."""

    public_id = models.CharField(max_length=40, unique=True)
    gateway = models.CharField(max_length=20)
    label = models.CharField(max_length=100, blank=True)
    secrets = models.TextField(default="")
    older_secret_until = models.DateTimeField(null=True)  # of webhooks, beside the newest
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # calls in a row that got no answer
    ask_after = models.DateTimeField(null=True)  # work that can wait makes no call before
    compare_at = models.DateTimeField(null=True)  # when its books are compared with ours next

    class Meta:
        indexes = [
            models.Index(fields=["account", "business", "mode", "gateway"], name="connection_of")
        ]


class Method(OfBusinessMode):
    """A saved way to pay: a token at a gateway, never card data."""

    public_id = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    gateway_ref = models.CharField(max_length=200)
    customer_ref = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, default="card")
    brand = models.CharField(max_length=30, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    network_ref = models.CharField(max_length=200, blank=True)
    consent = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "connection", "gateway_ref"], name="one_method_per_token"
            )
        ]
        indexes = [models.Index(fields=["account", "customer"], name="method_of_customer")]

    @property
    def looks(self) -> tuple[object, ...]:
        """By which its owner tells it from others: the same card, saved twice, is one to him."""
        return (self.kind, self.label, self.exp_year, self.exp_month)

    @property
    def card(self) -> tuple[object, ...]:
        """What is charged: a card that was saved twice at one gateway is one.

        What the gateway told no digits of is like no other: two of them may be two people's.
        """
        return (self.connection_id, *self.looks) if self.last4 else (self.public_id,)

    @property
    def label(self) -> str:
        """Such as "Visa 4242"."""
        return f"{self.brand.title()} {self.last4}".strip() or str(_("saved payment method"))
