"""Attempts to move money in.

The attempt and its key are committed before the gateway is called, no lock is held across the
call, and whatever comes back goes through one door, `book`. An answer that never came leaves the
payment unknown; `resolve` asks the gateway and never charges again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wainwright.core import audit, clock
from wainwright.core.actors import GATEWAY, Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.core.sweeping import BATCH
from wainwright.payments.booking import book
from wainwright.payments.connections import adapter_for, webhook_address
from wainwright.payments.errors import AttemptRunning, GatewayAway
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.base import Intent, OutcomeStatus
from wainwright.payments.models import Bill, Connection, Method, Payment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """How a buyer who is present goes to the gateway and comes back."""

    return_url: str
    cancel_url: str
    buyer: gateways.Buyer
    locale: str
    statement: str = ""
    replaces: str | None = None


def begin(
    *,
    business_id: int,
    purpose: str,
    intent: str,
    amount: Money,
    bill: Bill | None = None,
    connection: Connection | None = None,
    method: Method | None = None,
    customer_id: int | None = None,
    subject: str = "",
    raw: dict[str, Any] | None = None,
) -> Payment:
    """The attempt's row, written before anything is sent. Call inside a transaction.

    Raises AttemptRunning while another attempt for the same bill is under way.
    """
    try:
        with transaction.atomic():
            payment: Payment = Payment.objects.create(
                public_id=new_id("pay"),
                business_id=business_id,
                bill=bill,
                connection=connection,
                customer_id=customer_id,
                method=method,
                purpose=purpose,
                intent=intent,
                subject=subject,
                amount=amount.minor,
                currency=amount.currency,
                raw=raw or {},
                started_at=clock.now(),
                asked_at=clock.wall(),
            )
    except IntegrityError:
        raise AttemptRunning(_("A payment for this is under way already.")) from None
    return payment


def settle_free(payment: Payment, *, by: Actor) -> Payment:
    """Nothing is to pay and nothing to save: the attempt succeeds without a gateway."""
    outcome = gateways.Outcome(OutcomeStatus.SUCCEEDED, "", amount=payment.money)
    return book(payment.pk, outcome, by=by)


def ask_buyer(payment: Payment, visit: Visit) -> gateways.Start:
    """Opens the gateway's page for the attempt. Raises GatewayAway if it cannot be reached."""
    assert payment.connection is not None
    consent = payment.raw.get("consent") or {}
    request = gateways.StartRequest(
        intent=Intent(payment.intent),
        amount=payment.money,
        buyer=visit.buyer,
        key=payment.public_id,
        order_ref=payment.subject,
        return_url=visit.return_url,
        cancel_url=visit.cancel_url,
        webhook_url=webhook_address(payment.connection),
        locale=visit.locale,
        statement=visit.statement,
        consent=gateways.Consent(consent["text"][:60], consent.get("cadence", ""))
        if consent.get("text")
        else None,
        customer_ref=_customer_ref(payment),
        replaces=visit.replaces,
    )
    try:
        start = adapter_for(payment.connection).start(request)
    except (gateways.GatewayUnavailable, gateways.RateLimited):
        raise _away() from None
    except gateways.OutcomeUnknown:
        raise _away() from None
    except gateways.GatewayError as error:
        log.error("gateway refused to start %s: %s", payment.public_id, error)
        raise _away() from None
    if start.done is None:
        Payment.objects.filter(pk=payment.pk, state=Payment.STARTED).update(
            start_ref=start.ref, start_url=start.redirect or "", state=Payment.ACTION
        )
    return start


def _away() -> GatewayAway:
    return GatewayAway(
        _(
            "The payment page cannot be reached just now. Nothing was charged and what you typed"
            " is kept. Please try again in a minute."
        )
    )


def finish(payment: Payment, returned: Mapping[str, str], *, by: Actor) -> Payment:
    """The buyer is back from the gateway's page: asks what became of it and books that."""
    if payment.state not in Payment.IN_FLIGHT or not payment.start_ref:
        return payment
    assert payment.connection is not None
    try:
        outcome = adapter_for(payment.connection).finish(payment.start_ref, returned)
    except gateways.GatewayError as error:
        log.warning("could not finish %s: %s", payment.public_id, error)
        return payment
    return book(payment.pk, outcome, by=by)


