"""Attempts to move money in.

The attempt and its key are committed before the gateway is called, no lock is held across the
call, and whatever comes back goes through one door, `book`. An answer that never came leaves the
payment unknown; the janitor asks the gateway and never charges again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wainwright.core import clock
from wainwright.core.actors import Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.payments import calls, restoring
from wainwright.payments.abandoning import give_up
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


def begin(attempt: Payment) -> Payment:
    """Writes a prepared attempt, before anything is sent. Call inside a transaction.

    Raises AttemptRunning while another attempt for the same bill is under way, and BillingPaused
    for what is owed while nobody knows whether it was paid already.
    """
    if attempt.purpose in Payment.UNATTENDED:
        restoring.refuse_while_paused()
    return begin_all([attempt])[0]


def begin_all(attempts: Sequence[Payment]) -> list[Payment]:
    """Writes prepared attempts in one statement. Call inside a transaction.

    Raises AttemptRunning, and writes none, while another for one of the bills is under way.
    """
    try:
        with transaction.atomic():
            begun: list[Payment] = Payment.objects.bulk_create(attempts)
    except IntegrityError:
        raise AttemptRunning(_("A payment for this is under way already.")) from None
    return begun


def prepared(
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
    part: bool = False,
) -> Payment:
    """An attempt with its key, not written yet. `part`: it leaves the bill open."""
    return Payment(
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
        part=part,
        started_at=clock.now(),
        ask_at=calls.next_ask(0),
    )


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


def close_page(payment: Payment, *, by: Actor, declined: bool = False) -> Payment:
    """Closes the gateway's page of an attempt that waits for the buyer, so that no money can come.

    What he did there before is booked. Else the attempt is given up, or booked as `declined`. It
    stays as it is where the gateway gives no answer. Never inside a lock.
    """
    if payment.state != Payment.ACTION or payment.connection is None:
        return payment
    try:
        with calls.patient(payment.connection) as gateway:
            outcome = gateway.close(payment.start_ref)
    except gateways.GatewayError as error:
        log.warning("could not close the page of %s: %s", payment.public_id, error)
        return payment
    if outcome.status in (OutcomeStatus.SUCCEEDED, OutcomeStatus.PENDING):
        return book(payment.pk, outcome, by=by)
    if declined:
        why = gateways.Decline.AUTHENTICATION_REQUIRED
        return book(payment.pk, gateways.Outcome(OutcomeStatus.DECLINED, "", decline=why), by=by)
    return give_up(payment.pk, among=(Payment.ACTION,), by=by)


def abandon(payment: Payment, *, by: Actor) -> Payment:
    """Gives up an attempt the buyer never finished. Call inside a transaction."""
    return give_up(payment.pk, among=(Payment.STARTED, Payment.ACTION), by=by)


def _customer_ref(payment: Payment) -> str | None:
    if payment.customer is None:
        return None
    known: str | None = payment.customer.gateway_refs.get(str(payment.connection_id))
    return known
