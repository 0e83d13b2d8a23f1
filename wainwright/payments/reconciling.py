"""Once a day, the whole of a gateway's books is laid beside ours: nothing rests on a webhook alone.

What changed there since shortly before the last comparison is listed. Lost answers and lost
webhooks are booked from the list; what does not fit is noted for a person. A charge that our
database has lost shows that it was restored: billing is paused, and what can be is booked anew.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from wainwright.core import clock
from wainwright.core.models import SweepMark
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.payments import calls, differences, disputes, janitor, refunds, restoring
from wainwright.payments.booking import book
from wainwright.payments.comparing import Pair, difference, pairs
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.base import OutcomeStatus
from wainwright.payments.lost import Mend, lost
from wainwright.payments.models import (
    Connection,
    Difference,
    Payment,
    Reconciliation,
    Refund,
    Restore,
)

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
OVERLAP = timedelta(days=2)  # their books may be written late, and their clock is not ours
_AGAIN = timedelta(minutes=15)
_SILENCE = timedelta(minutes=10)
_UNDER_WAY = timedelta(minutes=2)  # so long, whoever made the call may still hear the answer


@prepared
def _due(now: Slot, *, limit: int) -> QuerySet[Connection]:
    rows = Connection.objects.filter(Q(compare_at=None) | Q(compare_at__lte=now))
    return rows.select_related("business").order_by("pk")[:limit]


def reconcile_due(limit: int = BATCH, *, mend: Mend | None = None) -> int:
    """For the sweep: compares each connection's books once a day; how many were compared.

    One that could not be compared is tried again after a while.
    """
    now = clock.now()
    mine = [row for row in _due(now, limit=limit) if not calls.rests(row) and _claimed(row, now)]
    for connection in mine:
        try:
            reconcile(connection, mend=mend)
        except gateways.GatewayError as error:
            log.warning("could not compare %s: %s", connection.public_id, error)
    return len(mine)


def compare_after_silence() -> None:
    """For the start of the worker: where nothing was swept for a while, the books are compared
    before anything is charged.

    A machine put back whole, data folder and all, shows nothing else than that.
    """
    if SweepMark.objects.filter(finished_at__lt=clock.now() - _SILENCE).exists():
        Connection.objects.update(compare_at=None)


def reconcile(connection: Connection, *, mend: Mend | None = None) -> Reconciliation:
    """Makes both books tell the same, as far as that is ours to do. Raises GatewayError.

    What our database has lost is made anew by `mend`, if there is one.
    """
    since, until = _since(connection), clock.now()
    resolved = _ask_about_refunds(connection, until)
    with calls.patient(connection) as gateway:
        charges = list(gateway.list_charges(since))
    seen: set[int] = set()
    agreed: set[str] = set()
    found = recovered = 0
    for pair in pairs(connection, charges):
        anew = (
            pair.payment is None and mend is not None and _made_anew(pair, connection, mend, until)
        )
        if _booked(pair):
            recovered, resolved = recovered + anew, resolved + (not anew)
        if pair.payment is not None and pair.fits:
            seen.add(pair.payment.pk)
        new = _noted(connection, pair)
        if new is None:
            agreed.add(pair.charge.ref)
        found += bool(new)
    resolved += _ask_about_payments(connection, until, seen)
    resolved += _book_disputes(connection, since)
    found += _missing(connection, since, until, seen)
    differences.agreed(connection, agreed)
    connection.compare_at = until + EVERY
    connection.save(update_fields=["compare_at"])
    done: Reconciliation = Reconciliation.objects.create(
        business_id=connection.business_id,
        connection=connection,
        since=since,
        until=until,
        charges=len(charges),
        resolved=resolved,
        recovered=recovered,
        differences=found,
    )
    return done


def _claimed(connection: Connection, now: datetime) -> bool:
    """Of several workers one compares."""
    mine = Connection.objects.filter(pk=connection.pk, compare_at=connection.compare_at)
    return bool(mine.update(compare_at=now + _AGAIN))


@prepared
def _last_of(connection: Slot) -> QuerySet[Reconciliation]:
    return Reconciliation.objects.filter(connection=connection).order_by("-until")[:1]


def _since(connection: Connection) -> datetime:
    last = _last_of.first(connection.pk)
    # A test clock may stand behind the wall, at which the connection was made.
    begins: datetime = last.until if last else min(connection.created_at, clock.now())
    return begins - OVERLAP


def _made_anew(pair: Pair, connection: Connection, mend: Mend, until: datetime) -> bool:
    """Whether it is a charge that our database has lost, and its payment was made anew."""
    found = lost(connection, pair.charge)
    if found is None:
        return False
    if restoring.paused() is None:
        restoring.pause(Restore.CHARGED, until)
    pair.payment = mend(found)
    return pair.payment is not None


def _booked(pair: Pair) -> bool:
    """Books what the list tells of an attempt without answer; whether its end is known now."""
    payment = pair.payment
    if payment is None or payment.state == Payment.SUCCEEDED:
        return False
    if payment.state not in Payment.IN_FLIGHT and pair.taken is None:
        return False
    before = payment.state
    try:
        pair.payment = book(payment.pk, pair.charge.outcome)
    except Exception:  # one that cannot be booked must not hide all the others
        log.exception("could not book %s from the gateway's books", payment.public_id)
        return False
    return pair.payment.state != before and pair.payment.state not in Payment.IN_FLIGHT


def _noted(connection: Connection, pair: Pair) -> bool | None:
    """None if the books agree, else whether the difference is new."""
    found = difference(pair)
    if found is None:
        return None
    return differences.note(
        connection,
        found.kind,
        pair.charge.ref,
        payment=pair.payment,
        ours=found.ours,
        theirs=found.theirs,
    )


@prepared
def _payments_under_way(connection: Slot, before: Slot) -> QuerySet[Payment]:
    rows = Payment.objects.filter(connection=connection, settled_at=None, started_at__lt=before)
    unanswered = rows.exclude(state=Payment.ACTION)
    return unanswered.select_related("connection__business", "method")


def _ask_about_payments(connection: Connection, until: datetime, seen: Collection[int]) -> int:
    """What waits for an answer and is not on the list was not made, or not yet."""
    waiting = _payments_under_way(connection.pk, until - _UNDER_WAY)
    asked = [janitor.resolve(payment) for payment in waiting if payment.pk not in seen]
    return sum(payment.state not in Payment.IN_FLIGHT for payment in asked)


@prepared
def _refunds_under_way(connection: Slot, before: Slot) -> QuerySet[Refund]:
    rows = Refund.objects.filter(
        payment__connection=connection, settled_at=None, started_at__lt=before
    )
    return rows.select_related("payment__connection__business")


def _ask_about_refunds(connection: Connection, until: datetime) -> int:
    waiting = _refunds_under_way(connection.pk, until - _UNDER_WAY)
    asked = [refunds.resolve(refund) for refund in waiting]
    return sum(refund.settled_at is not None for refund in asked)


def _book_disputes(connection: Connection, since: datetime) -> int:
    """Chargebacks whose webhook was lost."""
    with calls.patient(connection) as gateway:
        reports = list(gateway.list_disputes(since)) if gateway.capabilities().disputes else []
    return sum(disputes.book(connection, report) for report in reports)


@prepared
def _booked_between(connection: Slot, since: Slot, until: Slot) -> QuerySet[Payment]:
    return Payment.objects.filter(
        connection=connection,
        state=Payment.SUCCEEDED,
        amount__gt=0,
        settled_at__gte=since,
        settled_at__lt=until,
    )


def _missing(
    connection: Connection, since: datetime, until: datetime, seen: Collection[int]
) -> int:
    """Payments of that time which are not on the list, and which the gateway does not know."""
    booked = _booked_between(connection.pk, since, until - _UNDER_WAY)
    return sum(_is_missing(connection, payment) for payment in booked if payment.pk not in seen)


def _is_missing(connection: Connection, payment: Payment) -> bool:
    try:
        with calls.patient(connection) as gateway:
            found = gateway.fetch("charge", ref=payment.gateway_ref)
    except gateways.GatewayError:
        return False  # tomorrow's overlap asks again
    if isinstance(found, gateways.Outcome) and found.status == OutcomeStatus.SUCCEEDED:
        return False
    return differences.note(
        connection,
        Difference.MISSING,
        payment.gateway_ref,
        payment=payment,
        ours=payment.money,
        theirs=None,
    )
