"""A restored database: billing is paused until its owner has seen what the gateways have.

What was charged since the backup is known to the gateways alone. So nothing is charged by itself
until their books were laid beside ours, and until the owner says that it may go on.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts import directory
from wainwright.accounts.models import Business
from wainwright.core import audit, clock, events, lived, tenancy
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.ids import new_id
from wainwright.core.models import SweepMark
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.errors import BillingPaused, NotCompared
from wainwright.payments.events import RestoreNoticed
from wainwright.payments.models import Connection, Reconciliation, Restore

log = logging.getLogger(__name__)


def watch() -> None:
    """At each start and before each sweep: pauses billing where the database was taken back.

    Killed in the midst of it, the next who watches notices it again.
    """
    if not lived.went_back():
        return
    log.error("the database is older than what was lived with it: billing is paused")
    for account in directory.accounts():
        for mode, _name in tenancy.MODES:
            with tenancy.scope(account.pk, mode):
                pause(Restore.BEHIND, clock.now())
    lived.go_on()


@prepared
def _unresumed() -> QuerySet[Restore]:
    return Restore.objects.filter(resumed_at=None)


def paused() -> Restore | None:
    """The restore after which the scope's billing waits; None while it runs."""
    return _unresumed.first()


def refuse_while_paused() -> None:
    """BillingPaused for what would charge a saved method or pay what may be paid already."""
    if paused():
        raise BillingPaused(
            _(
                "Payments are being checked after a repair, so nothing can be paid here just now."
                " Nothing was charged or changed."
            )
        )


def pause(why: str, at: datetime) -> None:
    """Pauses the scope's billing from that moment on; all gateways are to be compared at once.

    Noticed again, the comparing begins anew. Where no gateway is connected nothing can be charged.
    """
    if not Connection.objects.exists():
        return
    with transaction.atomic():
        known, made = Restore.objects.select_for_update(of=("self",)).get_or_create(
            resumed_at=None,
            defaults={
                "public_id": new_id("rst"),
                "why": why,
                "known_until": SweepMark.objects.values_list("finished_at", flat=True).first(),
                "noticed_at": at,
            },
        )
        Connection.objects.update(compare_at=None)
        if not made:
            known.noticed_at = at
            known.save(update_fields=["noticed_at"])
            return
        own = Business.objects.get(is_own=True)
        audit.note(
            "billing.paused_after_restore", known.public_id, by=SYSTEM, business_id=own.pk, why=why
        )
        events.announce(RestoreNoticed(business_id=own.pk, restore_id=known.pk))


@prepared
def _compared(restore_noticed: Slot) -> QuerySet[Reconciliation, int]:
    rows = Reconciliation.objects.filter(until__gte=restore_noticed)
    return rows.values_list("connection_id", flat=True)


def not_compared(restore: Restore) -> list[Connection]:
    """The gateways in use whose books were not compared since the restore."""
    done = _compared(restore.noticed_at)
    waiting = Connection.objects.filter(active=True).exclude(pk__in=done)
    return list(waiting.select_related("business").order_by("pk"))


def resume(restore: Restore, *, by: Actor, uncompared: bool = False) -> Restore:
    """Billing goes on; a second word changes nothing.

    NotCompared while a gateway's books were not compared, unless that is said to be `uncompared`.
    """
    with transaction.atomic():
        restore = Restore.locked(restore.pk)
        if restore.resumed_at is not None:
            return restore
        left = [] if uncompared else not_compared(restore)
        if left:
            raise NotCompared(_("Not all gateways were compared yet. Nothing was resumed."))
        restore.resumed_at, restore.resumed_by = clock.now(), by.label[:254]
        restore.save(update_fields=["resumed_at", "resumed_by"])
        audit.note(
            "billing.resumed_after_restore",
            restore.public_id,
            by=by,
            business_id=Business.objects.get(is_own=True).pk,
            uncompared=uncompared,
        )
    return restore