def charge(payment: Payment, *, description: str, series: str = "recurring") -> Payment:
    """Charges the saved method of a begun attempt and books the outcome. Never inside a lock."""
    assert payment.connection is not None
    assert payment.method is not None
    request = gateways.ChargeRequest(
        method=gateways.MethodRef(payment.method.gateway_ref, payment.method.customer_ref),
        amount=payment.money,
        key=payment.public_id,
        invoice_ref=payment.bill.public_id if payment.bill else payment.public_id,
        description=description,
        series=gateways.Series(series),
        network_ref=payment.method.network_ref or None,
    )
    try:
        outcome = adapter_for(payment.connection).charge_saved(request)
    except gateways.OutcomeUnknown:
        outcome = gateways.Outcome(OutcomeStatus.UNKNOWN, "")
    except gateways.GatewayError as error:
        log.error("gateway could not charge %s: %s", payment.public_id, error)
        return _nothing_sent(payment, error)
    return book(payment.pk, replace(outcome, method=None), by=GATEWAY)  # the one it was asked for


def _nothing_sent(payment: Payment, error: gateways.GatewayError) -> Payment:
    """The gateway said itself that nothing moved; the attempt is over and may be made anew."""
    with transaction.atomic():
        locked = Payment.locked(payment.pk)
        if locked.state == Payment.STARTED:
            locked.state, locked.settled_at = Payment.ABANDONED, clock.now()
            locked.raw = {**locked.raw, "error": f"{type(error).__name__}: {error}"[:500]}
            locked.save(update_fields=["state", "settled_at", "raw"])
            audit.note(
                "payment.abandoned",
                locked.public_id,
                by=GATEWAY,
                business_id=locked.business_id,
            )
    return locked


def abandon(payment: Payment, *, by: Actor) -> Payment:
    """Gives up an attempt the buyer never finished. Call inside a transaction."""
    locked = Payment.locked(payment.pk)
    if locked.state in (Payment.STARTED, Payment.ACTION):
        locked.state, locked.settled_at = Payment.ABANDONED, clock.now()
        locked.save(update_fields=["state", "settled_at"])
        audit.note("payment.abandoned", locked.public_id, by=by, business_id=locked.business_id)
    return locked


def resolve(payment: Payment) -> Payment:
    """Asks the gateway what became of an attempt whose answer never came."""
    if payment.state in (Payment.SUCCEEDED, Payment.DECLINED) or payment.connection is None:
        return payment
    gateway = adapter_for(payment.connection)
    try:
        if payment.start_ref:
            found = gateway.fetch("start", ref=payment.start_ref)
        elif payment.method_id:
            found = gateway.fetch("charge", key=payment.public_id)
        else:
            found = gateway.fetch("start", key=payment.public_id)
    except gateways.GatewayError as error:
        log.warning("could not ask about %s: %s", payment.public_id, error)
        return payment
    if isinstance(found, gateways.NotFound):
        return _proven_absent(payment)
    return book(payment.pk, found)


def _proven_absent(payment: Payment) -> Payment:
    """The gateway never heard of it: nothing moved, and a new attempt may be made."""
    with transaction.atomic():
        locked = Payment.locked(payment.pk)
        if locked.state in (Payment.STARTED, Payment.UNKNOWN):
            locked.state, locked.settled_at = Payment.ABANDONED, clock.now()
            locked.save(update_fields=["state", "settled_at"])
            audit.note(
                "payment.abandoned",
                locked.public_id,
                by=GATEWAY,
                business_id=locked.business_id,
            )
    return locked


def resolve_waiting(limit: int = BATCH) -> int:
    """For the sweep: asks about attempts in flight, each at most every two minutes of wall time."""
    patience = clock.wall() - timedelta(minutes=2)
    waiting = Payment.objects.filter(
        state__in=Payment.IN_FLIGHT,
        settled_at=None,  # as the index says it
        connection__isnull=False,
        asked_at__lt=patience,
    )
    ids = list(waiting.order_by("asked_at").values_list("pk", flat=True)[:limit])
    attempts = Payment.objects.select_related("connection__business", "method")
    for payment_id in ids:
        Payment.objects.filter(pk=payment_id).update(asked_at=clock.wall())
        resolve(attempts.get(pk=payment_id))
    return len(ids)


def _customer_ref(payment: Payment) -> str | None:
    if payment.customer is None:
        return None
    known: str | None = payment.customer.gateway_refs.get(str(payment.connection_id))
    return known
