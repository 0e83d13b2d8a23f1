"""Attempts that come to nothing."""

from __future__ import annotations

from django.db import transaction

from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.payments.models import Payment


def give_up(payment_id: int, *, among: tuple[str, ...], by: Actor, why: str = "") -> Payment:
    """The attempt is over and nothing moved, if it is in one of these states; another may begin."""
    with transaction.atomic():
        locked = Payment.locked(payment_id)
        if locked.state in among:
            locked.state, locked.settled_at = Payment.ABANDONED, clock.now()
            if why:
                locked.raw = {**locked.raw, "error": why[:500]}
            locked.save(update_fields=["state", "settled_at", "raw"])
            audit.note("payment.abandoned", locked.public_id, by=by, business_id=locked.business_id)
    return locked
