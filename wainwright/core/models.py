"""What every area leans on: the trail, the facts announced, the test clock, counters."""

from __future__ import annotations

from django.db import models

from wainwright.core.tenancy import Tenant, TenantMode


class TestClock(Tenant):
    """How far the account's test mode stands from wall time, in seconds."""

    __test__ = False  # not a test case, whatever its name says

    offset_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="one_clock_per_account")]


class AuditRow(TenantMode):
    """One thing that was done, by whom, to what. Appended only; sealed into a chain later."""

    at = models.DateTimeField()
    business_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=254)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    detail = models.JSONField(default=dict)
    position = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [
            models.Index(fields=["account", "subject"], name="audit_subject"),
            models.Index(
                fields=["account", "id"],
                condition=models.Q(position=None),
                name="audit_unsealed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "position"], name="audit_position")
        ]


class EventRow(TenantMode):
    """A fact an area announced, stored in the transaction that made it true."""

    public_id = models.CharField(max_length=40, unique=True)
    business_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60)
    payload = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "mode", "name", "at"], name="event_name")]


class Delivery(TenantMode):
    """One handler that must still hear of one event, or has heard it."""

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    event = models.ForeignKey(EventRow, models.CASCADE, related_name="deliveries", db_index=False)
    handler = models.CharField(max_length=120)
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "event", "handler"], name="one_delivery_per_handler"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "mode", "due_at"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            )
        ]


class SweepMark(TenantMode):
    """When the account's sweep last finished, in the business's time."""

    finished_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "mode"], name="one_mark_per_mode")
        ]


class Lived(models.Model):
    """How often the install was looked at: one row for all accounts; see core.lived.

    `marked` once the file beside the database holds the count too.
    """

    count = models.BigIntegerField()
    marked = models.BooleanField(default=False)


class Counter(Tenant):
    """How often something happened within one window; the memory of rate limits."""

    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key", "window"], name="one_counter")
        ]
        indexes = [models.Index(fields=["account", "ends_at"], name="counter_ended")]
