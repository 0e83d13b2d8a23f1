"""Reads of orders, their lines and the ledger."""

from __future__ import annotations

from wainwright.sales.models import Order


def order_by_id(business_id: int, public_id: str) -> Order | None:
    """The business's order of the scope's mode with this public id."""
    rows = Order.objects.filter(business_id=business_id, public_id=public_id)
    found: Order | None = rows.select_related("customer", "business").first()
    return found
