"""All that is kept about a customer: of those who take no part, nothing may move."""

from __future__ import annotations

from typing import Any

from wainwright.billing.models import (
    Change,
    Credit,
    Hold,
    Instalment,
    Pause,
    Period,
    Revocation,
    Subscription,
)
from wainwright.payments.models import Bill, Dispute, Payment, Refund

_OWNED = {
    "customer": (Subscription, Bill, Payment, Credit, Revocation),
    "subscription__customer": (Change, Hold, Pause, Period),
    "bill__customer": (Instalment,),
    "payment__customer": (Refund, Dispute),
}


def all_of(customer_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of billing and payments that is the customer's, as it stands now."""
    return {
        kind.__name__: list(kind.objects.filter(**{path: customer_id}).order_by("pk").values())
        for path, kinds in _OWNED.items()
        for kind in kinds
    }
