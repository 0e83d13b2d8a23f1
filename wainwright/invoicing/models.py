"""Issued documents: numbered, frozen, never edited."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wainwright.core.money import Money
from wainwright.core.tenancy import OfBusinessMode

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
KINDS = [(INVOICE, _("invoice")), (CREDIT_NOTE, _("credit note"))]


class Series(OfBusinessMode):
    """A run of gapless numbers. `year` is 0 for a run that does not turn with the year."""

    kind = models.CharField(max_length=11, choices=KINDS)
    year = models.PositiveSmallIntegerField(default=0)
    prefix = models.CharField(max_length=20, blank=True)
    next_number = models.BigIntegerField(default=1)
    first_number = models.BigIntegerField(default=1)
    last_issued_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "mode", "kind", "year"], name="one_series"
            )
        ]


class Gap(OfBusinessMode):
    """Numbers left out on purpose when a start was raised: those between `after` and `before`."""

    series = models.ForeignKey(Series, models.PROTECT, related_name="gaps", db_index=False)
    after = models.BigIntegerField()
    before = models.BigIntegerField()


class SeriesSettings(OfBusinessMode):
    """How the numbers of one kind look from the next document on."""

    kind = models.CharField(max_length=11, choices=KINDS)
    prefix = models.CharField(max_length=20, blank=True)
    yearly = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business", "mode", "kind"], name="one_series_settings"
            )
        ]


class Document(OfBusinessMode):
    """An issued invoice or credit note. `content` is its canonical JSON, held by `content_hash`.

    `flagged` says why its drawing does not keep to the archive's standards; empty where it does.
    """

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=11, choices=KINDS)
    series = models.ForeignKey(Series, models.PROTECT, related_name="documents", db_index=False)
    number = models.BigIntegerField()
    number_text = models.CharField(max_length=60)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", db_index=False
    )
    order = models.ForeignKey("sales.Order", models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(
        "payments.Bill", models.PROTECT, null=True, related_name="+", db_index=False
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    preceding = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", db_index=False
    )
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    flagged = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "series", "number"], name="one_document_per_number"
            ),
            models.UniqueConstraint(
                fields=["account", "bill"],
                condition=models.Q(kind="invoice", bill__isnull=False),
                name="one_invoice_per_bill",
            ),
            models.UniqueConstraint(
                fields=["account", "refund"],
                condition=models.Q(refund__isnull=False),
                name="one_credit_note_per_refund",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "customer", "-issued_at"], name="document_of_customer"),
            models.Index(fields=["account", "order"], name="document_of_order"),
            models.Index(
                fields=["account", "business", "mode", "issued_on"], name="document_by_day"
            ),
        ]

    @property
    def total(self) -> Money:
        return Money(self.gross, self.currency)
