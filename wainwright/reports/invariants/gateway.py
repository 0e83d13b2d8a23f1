"""I2: our payments and the gateway's charges are the same list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from wainwright.core import tenancy
from wainwright.core.vault import SecretUnreadable
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.base import ListedCharge, OutcomeStatus
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.payments.models import Connection, Payment
from wainwright.reports.invariants.found import Found, rows

EVER = datetime(1970, 1, 1, tzinfo=UTC)


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
    payments = rows(Payment).filter(connection=connection)
    paid = {
        payment.gateway_ref: payment
        for payment in payments.filter(state=Payment.SUCCEEDED, amount__gt=0)
    }
    waiting = payments.filter(state__in=Payment.IN_FLIGHT)
    expected = set(waiting.values_list("public_id", flat=True))
    expected |= set(waiting.exclude(start_ref="").values_list("start_ref", flat=True))
    for charge in charges:
        if charge.outcome.status != OutcomeStatus.SUCCEEDED:
            continue
        payment = paid.pop(charge.ref, None)
        if payment is None:
            if not {charge.key, charge.start_ref} & expected:
                yield _("%(charge)s: was charged at the gateway, but is no payment of ours") % {
                    "charge": charge.ref
                }
        elif charge.outcome.amount != payment.money:
            yield _("%(payment)s: is %(ours)s here and %(theirs)s at the gateway") % {
                "payment": payment.public_id,
                "ours": payment.money,
                "theirs": charge.outcome.amount,
            }
    for payment in paid.values():
        yield _("%(payment)s: succeeded, but the gateway knows no such charge") % {
            "payment": payment.public_id
        }
