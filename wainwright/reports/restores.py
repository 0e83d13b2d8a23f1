"""What came to light of the gateways' books after a restore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet, Sum

from wainwright.payments.models import Connection, Difference, Payment, Reconciliation, Restore


@dataclass(frozen=True, slots=True)
class Delta:
    """Of one gateway: when it was compared last since the restore, and what that brought.

    `booked` counts charges and answers that our database had lost, `left` the differences that a
    person must look at.
    """

    connection: Connection
    compared_at: datetime | None
    charges: int
    booked: int
    left: int


def deltas(restore: Restore, connections: Sequence[Connection]) -> list[Delta]:
    since = Reconciliation.objects.filter(until__gte=restore.noticed_at)
    if restore.resumed_at is not None:
        since = since.filter(until__lte=restore.resumed_at)
    sums = since.values("connection_id").annotate(
        at=Max("until"),
        charges=Max("charges"),
        recovered=Sum("recovered"),
        resolved=Sum("resolved"),
    )
    known = {row["connection_id"]: row for row in sums}
    unsettled = Difference.objects.filter(settled_at=None).values_list("connection_id")
    left = dict(unsettled.annotate(Count("pk")))
    nothing = {"at": None, "charges": 0, "recovered": 0, "resolved": 0}
    return [
        Delta(
            each,
            row["at"],
            row["charges"],
            row["recovered"] + row["resolved"],
            left.get(each.pk, 0),
        )
        for each in connections
        for row in (known.get(each.pk, nothing),)
    ]


def booked_anew(payments: QuerySet[Payment], restore: Restore) -> QuerySet[Payment]:
    """The charges our database had lost, as they were booked since."""
    since = payments.filter(started_at__gte=restore.noticed_at, raw__has_key="recovered")
    return since.select_related("customer").order_by("pk")
