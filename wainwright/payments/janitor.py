"""Payments whose outcome nobody knows: asked about until it is known, and never charged again."""

from __future__ import annotations

import logging

from django.db.models import F, QuerySet

from wainwright.core import clock
from wainwright.core.actors import GATEWAY
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.payments import calls
from wainwright.payments.abandoning import give_up
from wainwright.payments.booking import book
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Payment

log = logging.getLogger(__name__)


@prepared
def _waiting(now: Slot, *, limit: int) -> QuerySet[Payment, int]:
    rows = Payment.objects.filter(
        calls.awake(now),
        settled_at=None,
        connection__isnull=False,
        ask_at__lte=now,
    )
    return rows.order_by("ask_at").values_list("pk", flat=True)[:limit]


@prepared
def _payment(pk: Slot) -> QuerySet[Payment]:
    return Payment.objects.filter(pk=pk).select_related("connection__business", "method")


def resolve_waiting(limit: int = BATCH) -> int:
    """For the sweep: asks about attempts in flight, each less often the longer it takes."""
    ids = _waiting(clock.now(), limit=limit)
    for payment_id in ids:
        [payment] = _payment(payment_id)
        if payment.connection is None or calls.rests(payment.connection):
            continue
        Payment.objects.filter(pk=payment_id).update(
            ask_at=calls.next_ask(payment.asks + 1, payment_id), asks=F("asks") + 1
        )
        resolve(payment)
    return len(ids)


def resolve(payment: Payment) -> Payment:
    """Asks what became of an attempt; without an answer it stays as it is."""
    try:
        return ask(payment)
    except gateways.GatewayError as error:
        log.warning("could not ask about %s: %s", payment.public_id, error)
        return payment


def ask(payment: Payment) -> Payment:
    """Asks what became of an attempt, and books that. Raises GatewayError."""
    if payment.state == Payment.SUCCEEDED or payment.connection is None:
        return payment
    with calls.patient(payment.connection) as gateway:
        if payment.method_id:
            found = gateway.fetch("charge", key=payment.public_id)
        elif payment.start_ref:
            found = gateway.fetch("start", ref=payment.start_ref)
        else:
            found = gateway.fetch("start", key=payment.public_id)
        may_come_until = payment.started_at + gateway.capabilities().late_arrival
    if not isinstance(found, gateways.NotFound):
        return book(payment.pk, found)
    if clock.now() < may_come_until:
        return payment
    return give_up(payment.pk, among=(Payment.STARTED, Payment.UNKNOWN), by=GATEWAY)
