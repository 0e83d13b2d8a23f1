"""Looking through orders."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from wainwright.sales.models import Line, Order


def matching(orders: QuerySet[Order], words: str) -> QuerySet[Order]:
    """Those whose reference is `words`, or that hold them in buyer, e-mail or items."""
    if not words:
        return orders.select_related("customer")
    lines = Line.objects.filter(order=OuterRef("pk"), name__icontains=words)
    return orders.filter(
        Q(order_ref__icontains=words)
        | Q(public_id=words)
        | Q(customer__name__icontains=words)
        | Q(customer__email__icontains=words)
        | Exists(lines)
    ).select_related("customer")
