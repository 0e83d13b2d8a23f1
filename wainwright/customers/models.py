"""A business's buyers."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property

from wainwright.core.tenancy import OfBusinessMode
from wainwright.core.text import address_lines


class Customer(OfBusinessMode):
    """A buyer of one business; the same address at two businesses is two customers."""

    public_id = models.CharField(max_length=40, unique=True)
    email = models.CharField(max_length=254)
    email_key = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tax_id = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, default="en")
    zone = models.CharField(max_length=64, blank=True)
    gateway_refs = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "mode", "email_key"], name="one_customer_per_email"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "business", "mode", "created_at"], name="customer_newest"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def address_lines(self) -> list[str]:
        return address_lines(self)
