"""A business's links to gateways."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.core import audit, clock, signatures, vault
from wainwright.core.actors import Actor
from wainwright.core.ids import new_id
from wainwright.core.prepared import Slot, prepared
from wainwright.core.tenancy import TEST
from wainwright.payments.gateways import adapter
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.payments.models import Connection

_SECRETS = "connection.secrets"


def connect_test_gateway(business: Business, *, by: Actor) -> Connection:
    """The Test gateway for this business, in the scope's test mode; once."""
    known = Connection.objects.filter(business=business, gateway="test", active=True).first()
    if known is not None:
        return known
    secrets = {"webhook": signatures.new_secret()}
    return connect(business, gateway="test", label="Test", secrets=secrets, by=by)


def connect(
    business: Business, *, gateway: str, label: str, secrets: dict[str, str], by: Actor
) -> Connection:
    """Stores the secrets sealed; they are never shown again."""
    with transaction.atomic():
        connection = Connection(
            public_id=new_id("con"),
            business=business,
            gateway=gateway,
            label=label,
            created_at=clock.wall(),
        )
        keep_secrets(connection, secrets)
        connection.save()
        audit.note(
            "connection.made",
            connection.public_id,
            by=by,
            business_id=business.pk,
            gateway=gateway,
        )
    return connection


def keep_secrets(connection: Connection, secrets: dict[str, str]) -> None:
    """Puts them, sealed, on the record in hand, which is the caller's to save."""
    connection.secrets = vault.seal(
        json.dumps(secrets), business_id=connection.business_id, field=_SECRETS
    )


def secrets_of(connection: Connection) -> dict[str, str]:
    """The secrets, opened. Raises SecretUnreadable."""
    opened: dict[str, str] = json.loads(
        vault.unseal(connection.secrets, business_id=connection.business_id, field=_SECRETS)
    )
    return opened


def reseal(work: vault.Resealing) -> None:
    """Seals the secrets of all the scope's connections with the newest key, one by one."""
    for connection in Connection.objects.order_by("pk"):
        fresh = work.reseal(connection.secrets, connection.public_id)
        if fresh != connection.secrets:
            unchanged = Connection.objects.filter(pk=connection.pk, secrets=connection.secrets)
            unchanged.update(secrets=fresh)


def connection_for(business_id: int, currency: str) -> Connection | None:
    """What takes this business's payments in the currency, newest first; None if nothing does."""
    for connection in _active(business_id):
        if currency in adapter_for(connection).capabilities().currencies:
            return connection
    return None


@prepared
def _active(business: Slot) -> QuerySet[Connection]:
    rows = Connection.objects.filter(business_id=business, active=True)
    return rows.select_related("business").order_by("-pk")


def webhook_address(connection: Connection) -> str:
    return link_for(connection.business, "hooks:receive", connection_id=connection.public_id)


def adapter_for(connection: Connection) -> gateways.Gateway:
    """The adapter, with the connection's secrets opened; made once for the record in hand."""
    sealed, adapter = connection.__dict__.get("opened", (None, None))
    if adapter is None or sealed != connection.secrets:
        adapter = _opened(connection)
        connection.__dict__["opened"] = (connection.secrets, adapter)
    return adapter


def _opened(connection: Connection) -> gateways.Gateway:
    described = gateways.Connection(
        id=connection.public_id,
        mode="test" if connection.mode == TEST else "live",
        secrets=secrets_of(connection),
        webhook_url=webhook_address(connection),
        base_urls={"page": test_gateway_origin()} if connection.gateway == "test" else {},
        settings={"ledger": str(settings.DATA / LEDGER_FILE)}
        if connection.gateway == "test"
        else {},
    )
    return adapter(connection.gateway, described, clock=clock.now)


def test_gateway_origin() -> str:
    """Where the Test gateway shows its card page: an origin of its own beside this install's."""
    port = urlsplit(settings.URL).port
    return "http://testgateway.localhost" + (f":{port}" if port else "")


def connection_by_id(business_id: int, public_id: str) -> Connection | None:
    """The business's connection of the scope's mode with this public id."""
    rows = Connection.objects.filter(business_id=business_id, public_id=public_id)
    found: Connection | None = rows.select_related("business").first()
    return found
