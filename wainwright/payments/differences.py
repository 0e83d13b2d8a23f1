"""Where a gateway's books and ours differ: noted once, settled by agreement or by a person."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wainwright.core import audit, clock, events
from wainwright.core.actors import GATEWAY, Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.abandoning import give_up
from wainwright.payments.events import DifferenceFound
from wainwright.payments.models import Connection, Difference, Payment

log = logging.getLogger(__name__)


def note(
    connection: Connection,
    kind: str,
    ref: str,
    *,
    payment: Payment | None,
    ours: Money | None,
    theirs: Money | None,
) -> bool:
    """Whether it is new. One that a person settled is not brought up again."""
    named = theirs if theirs is not None else ours
    assert named is not None
    with transaction.atomic():
        known, made = Difference.objects.select_for_update(of=("self",)).get_or_create(
            connection=connection,
            kind=kind,
            ref=ref,
            defaults={
                "public_id": new_id("dif"),
                "business_id": connection.business_id,
                "payment": payment,
                "ours": None if ours is None else ours.minor,
                "theirs": None if theirs is None else theirs.minor,
                "currency": named.currency,
                "found_at": clock.now(),
            },
        )
        if not made and (known.settled_at is None or known.settled_by):
            return False
        if not made:
            known.settled_at = None
            known.save(update_fields=["settled_at"])
        audit.note(
            "difference.found",
            known.public_id,
            by=GATEWAY,
            business_id=known.business_id,
            kind=kind,
            ref=ref,
            payment=payment.public_id if payment else "",
        )
        events.announce(DifferenceFound(business_id=known.business_id, difference_id=known.pk))
    log.error("%s: %s at %s differs from our books", kind, ref, connection.public_id)
    return True


def agreed(connection: Connection, refs: Collection[str]) -> None:
    """The books tell the same of these charges: what was open about them is settled."""
    settled = [pk for pk, ref in _open_at(connection) if ref in refs]
    if settled:
        still_open = Difference.objects.filter(pk__in=settled, settled_at=None)
        still_open.update(settled_at=clock.now())


@prepared
def _open_at(connection: Slot) -> QuerySet[Difference, Any]:
    found = Difference.objects.filter(connection=connection, settled_at=None)
    return found.values_list("pk", "ref")


def settle(difference: Difference, *, by: Actor, note: str) -> Difference:
    """A person has looked and done what was to do; an attempt that was stopped is over."""
    with transaction.atomic():
        locked = Difference.locked(difference.pk)
        if locked.settled_at is not None:
            return locked
        locked.settled_at, locked.settled_by, locked.note = clock.now(), by.label[:254], note
        locked.save(update_fields=["settled_at", "settled_by", "note"])
        if locked.payment_id is not None and locked.kind == Difference.OTHER_SUM:
            give_up(locked.payment_id, among=(Payment.UNKNOWN,), by=by)
        audit.note(
            "difference.settled", locked.public_id, by=by, business_id=locked.business_id, note=note
        )
    return locked
