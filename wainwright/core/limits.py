"""Rate limits, counted in the database so that every process sees the same number."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from wainwright.core import clock
from wainwright.core.errors import TooMany
from wainwright.core.models import Counter
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import forget


def hit(key: str, *, most: int, seconds: int) -> None:
    """Counts one use of `key` in the running window; raises TooMany beyond `most`."""
    if count(key, seconds=seconds) > most:
        raise TooMany(_("That was tried too often. Please wait a little and try again."))


def count(key: str, *, seconds: int) -> int:
    """Counts one use and returns how many there were in this window of `seconds`."""
    wall = clock.wall()
    window = int(wall.timestamp()) // seconds
    digest = hashlib.sha256(f"{key}|{seconds}".encode()).hexdigest()
    with transaction.atomic():
        row, _made = Counter.objects.get_or_create(
            key=digest,
            window=window,
            defaults={"ends_at": wall + timedelta(seconds=seconds)},
        )
        Counter.objects.filter(pk=row.pk).update(count=F("count") + 1)
        row.refresh_from_db(fields=["count"])
    return int(row.count)


def forget_ended() -> None:
    forget(Counter, _ended(clock.wall() - timedelta(days=1)))


@prepared
def _ended(before: Slot) -> QuerySet[Counter, int]:
    return Counter.objects.filter(ends_at__lt=before).values_list("pk", flat=True)
