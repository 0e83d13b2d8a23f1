"""Reads of the core's own rows."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.core.models import TestClock
from wainwright.core.prepared import prepared


@prepared
def test_clock_offsets() -> QuerySet[TestClock, int]:
    """The scope's own, in seconds, if its clock was ever moved."""
    return TestClock.objects.values_list("offset_seconds", flat=True)
