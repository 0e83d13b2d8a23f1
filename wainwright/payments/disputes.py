"""Chargebacks: what a gateway says of a payment that the buyer's bank took back, booked."""

from __future__ import annotations

import logging

from django.db import transaction

from wainwright.core import audit, clock, events, locks
from wainwright.core.actors import GATEWAY
from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.payments import calls, janitor
from wainwright.payments.events import DisputeLost, DisputeOpened, DisputeWon
from wainwright.payments.gateways.base import DisputeReport
from wainwright.payments.models import Connection, Dispute, Payment
from wainwright.payments.queries import names_to_lock

log = logging.getLogger(__name__)

_TOLD_BY = {Dispute.WON: DisputeWon, Dispute.LOST: DisputeLost}


def ask(connection: Connection, ref: str) -> None:
    """Asks how a dispute stands and books that. Raises GatewayError."""
    with calls.patient(connection) as gateway:
        found = gateway.fetch_dispute(ref)
    if isinstance(found, DisputeReport):
        book(connection, found)


def book(connection: Connection, report: DisputeReport) -> bool:
    """The single door for what a gateway says of a dispute; whether anything was new.

    Only moves of the table of states are made, so late and repeated reports change nothing. One of
    a charge that is none of ours is left to the comparison of charges. Raises GatewayError.
    """
    payment = _paid(connection, report)
    if payment is None:
        log.error("dispute %s at %s is of no payment", report.ref, connection.public_id)
        return False
    with transaction.atomic():
        locks.hold(names_to_lock([payment.pk]))
        payment = Payment.locked(payment.pk)
        known = payment.disputes.filter(gateway_ref=report.ref).first()
        row = known or _open(payment, report)
        return _move(row, report) or known is None


def _paid(connection: Connection, report: DisputeReport) -> Payment | None:
    """The payment that was taken back; where its own success was not heard of yet, asked for."""
    rows = Payment.objects.filter(connection=connection, currency=report.amount.currency)
    found: Payment | None = (
        rows.filter(gateway_ref=report.charge_ref)
        .select_related("connection__business", "method")
        .first()
    )
    if found is not None and found.state != Payment.SUCCEEDED:
        found = janitor.ask(found)
    return found if found is not None and found.state == Payment.SUCCEEDED else None


def _open(payment: Payment, report: DisputeReport) -> Dispute:
    fee = report.fee or Money.zero(report.amount.currency)
    row: Dispute = Dispute.objects.create(
        public_id=new_id("dsp"),
        business_id=payment.business_id,
        payment=payment,
        gateway_ref=report.ref,
        amount=report.amount.minor,
        currency=report.amount.currency,
        fee=fee.minor,
        fee_currency=fee.currency,
        reason=report.reason[:100],
        opened_at=report.opened_at,
        respond_by=report.respond_by,
    )
    _note(row)
    events.announce(DisputeOpened(business_id=row.business_id, dispute_id=row.pk))
    return row


def _move(row: Dispute, report: DisputeReport) -> bool:
    if report.status.value not in Dispute.MOVES[row.state]:
        return False
    row.state, row.closed_at = report.status.value, clock.now()
    if report.fee is not None and report.fee.currency == row.fee_currency:
        row.fee = report.fee.minor
    row.save(update_fields=["state", "closed_at", "fee"])
    _note(row)
    events.announce(_TOLD_BY[row.state](business_id=row.business_id, dispute_id=row.pk))
    return True


def _note(row: Dispute) -> None:
    audit.note(
        f"dispute.{row.state}",
        row.public_id,
        by=GATEWAY,
        business_id=row.business_id,
        amount=row.amount,
        payment=row.payment.public_id,
    )
