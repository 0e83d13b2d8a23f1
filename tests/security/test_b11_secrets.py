"""B11: secrets lie sealed, each for its own business and field, and keys can be changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.db import connection
from pytest_django import Settings

from tests import cast
from tests.cast import Cast
from tests.commands.conftest import Said, run
from wainwright.core import vault
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.payments.connections import adapter_for, connect
from wainwright.payments.models import Connection

pytestmark = pytest.mark.django_db
Run = Callable[..., Said]
__all__ = ["run"]

PLAIN = {"key": "sk_live_51Hsecretsecret", "webhook": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
SEALED = re.compile(r"gAAAA[A-Za-z0-9_=-]{60,}")


@pytest.fixture
def people(db: None) -> Iterator[Cast]:
    """Everybody; Ann has an authenticator app and recovery codes, two businesses have secrets."""
    everybody = cast.assemble()
    secret = generate_totp_secret()
    TOTP.activate(everybody.ann.user, secret)
    RecoveryCodes.activate(everybody.ann.user)
    with scope(everybody.account.pk, LIVE):
        for business in (everybody.own, everybody.client):
            connect(business, gateway="test", label="Live", secrets=PLAIN, by=SYSTEM)
        yield everybody


def dump() -> str:
    """Every value of every table, as whoever stole the database would have it."""
    words = []
    accounts = apps.get_model("accounts", "Account").objects.values_list("pk", flat=True)
    for account in [*accounts]:
        with scope(account, TEST), connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                words += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(words)


def opens(key: str, token: str) -> bool:
    try:
        Fernet(key).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def test_t_key_a_stolen_database_holds_no_secret_in_the_clear(people: Cast) -> None:
    stolen = dump()
    assert SEALED.findall(stolen)
    assert "sk_live" not in stolen
    assert "whsec_" not in stolen


def test_t_key_a_secret_moved_to_another_business_does_not_open(people: Cast) -> None:
    first, second = Connection.objects.order_by("pk")
    first.secrets, second.secrets = second.secrets, first.secrets
    for swapped in (first, second):
        swapped.save()
        with pytest.raises(vault.SecretUnreadable):
            adapter_for(swapped)


def test_a_new_key_takes_over_every_stored_secret(
    people: Cast, run: Run, settings: Settings
) -> None:
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, old]
    said = run("rotatekeys")
    assert (said.code, said.last) == (0, "The older key may go now.")
    tokens = SEALED.findall(dump())
    assert tokens
    assert all(opens(new, token) for token in tokens)
    settings.ENCRYPTION_KEYS = [new]
    for row in Connection.objects.all():
        assert (
            json.loads(
                vault.unseal(row.secrets, business_id=row.business_id, field="connection.secrets")
            )
            == PLAIN
        )
    totp = people.ann.user.authenticator_set.get(type="totp")
    assert re.fullmatch(r"[A-Z2-7]+", get_adapter().decrypt(totp.data["secret"]))


def test_run_again_it_finds_nothing_to_do(people: Cast, run: Run, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    met = re.match(r"(\d+) secrets, \1 sealed anew", run("rotatekeys").out)
    assert met
    assert run("rotatekeys").out.startswith(f"{met[1]} secrets, 0 sealed anew")


def test_what_no_key_opens_is_named_and_kept(people: Cast, run: Run, settings: Settings) -> None:
    before = [row.secrets for row in Connection.objects.order_by("pk")]
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    said = run("rotatekeys")
    assert said.code == 1
    assert Connection.objects.order_by("pk")[0].public_id in said.out
    assert [row.secrets for row in Connection.objects.order_by("pk")] == before
