"""Looking through buyers, and what each has brought in."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Sum

from wainwright.core.money import Money
from wainwright.customers.models import Customer
from wainwright.sales.models import Entry

SORTS = {
    "date": ("created_at", "pk"),
    "-date": ("-created_at", "-pk"),
    "name": ("name", "email", "pk"),
    "-name": ("-name", "-email", "-pk"),
}
NEWEST = "-date"


def matching(customers: QuerySet[Customer], words: str) -> QuerySet[Customer]:
    """Those with `words` in name, company, e-mail or telephone number."""
    if not words:
        return customers
    return customers.filter(
        Q(name__icontains=words)
        | Q(email__icontains=words)
        | Q(company__icontains=words)
        | Q(phone__icontains=words)
        | Q(public_id=words)
    )


def lifetime_values(
    entries: QuerySet[Entry], customers: Iterable[Customer]
) -> dict[int, list[Money]]:
    """What each has paid less what was given back, per currency, in one query."""
    rows = entries.filter(customer_id__in=[customer.pk for customer in customers])
    rows = rows.exclude(kind=Entry.FEE)  # no money of theirs
    sums = rows.values("customer_id", "currency").annotate(sum=Sum("gross"), count=Count("pk"))
    values: dict[int, list[Money]] = {}
    for row in sums.order_by("customer_id", "currency"):
        values.setdefault(row["customer_id"], []).append(Money(row["sum"], row["currency"]))
    return values
