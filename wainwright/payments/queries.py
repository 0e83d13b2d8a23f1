"""Reads of bills and payments."""

from __future__ import annotations

from wainwright.payments.models import Payment


def payment_of_checkout(business_id: int, public_id: str) -> Payment | None:
    """The attempt a buyer comes back from, with what finishing it needs."""
    rows = Payment.objects.filter(
        business_id=business_id, public_id=public_id, purpose=Payment.CHECKOUT
    )
    found: Payment | None = rows.select_related("connection__business", "bill", "customer").first()
    return found
