"""Databases that were taken back to an earlier day."""

from __future__ import annotations

from django.db import models

from wainwright.core.tenancy import TenantMode


class Restore(TenantMode):
    """The database was restored: billing is paused until the owner resumes it.

    Why it is known: the database is behind what was lived (BEHIND, see core.lived), or a gateway
    has charges under keys of ours that the database does not know (CHARGED). `known_until` is when
    the last sweep finished of which it knows; null if it knows of none.
    """

    BEHIND, CHARGED = "behind", "charged"

    public_id = models.CharField(max_length=40, unique=True)
    why = models.CharField(max_length=7)
    known_until = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "mode"],
                condition=models.Q(resumed_at=None),
                name="one_open_restore",
            )
        ]
