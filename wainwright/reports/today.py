"""How things stand: the figures a seller sees first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from wainwright.core import clock
from wainwright.core.dates import to_utc
from wainwright.core.money import Money
from wainwright.payments.models import Connection, Payment, Refund
from wainwright.sales.models import Entry

UNSETTLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Taking:
    """What came in, less what was given back, in one currency."""

    today: Money
    month: Money
    before: Money

    @property
    def change_percent(self) -> float | None:
        """How the last 30 days compare with the 30 before; None where there is nothing before."""
        if self.before.minor <= 0:
            return None
        return round((self.month.minor - self.before.minor) * 100 / self.before.minor, 1)


def takings(entries: QuerySet[Entry], zone: str) -> list[Taking]:
    """Today, the last 30 days and the 30 before, per currency; the largest first."""
    midnight = _midnight(zone)
    month, before = midnight - timedelta(days=29), midnight - timedelta(days=59)
    sums = (
        entries.filter(at__gte=before)
        .exclude(kind=Entry.FEE)
        .values("currency")
        .annotate(
            today=Sum("gross", filter=Q(at__gte=midnight), default=0),
            month=Sum("gross", filter=Q(at__gte=month), default=0),
            before=Sum("gross", filter=Q(at__lt=month), default=0),
        )
    )
    rows = [
        Taking(*(Money(row[name], row["currency"]) for name in ("today", "month", "before")))
        for row in sums
    ]
    return sorted(rows, key=lambda row: -row.month.decimal())


def unsettled(payments: QuerySet[Payment]) -> int:
    """Payments whose outcome nobody knows an hour after they began."""
    late = payments.filter(state__in=[Payment.UNKNOWN, Payment.PENDING], settled_at=None)
    return late.filter(started_at__lt=clock.now() - UNSETTLED_AFTER).count()


def refused_refunds(refunds: QuerySet[Refund]) -> int:
    """Refunds of the last 30 days that the bank refused."""
    recent = refunds.filter(started_at__gte=clock.now() - timedelta(days=30))
    return recent.filter(state=Refund.DECLINED).count()


def silent_gateways(connections: QuerySet[Connection]) -> int:
    """Connections that are left in peace because their gateway gave no answer."""
    return connections.filter(active=True, ask_after__isnull=False).count()


def _midnight(zone: str) -> datetime:
    today = clock.today(zone)
    return to_utc(datetime(today.year, today.month, today.day), zone)  # noqa: DTZ001, local by intent
