"""I2: our payments and the gateway's charges are the same list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.core import clock, tenancy
from wainwright.core.prepared import Slot, prepared
from wainwright.core.vault import SecretUnreadable
from wainwright.payments.comparing import Finding, Pair, difference, pairs
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.base import ListedCharge, OutcomeStatus
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.payments.models import Connection, Difference, Payment, Refund
from wainwright.reports.invariants.found import Found, ids, read_before, rows

EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING = gettext_lazy("%(payment)s: succeeded, but the gateway knows no such charge")


def payments_name_their_charge() -> Found:
    broken = [
        _("%(payment)s: succeeded, but names no charge at the gateway") % {"payment": payment}
        for payment in _nameless()
    ]
    for connection, ref, _count in _shared_charges():
        payments = ", ".join(_standing_on(connection, ref))
        broken.append(
            _("%(payments)s: are one and the same charge %(charge)s")
            % {"payments": payments, "charge": ref}
        )
    return Found(_paid.count(), broken)


@prepared
def _paid() -> QuerySet[Payment]:
    paid = rows(Payment).filter(state=Payment.SUCCEEDED, amount__gt=0)
    return paid.filter(connection__isnull=False)


@prepared
def _nameless() -> QuerySet[Payment, str]:
    return ids(_paid.plain().filter(gateway_ref=""))


@prepared
def _shared_charges() -> QuerySet[Payment, Any]:
    named = _paid.plain().exclude(gateway_ref="").values("connection_id", "gateway_ref")
    shared = named.annotate(count=Count("id")).filter(count__gt=1)
    return shared.values_list("connection_id", "gateway_ref", "count")


@prepared
def _standing_on(connection: Slot, ref: Slot) -> QuerySet[Payment, str]:
    paid = _paid.plain().filter(connection_id=connection, gateway_ref=ref)
    return ids(paid.order_by("pk"))


def test_gateway_agrees() -> Found:
    """Every charge in the Test gateway's own books is a payment of ours, and back."""
    if not (settings.DATA / LEDGER_FILE).exists():
        return Found(0)
    checked, broken = 0, []
    with tenancy.scope(tenancy.current().account_id, tenancy.TEST):
        for connection in _test_connections():
            try:
                charges = _listed(connection)
            except SecretUnreadable as error:
                broken.append(f"{connection.public_id}: {error}")
                continue
            checked += len(charges)
            broken += _differences(connection, charges)
    return Found(checked, broken)


test_gateway_agrees.__test__ = False  # type: ignore[attr-defined]  # no test case for its name


def _listed(connection: Connection) -> list[ListedCharge]:
    """All charges there are."""
    read, now = read_before(), clock.now()
    known = read.charges.setdefault(connection.pk, {})
    since = read.listed.get(connection.pk, EVER)
    known |= {each.ref: each for each in adapter_for(connection).list_charges(since)}
    read.listed[connection.pk] = now
    return list(known.values())


@prepared
def _test_connections() -> QuerySet[Connection]:
    return rows(Connection).filter(gateway="test").select_related("business")


def _differences(connection: Connection, charges: list[ListedCharge]) -> Iterator[str]:
    """What reconciling would note, but for what a person has settled."""
    settled = set(_settled(connection))
    kept = {tuple(charged): pk for pk, *charged in _paid_and_kept(connection)}
    seen = {kept.get(_as_kept(charge), 0) for charge in charges}
    for pair in pairs(connection, [each for each in charges if _as_kept(each) not in kept]):
        payment, ref = pair.payment, pair.charge.ref
        if payment is not None and pair.fits:
            seen.add(payment.pk)
        if ref in settled or (payment is not None and payment.state in Payment.IN_FLIGHT):
            continue
        found = difference(pair)
        over = payment is not None and payment.state != Payment.SUCCEEDED
        if over and found is None and pair.taken is not None and pair.given_back_there == 0:
            found = Finding(Difference.NOBODYS, None, pair.taken)
        if found is not None:
            yield _said(pair, found)
    for pk, public_id, ref in _paid_through(connection):
        if pk not in seen and ref not in settled:
            yield _MISSING % {"payment": public_id}


@prepared
def _paid_and_kept(connection: Slot) -> QuerySet[Payment, Any]:
    """What was paid and of which nothing went back: most of all, and compared at a glance."""
    went_back = rows(Refund).filter(payment=OuterRef("pk")).exclude(state=Refund.DECLINED)
    kept = _paid.plain().filter(~Exists(went_back), connection=connection)
    return kept.values_list("pk", "gateway_ref", "amount", "currency")


def _as_kept(charge: ListedCharge) -> tuple[str, int, str]:
    """How its payment is called there, if all was taken and kept; nothing is called "" there."""
    outcome = charge.outcome
    taken, back = outcome.amount, outcome.refunded
    if outcome.status != OutcomeStatus.SUCCEEDED or taken is None or (back and back.minor):
        return ("", 0, "")
    return (charge.ref, taken.minor, taken.currency)


@prepared
def _settled(connection: Slot) -> QuerySet[Difference, str]:
    differences = rows(Difference).filter(connection=connection).exclude(settled_by="")
    return differences.values_list("ref", flat=True)


@prepared
def _paid_through(connection: Slot) -> QuerySet[Payment, Any]:
    paid = _paid.plain().filter(connection=connection)
    return paid.values_list("pk", "public_id", "gateway_ref")


def _said(pair: Pair, found: Finding) -> str:
    named = pair.payment.public_id if pair.payment else ""
    if found.kind == Difference.MISSING:
        return _MISSING % {"payment": named}
    if found.kind == Difference.NOBODYS:
        return _("%(charge)s: was charged at the gateway, but is no payment of ours") % {
            "charge": pair.charge.ref
        }
    if found.kind == Difference.REFUNDED:
        words = _("%(payment)s: %(ours)s of it went back here and %(theirs)s at the gateway")
    else:
        words = _("%(payment)s: is %(ours)s here and %(theirs)s at the gateway")
    return words % {"payment": named, "ours": found.ours, "theirs": found.theirs}
