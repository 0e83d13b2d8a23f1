"""Looking through subscriptions, and what they bring in."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from wainwright.billing import states
from wainwright.billing.models import Pause, Subscription
from wainwright.core.dates import INTERVALS
from wainwright.core.money import Money, total

# Each subscription is in exactly one of these: what is cancelled but runs on, or its state.
_ENDING = Q(cancel_at__isnull=False) & ~Q(state__in=states.ENDED)
VIEWS: dict[str, Q] = {
    "active": Q(state=states.ACTIVE, cancel_at=None),
    "trial": Q(state=states.TRIALING, cancel_at=None),
    "past_due": Q(state=states.PAST_DUE, cancel_at=None),
    "paused": Q(state=states.PAUSED, cancel_at=None),
    "ending": _ENDING,
    "cancelled": Q(state=states.CANCELLED),
    "completed": Q(state=states.COMPLETED),
}

SORTS: dict[str, tuple[Any, ...]] = {
    "date": ("started_at", "pk"),
    "-date": ("-started_at", "-pk"),
    "next": (F("next_due_at").asc(nulls_last=True), "pk"),
    "-next": (F("next_due_at").desc(nulls_last=True), "-pk"),
}
NEWEST = "-date"

DAYS_IN_A_YEAR = Fraction(36525, 100)


def matching(
    subscriptions: QuerySet[Subscription], *, words: str = "", product_id: int | None = None
) -> QuerySet[Subscription]:
    """Those of a product, or with `words` in the buyer's name or e-mail or the plan's name."""
    if words:
        subscriptions = subscriptions.filter(
            Q(customer__name__icontains=words)
            | Q(customer__email__icontains=words)
            | Q(name__icontains=words)
            | Q(public_id=words)
        )
    if product_id is not None:
        subscriptions = subscriptions.filter(product_id=product_id)
    return subscriptions.select_related("customer", "method")


def counts(subscriptions: QuerySet[Subscription]) -> dict[str, int]:
    """How many are in each view, in one query."""
    found = subscriptions.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in VIEWS.items()}
    )
    return {name: int(count) for name, count in found.items()}


def open_pauses() -> QuerySet[Pause]:
    """Those that are not over, with who, from where and why."""
    found: QuerySet[Pause] = Pause.objects.filter(ended_at=None)
    return found


def recurring(subscriptions: QuerySet[Subscription]) -> list[Money]:
    """What running plans bring in a month, tax as their prices state it, per currency.

    Split pay is one sale in parts and counts for nothing here, nor does what will end.
    """
    running = subscriptions.filter(state__in=[states.ACTIVE, states.PAST_DUE], cancel_at=None)
    sums = running.exclude(kind="split").values("currency", "interval")
    monthly: dict[str, list[Money]] = {}
    for row in sums.annotate(sum=Sum(F("amount") * F("quantity"))).order_by("currency"):
        each = Money(row["sum"], row["currency"])
        monthly.setdefault(each.currency, []).append(each.share(_months_share(row["interval"])))
    return [total(parts, currency) for currency, parts in monthly.items()]


def _months_share(interval: str) -> Fraction:
    """How many such payments fall in one month."""
    months, days = INTERVALS[interval]
    return Fraction(1, months) if months else DAYS_IN_A_YEAR / 12 / days
