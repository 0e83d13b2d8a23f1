"""Letters to people: rendered, kept, sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.tenancy import OfBusinessMode, Tenant, TenantMode


class Letter(OfBusinessMode):
    """One e-mail. Unique per (cause, recipient, kind); its public id is its Message-ID.

    `cause` is the public id of the event or request that brought it. Secrets in its text are
    blanked before it is kept.
    """

    QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"
    STATES = [
        (QUEUED, _("waiting")),
        (SENDING, _("being sent")),
        (SENT, _("sent")),
        (FAILED, _("not sent")),
    ]

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40)
    cause = models.CharField(max_length=60)
    recipient = models.CharField(max_length=254)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    attachments = models.JSONField(default=list)
    state = models.CharField(max_length=7, choices=STATES, default=QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "cause", "recipient", "kind"], name="one_letter_per_cause"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "due_at"],
                condition=models.Q(sent_at=None),
                name="letter_waiting",
            ),
            models.Index(fields=["account", "customer", "-created_at"], name="letter_of_customer"),
        ]


class NoticeRules(Tenant):
    """What the seller adds to the notices that are always sent; a row with a product replaces the
    account's for that product.

    `upcoming_days` are days before a charge, `overdue_days` after a bill fell due, at most three
    each. `wording` holds for a kind of notice its own {"subject", "text"} with placeholders.
    """

    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, null=True, related_name="+", db_index=False
    )
    upcoming_days = models.JSONField(default=list)
    overdue_days = models.JSONField(default=list)
    wording = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "product"], name="one_notice_rule_per_product"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(product=None),
                name="one_notice_rule_of_the_account",
            ),
        ]


class NoticeMark(TenantMode):
    """Until when every notice that fell due was written, in the business's time."""

    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "mode"], name="one_notice_mark_per_mode")
        ]
