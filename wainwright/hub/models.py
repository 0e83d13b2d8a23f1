"""Entering the hub, being in it, and what people declare at the public pages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.tenancy import OfBusiness, OfBusinessMode


class AccessRequest(OfBusiness):
    """Someone asked for a way in. The worker finds out whether there is a customer to let in.

    Link and code are kept as hashes only and live ten minutes of wall time.
    """

    ASKED, SELLER = "asked", "seller"

    public_id = models.CharField(max_length=40, unique=True)
    email = models.CharField(max_length=254)
    browser_hash = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=6, default=ASKED)
    language = models.CharField(max_length=8, default="en")
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    token_hash = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    minted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "business", "token_hash"], name="access_by_token"),
            models.Index(
                fields=["account", "business", "email", "asked_at"], name="access_by_mail"
            ),
        ]


class HubSession(OfBusinessMode):
    """One browser in one customer's hub. Idle 30 minutes, at most 24 hours of wall time."""

    token_hash = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    agent = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "customer"], name="session_of_customer")]


class Statement(OfBusiness):
    """A cancellation or withdrawal declared on a public page, exactly as it was declared."""

    CANCEL, WITHDRAW = "cancel", "withdraw"
    KINDS = [(CANCEL, _("cancellation")), (WITHDRAW, _("withdrawal"))]

    public_id = models.CharField(max_length=40, unique=True)
    form_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=KINDS)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    contract = models.CharField(max_length=500)
    extraordinary = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    wished_end = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=8)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=254, blank=True)
    handled_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "form_key"], name="one_statement_per_form"
            )
        ]
        indexes = [
            models.Index(fields=["account", "business", "-received_at"], name="statement_newest")
        ]
