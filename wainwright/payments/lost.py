"""Charges that a restored database has lost: the gateway knows them by keys of ours, we do not.

An attempt and its key are committed before the gateway hears of them. So a key of ours that no row
has, on a way to pay that a customer of ours saved, was once in a row that is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from wainwright.core.money import Money
from wainwright.core.prepared import Slot, prepared
from wainwright.customers.models import Customer
from wainwright.payments.gateways.base import ListedCharge, OutcomeStatus
from wainwright.payments.models import Connection, Method, Payment

OURS = "pay_"


@dataclass(frozen=True, slots=True)
class Lost:
    """Such a charge, whose payer we know. `method` is None for a way to pay that is lost, too."""

    connection: Connection
    charge: ListedCharge
    payer: Customer
    method: Method | None

    @property
    def taken(self) -> Money | None:
        """What was taken and kept; None where nothing was yet, or some of it went back."""
        outcome = self.charge.outcome
        moved = outcome.status == OutcomeStatus.SUCCEEDED
        back = outcome.refunded is not None and outcome.refunded.minor
        return outcome.amount if moved and not back else None

    @property
    def on_page(self) -> bool:
        """Whether the payer was there: for something new, or for what was overdue."""
        return self.charge.start_ref is not None


# Makes the payment of a lost charge anew, not booked yet; None where it is not clear for what.
Mend = Callable[[Lost], Payment | None]


def lost(connection: Connection, charge: ListedCharge) -> Lost | None:
    """The charge of no payment as one that was lost; None if nothing speaks for that."""
    used = charge.outcome.method
    ours = charge.key is not None and charge.key.startswith(OURS)
    if not ours or used is None or charge.outcome.status == OutcomeStatus.DECLINED:
        return None
    method = _by_token.first(connection.pk, used.token)
    known = method or _of_payer.first(connection.pk, used.customer_ref)
    return Lost(connection, charge, known.customer, method) if known else None


@prepared
def _by_token(connection: Slot, token: Slot) -> QuerySet[Method]:
    rows = Method.objects.filter(connection=connection, gateway_ref=token)
    return rows.select_related("customer")


@prepared
def _of_payer(connection: Slot, customer_ref: Slot) -> QuerySet[Method]:
    rows = Method.objects.filter(connection=connection, customer_ref=customer_ref)
    return rows.select_related("customer").order_by("pk")[:1]
