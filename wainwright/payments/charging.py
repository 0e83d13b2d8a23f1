"""Charging saved methods, each attempt once, and booking what comes back many at a time.

The attempts are committed beforehand. No lock is held across a call. Answers wait for each other
only a moment; whoever dies before they are booked leaves payments that the janitor asks after.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wainwright.core import clock
from wainwright.core.actors import GATEWAY, SYSTEM
from wainwright.payments import calls
from wainwright.payments.abandoning import give_up
from wainwright.payments.booking import Answer, book_all
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.base import OutcomeStatus
from wainwright.payments.models import Payment
from wainwright.payments.queries import is_to_make

log = logging.getLogger(__name__)

# So many answers are booked in one transaction, which others may have to wait for.
TOGETHER = 100
# Seconds after which those that are there are booked without waiting for more.
A_MOMENT = 2
# Seconds after which an attempt begun but not made yet may have been given up by the janitor.
FRESH = 60


@dataclass(frozen=True, slots=True)
class Charge:
    """A begun attempt, and what the gateway is told of it.

    `return_url` is where a buyer comes back to whom the bank wants to see first.
    """

    payment: Payment
    description: str
    series: str = "recurring"
    return_url: str = ""


def charge(payment: Payment, *, description: str, return_url: str = "") -> Payment:
    """Charges the saved method of one begun attempt and books the outcome. Never inside a lock."""
    answer = _answer(Charge(payment, description, return_url=return_url))
    if answer is None:
        payment.refresh_from_db()
        return payment
    return book_all([answer])[0]


def charge_all(charges: Sequence[Charge]) -> list[Payment]:
    """Charges begun attempts one after the other; gives them as they are then. Never inside a lock.

    What fails is logged, holds up nothing else, and is left to the janitor.
    """
    settled: list[Payment] = []
    answers: list[Answer] = []
    began = booked = clock.monotonic()
    for each in charges:
        try:
            late = clock.monotonic() - began >= FRESH
            answer = None if late and not _claim(each.payment) else _answer(each)
        except Exception:
            log.exception("%s could not be charged", each.payment.public_id)
            continue
        if answer is None:
            each.payment.refresh_from_db()
            settled.append(each.payment)
            continue
        answers.append(answer)
        if len(answers) >= TOGETHER or clock.monotonic() - booked >= A_MOMENT:
            settled += _book(answers)
            answers, booked = [], clock.monotonic()
    return settled + _book(answers)


def _claim(payment: Payment) -> bool:
    """Whether a begun attempt is still to be made; if so, nobody asks about it for a while."""
    mine = Payment.objects.filter(pk=payment.pk, state=Payment.STARTED)
    return bool(mine.update(ask_at=calls.next_ask(0)))


def _answer(charge: Charge) -> Answer | None:
    """What the gateway says of the attempt; None if nothing is to be booked of it.

    An attempt that was settled meanwhile, as when this process was frozen since it began, is not
    sent any more; one whose bill is owed no more, as after a cancellation, is given up. One of
    nothing succeeds without a gateway.
    """
    payment = charge.payment
    if payment.connection is None:
        free = gateways.Outcome(OutcomeStatus.SUCCEEDED, "", amount=payment.money)
        return Answer(payment.pk, free, by=SYSTEM)
    assert payment.method is not None
    if not is_to_make(payment):
        give_up(payment.pk, among=(Payment.STARTED,), by=SYSTEM, why="its bill is owed no more")
        return None
    request = gateways.ChargeRequest(
        method=gateways.MethodRef(payment.method.gateway_ref, payment.method.customer_ref),
        amount=payment.money,
        key=payment.public_id,
        invoice_ref=payment.bill.public_id if payment.bill else payment.public_id,
        description=charge.description,
        series=gateways.Series(charge.series),
        network_ref=payment.method.network_ref or None,
        return_url=charge.return_url,
    )
    try:
        with calls.patient(payment.connection) as gateway:
            outcome = gateway.charge_saved(request)
    except gateways.OutcomeUnknown:
        outcome = gateways.Outcome(OutcomeStatus.UNKNOWN, "")
    except gateways.GatewayError as error:
        log.error("gateway could not charge %s: %s", payment.public_id, error)
        why = f"{type(error).__name__}: {error}"
        give_up(payment.pk, among=(Payment.STARTED,), by=GATEWAY, why=why)
        return None
    return Answer(payment.pk, replace(outcome, method=None))  # the one it was asked for


def _book(answers: Sequence[Answer]) -> list[Payment]:
    """Books them together or, where one of them is in the way of the others, each alone."""
    if not answers:
        return []
    try:
        return book_all(answers)
    except Exception:
        if len(answers) == 1:
            log.exception("payment %s could not be booked", answers[0].payment_id)
            return []
        log.exception(
            "%s payments could not be booked together; each is booked alone", len(answers)
        )
    return [payment for answer in answers for payment in _book([answer])]
