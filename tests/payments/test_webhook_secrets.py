"""A new webhook secret is good at once, the one before for the time that was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from wainwright.core import clock, vault
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.models import AuditRow
from wainwright.core.signatures import sign
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import webhook_secrets
from wainwright.payments.connections import adapter_for, secrets_of
from wainwright.payments.gateways.base import BadSignature
from wainwright.payments.models import Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Iterator[Connection]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield Connection.objects.select_related("business").get(business=everybody.own)


def kept(connection: Connection) -> list[str]:
    return secrets_of(Connection.objects.get(pk=connection.pk))["webhook"].split()


def believed(connection: Connection, secret: str) -> bool:
    """Whether a delivery that was signed with the secret just now proves itself."""
    event = {"type": "charge.changed", "at": clock.wall().isoformat(), "ref": "x"}
    body = json.dumps(event | {"start": None, "key": None}).encode()
    message, now = new_id("test_event"), int(clock.wall().timestamp())
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret, message, now, body),
    }
    fresh = Connection.objects.select_related("business").get(pk=connection.pk)
    try:
        return bool(adapter_for(fresh).parse_webhook(body, headers, ""))
    except BadSignature:
        return False


def test_both_are_believed_until_the_time_of_the_older_is_over(connection: Connection) -> None:
    (old,) = kept(connection)
    webhook_secrets.renew(connection, days=7, by=SYSTEM)
    new, kept_old = kept(connection)
    assert kept_old == old != new
    assert believed(connection, old)
    assert believed(connection, new)

    webhook_secrets.forget_old()
    assert kept(connection) == [new, old]
    over = clock.wall() - timedelta(seconds=1)
    Connection.objects.filter(pk=connection.pk).update(older_secret_until=over)
    webhook_secrets.forget_old()
    webhook_secrets.forget_old()
    assert kept(connection) == [new]
    assert not believed(connection, old)
    assert believed(connection, new)
    told = AuditRow.objects.filter(subject=connection.public_id).order_by("pk")
    assert list(told.values_list("action", flat=True)) == [
        "connection.made",
        "connection.secret_renewed",
        "connection.secret_forgotten",
    ]


def test_without_days_the_older_is_void_at_once(connection: Connection) -> None:
    (old,) = kept(connection)
    renewed = webhook_secrets.renew(connection, days=0, by=SYSTEM)
    (new,) = kept(connection)
    assert renewed.older_secret_until is None
    assert not believed(connection, old)
    assert believed(connection, new)


def test_of_several_older_ones_only_the_last_is_believed(connection: Connection) -> None:
    (first,) = kept(connection)
    for _time in range(2):
        connection = webhook_secrets.renew(connection, days=7, by=SYSTEM)
    assert len(kept(connection)) == 2
    assert not believed(connection, first)


def test_secrets_stay_sealed_and_stand_in_no_trail(connection: Connection) -> None:
    webhook_secrets.renew(connection, days=7, by=SYSTEM)
    row = Connection.objects.get(pk=connection.pk)
    trail = str(list(AuditRow.objects.values()))
    for secret in kept(connection):
        assert secret not in row.secrets
        assert secret not in trail
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(row.secrets, business_id=row.business_id + 1, field="connection.secrets")
