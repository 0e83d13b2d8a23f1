"""Charges in a gateway's books beside our payments, and where the two tell different stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db.models import QuerySet

from wainwright.core.money import Money
from wainwright.core.prepared import Each, Names, Slot, prepared
from wainwright.payments.gateways.base import ListedCharge, OutcomeStatus
from wainwright.payments.models import Connection, Difference, Payment, Refund

_AT_ONCE = 500


@dataclass(slots=True)
class Pair:
    """A charge and the payment it belongs to; `given` is what we gave back, in minor units."""

    charge: ListedCharge
    payment: Payment | None
    given: int = 0
    giving: bool = False  # a refund is under way: what was given back will be judged later

    @property
    def fits(self) -> bool:
        """Whether the payment stands on this charge, or may come to."""
        mine = self.payment
        return mine is not None and (
            mine.state != Payment.SUCCEEDED or mine.gateway_ref == self.charge.ref
        )

    @property
    def taken(self) -> Money | None:
        """What the gateway took and still has or gave back; None if nothing moved."""
        outcome = self.charge.outcome
        return outcome.amount if outcome.status == OutcomeStatus.SUCCEEDED else None

    @property
    def given_back_there(self) -> int:
        refunded = self.charge.outcome.refunded
        return refunded.minor if refunded is not None else 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference; the kinds are those of the record."""

    kind: str
    ours: Money | None
    theirs: Money | None


def pairs(connection: Connection, charges: Iterable[ListedCharge]) -> Iterator[Pair]:
    """Each charge with its payment, found by the charge, our key or the start; few queries."""
    for some in batched(charges, _AT_ONCE):
        yield from _paired(connection, some)


def difference(pair: Pair) -> Finding | None:
    """What does not fit, of a charge whose outcome is booked."""
    payment, taken = pair.payment, pair.taken
    if payment is None or not pair.fits:
        kept = taken is not None and pair.given_back_there < taken.minor
        return Finding(Difference.NOBODYS, None, taken) if kept else None
    ours = payment.state == Payment.SUCCEEDED
    if taken is None:
        return Finding(Difference.MISSING, payment.money, None) if ours else None
    if taken != payment.money:
        kept = pair.given_back_there < taken.minor
        return Finding(Difference.OTHER_SUM, payment.money, taken) if kept else None
    if ours and not pair.giving and pair.given_back_there != pair.given:
        return Finding(
            Difference.REFUNDED,
            Money(pair.given, payment.currency),
            Money(pair.given_back_there, taken.currency),
        )
    return None


# How a charge calls its payment, the surest way first: by itself, by our key, by where it began.
_CALLS = (("ref", "gateway_ref"), ("key", "public_id"), ("start_ref", "start_ref"))


def _paired(connection: Connection, charges: Sequence[ListedCharge]) -> Iterator[Pair]:
    payments = _payments_of(connection, charges)
    given, giving = _refunds({payment.pk for payment in payments.values()})
    for charge in charges:
        mine = payments.get(charge.ref)
        pk = mine.pk if mine else 0
        yield Pair(charge, mine, given.get(pk, 0), pk in giving)


def _payments_of(connection: Connection, charges: Sequence[ListedCharge]) -> dict[str, Payment]:
    """By the charge."""
    payments: dict[str, Payment] = {}
    for name, column in _CALLS:
        names = {
            charge.ref: getattr(charge, name)
            for charge in charges
            if charge.ref not in payments and getattr(charge, name)
        }
        if names:
            called = _called(connection, names.values(), column=column)
            found = {getattr(payment, column): payment for payment in called}
            payments |= {ref: found[name] for ref, name in names.items() if name in found}
    return payments


@prepared
def _called(connection: Slot, names: Names, *, column: str) -> QuerySet[Payment]:
    return Payment.objects.filter(**{f"{column}__in": names}, connection=connection)


@prepared
def _refunds_of(payments: Each) -> QuerySet[Refund, Any]:
    refunds = Refund.objects.filter(payment__in=payments).exclude(state=Refund.DECLINED)
    return refunds.values_list("payment_id", "state", "amount")


def _refunds(payment_ids: Collection[int]) -> tuple[dict[int, int], set[int]]:
    """What was given back of each payment, and of which more is under way."""
    given: dict[int, int] = defaultdict(int)
    giving = set()
    for payment_id, state, amount in _refunds_of(payment_ids):
        if state == Refund.SUCCEEDED:
            given[payment_id] += amount
        else:
            giving.add(payment_id)
    return given, giving
