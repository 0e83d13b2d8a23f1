"""The secret that proves a gateway's webhooks: drawn anew, the older one good for some days yet.

Deliveries that the gateway signed before are still under way then.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wainwright.core import audit, clock
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.connections import adapter_for, keep_secrets, secrets_of
from wainwright.payments.models import Connection

MOST_DAYS = 30
_NAME = "webhook"  # as payments.gateways.base tells of Connection.secrets


def renewable(connection: Connection) -> bool:
    """Whether this gateway proves its webhooks by a secret that we hold."""
    return adapter_for(connection).capabilities().webhook == "signed"


def renew(connection: Connection, *, days: int, by: Actor) -> Connection:
    """A new secret from now on; the one before is believed for so many days (0 to MOST_DAYS).

    An older one that was still believed is forgotten. Raises GatewayError.
    """
    fresh = adapter_for(connection).new_webhook_secret()
    with transaction.atomic():
        locked = Connection.locked(connection.pk)
        secrets = secrets_of(locked)
        before = secrets.get(_NAME, "").split()[:1] if days else []
        secrets[_NAME] = " ".join([fresh, *before])
        keep_secrets(locked, secrets)
        locked.older_secret_until = clock.wall() + timedelta(days=days) if before else None
        locked.save(update_fields=["secrets", "older_secret_until"])
        audit.note(
            "connection.secret_renewed",
            locked.public_id,
            by=by,
            business_id=locked.business_id,
            days=days,
        )
    return locked


def forget_old() -> None:
    """For the sweep: older secrets whose time is over are believed no more."""
    for pk in _over(clock.wall()):
        _forget(pk)


@prepared
def _over(now: Slot) -> QuerySet[Connection, Any]:
    return Connection.objects.filter(older_secret_until__lte=now).values_list("pk", flat=True)


def _forget(pk: int) -> None:
    with transaction.atomic():
        locked = Connection.locked(pk)
        if locked.older_secret_until is None or locked.older_secret_until > clock.wall():
            return  # somebody else did it, or it was renewed meanwhile
        secrets = secrets_of(locked)
        secrets[_NAME] = secrets[_NAME].split()[0]
        keep_secrets(locked, secrets)
        locked.older_secret_until = None
        locked.save(update_fields=["secrets", "older_secret_until"])
        audit.note(
            "connection.secret_forgotten",
            locked.public_id,
            by=SYSTEM,
            business_id=locked.business_id,
        )
