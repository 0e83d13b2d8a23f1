"""What gateways send by themselves: checked, stored once, answered, worked on afterwards."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.tasks import task

from wainwright.core import clock, tenancy
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.payments import calls, disputes, janitor, refunds
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Connection, InboxItem, Payment, Refund

log = logging.getLogger(__name__)

_DISPUTES = (gateways.EventKind.DISPUTE_OPENED, gateways.EventKind.DISPUTE_CLOSED)
MAX_ATTEMPTS = 10
PATIENCE = timedelta(minutes=1)  # so long, a task may still be at it


def receive(connection: Connection, raw: bytes, headers: Mapping[str, str], url: str) -> int:
    """Stores the events of one delivery; BadSignature for any doubt. Returns how many were new."""
    new = 0
    for event in adapter_for(connection).parse_webhook(raw, headers, url):
        if event.kind == gateways.EventKind.IGNORED:
            continue
        with transaction.atomic():
            item, made = InboxItem.objects.get_or_create(
                connection=connection,
                key=event.id or _coalesced(event),
                defaults={
                    "business_id": connection.business_id,
                    "kind": event.kind,
                    "ref": event.key or event.start_ref or event.ref,
                    "received_at": clock.wall(),
                },
            )
            if made:
                work.enqueue(item.account_id, item.mode, item.pk)
        new += made
    return new


def _coalesced(event: gateways.GatewayEvent) -> str:
    """For gateways that give no id: one item per object and minute."""
    minute = clock.wall().strftime("%Y%m%d%H%M")
    return hashlib.sha256(f"{event.kind}|{event.ref}|{minute}".encode()).hexdigest()


@task
def work(account_id: int, mode: str, item_id: int) -> None:
    with tenancy.scope(account_id, mode):
        work_on(InboxItem.objects.get(pk=item_id))


@prepared
def _waiting(now: Slot, until: Slot, *, limit: int) -> QuerySet[InboxItem]:
    rows = InboxItem.objects.filter(
        calls.awake(now), state=InboxItem.WAITING, received_at__lt=until
    )
    return rows.order_by("received_at")[:limit]


def work_waiting(limit: int = BATCH) -> int:
    """For the sweep: takes up what no task has finished within a minute."""
    rows = _waiting(clock.now(), clock.wall() - PATIENCE, limit=limit)
    for item in rows:
        work_on(item)
    return len(rows)


def work_on(item: InboxItem) -> None:
    """The message is only a hint: the object is asked for again at the gateway."""
    if item.state != InboxItem.WAITING:
        return
    try:
        _follow(item)
        item.state = InboxItem.DONE
    except gateways.GatewayUnavailable as error:  # waits, however long it takes
        item.error = str(error)[:500]
    except gateways.GatewayError as error:
        item.attempts += 1
        item.error = str(error)[:500]
        if item.attempts >= MAX_ATTEMPTS:
            item.state = InboxItem.FAILED
    # What another finished meanwhile stays finished.
    InboxItem.objects.filter(pk=item.pk, state=InboxItem.WAITING).update(
        state=item.state, attempts=item.attempts, error=item.error
    )


@prepared
def _payment(connection: Slot, ref: Slot, *, key: str) -> QuerySet[Payment]:
    rows = Payment.objects.filter(connection=connection, **{key: ref})
    return rows.select_related("connection__business", "method").order_by("pk")[:1]


def _follow(item: InboxItem) -> None:
    """Asks about the payment, refund or dispute that is meant; what is none of ours is left.

    `ref` is our own key where the gateway gave it back, else its start or its charge or refund.
    """
    if item.kind in _DISPUTES:
        disputes.ask(item.connection, item.ref)
        return
    keys = ("public_id", "start_ref", "gateway_ref")
    meant = (_payment.first(item.connection_id, item.ref, key=key) for key in keys)
    found = next(filter(None, meant), None)
    if found is not None:
        janitor.ask(found)
        return
    theirs = Refund.objects.filter(payment__connection_id=item.connection_id)
    refund = theirs.filter(Q(public_id=item.ref) | Q(gateway_ref=item.ref)).first()
    if refund is not None:
        refunds.ask(refund)
