"""I2: our payments and the gateway's charges are the same list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.core import tenancy
from wainwright.core.vault import SecretUnreadable
from wainwright.payments.comparing import Finding, Pair, difference, pairs
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.base import ListedCharge
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.payments.models import Connection, Difference, Payment
from wainwright.reports.invariants.found import Found, rows

EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING = gettext_lazy("%(payment)s: succeeded, but the gateway knows no such charge")


def payments_name_their_charge() -> Found:
    paid = rows(Payment).filter(state=Payment.SUCCEEDED, connection__isnull=False, amount__gt=0)
    nameless = paid.filter(gateway_ref="").values_list("public_id", flat=True)
    broken = [
        _("%(payment)s: succeeded, but names no charge at the gateway") % {"payment": payment}
        for payment in nameless
    ]
    shared = paid.exclude(gateway_ref="").values("connection_id", "gateway_ref")
    for twice in shared.annotate(count=Count("id")).filter(count__gt=1):
        payments = paid.filter(
            connection_id=twice["connection_id"], gateway_ref=twice["gateway_ref"]
        )
        broken.append(
            _("%(payments)s: are one and the same charge %(charge)s")
            % {
                "payments": ", ".join(payments.order_by("pk").values_list("public_id", flat=True)),
                "charge": twice["gateway_ref"],
            }
        )
    return Found(paid.count(), broken)


def test_gateway_agrees() -> Found:
    """Every charge in the Test gateway's own books is a payment of ours, and back."""
    if not (settings.DATA / LEDGER_FILE).exists():
        return Found(0)
    checked, broken = 0, []
    connections = rows(Connection).filter(gateway="test").select_related("business")
    with tenancy.scope(tenancy.current().account_id, tenancy.TEST):
        for connection in connections:
            try:
                charges = list(adapter_for(connection).list_charges(EVER))
            except SecretUnreadable as error:
                broken.append(f"{connection.public_id}: {error}")
                continue
            checked += len(charges)
            broken += _differences(connection, charges)
    return Found(checked, broken)


test_gateway_agrees.__test__ = False  # type: ignore[attr-defined]  # no test case for its name


def _differences(connection: Connection, charges: list[ListedCharge]) -> Iterator[str]:
    """What reconciling would note, but for what a person has settled."""
    settled = set(
        rows(Difference)
        .filter(connection=connection)
        .exclude(settled_by="")
        .values_list("ref", flat=True)
    )
    seen = set()
    for pair in pairs(connection, charges):
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
    paid = rows(Payment).filter(connection=connection, state=Payment.SUCCEEDED, amount__gt=0)
    for payment in paid.exclude(gateway_ref__in=settled):
        if payment.pk not in seen:
            yield _MISSING % {"payment": payment.public_id}


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
