"""`wainwright doctor` says what is missing or unsafe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from tests import cast
from tests.commands.conftest import Said
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from tests.postgres import free_port
from tests.server import Server
from wainwright import wiring
from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.commands.health import database, machine
from wainwright.core import clock, events
from wainwright.core.models import SweepMark
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.invoicing.files import pdf_of
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Connection
from wainwright.sales.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Run = Callable[..., Said]


@pytest.fixture
def account_id() -> int:
    return opening.open_account(slug="acme", name="Acme", email="ann@acme.example").account_id


def about(said: Said, what: str) -> list[str]:
    return [line for line in said.out.splitlines() if f" {what}: " in line]


def test_a_worker_that_never_came_is_unsafe(run: Run, account_id: int) -> None:
    said = run("doctor")
    assert said.code == 1
    assert about(said, "worker")[0].startswith("UNSAFE  worker: has not looked after Acme")


def test_a_worker_that_is_at_work_is_fine(run: Run, account_id: int) -> None:
    wiring.sweep()
    assert about(run("doctor"), "worker") == ["ok      worker: at work"]


def test_a_worker_that_stopped_is_unsafe(run: Run, account_id: int) -> None:
    wiring.sweep()
    with scope(account_id, LIVE):
        SweepMark.objects.update(finished_at=clock.wall() - timedelta(minutes=6))
    assert about(run("doctor"), "worker")[0].startswith("UNSAFE")


@pytest.mark.sqlite
def test_an_embedded_database_is_whole_and_durable(run: Run) -> None:
    assert about(run("doctor"), "database") == [
        "ok      database: SQLite, whole, every write on disk"
    ]


@pytest.mark.slow
@pytest.mark.sqlite
def test_an_empty_folder_is_looked_at_once_it_is_settled(tmp_path: Path) -> None:
    told = Server(tmp_path / "data").run("doctor")
    assert "UNSAFE" not in told


@pytest.mark.postgres
def test_an_application_role_behind_its_walls_is_fine(run: Run) -> None:
    assert not [line for line in about(run("doctor"), "database") if "role" in line]


def test_a_public_address_without_encryption_is_unsafe(run: Run, settings: Settings) -> None:
    settings.URL, settings.ON_LOOPBACK = "http://shop.example", False
    assert about(run("doctor"), "address")[0].startswith("UNSAFE  address: http://shop.example")
    assert about(run("doctor"), "mail")[0].startswith("UNSAFE")


def test_a_demo_that_others_reach_is_unsafe(run: Run, settings: Settings) -> None:
    settings.DEMO, settings.ON_LOOPBACK = True, False
    assert about(run("doctor"), "demo")


def test_a_key_that_is_none_is_unsafe(run: Run, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["nonsense"]
    assert about(run("doctor"), "keys")[0].startswith("UNSAFE")


def test_a_disk_that_is_almost_full_is_unsafe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LEAST_FREE", 2**62)
    assert about(run("doctor"), "disk")[0].startswith("UNSAFE")


def test_a_folder_that_others_may_read_is_unsafe(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    tmp_path.chmod(0o755)
    assert about(run("doctor"), "disk")[1].startswith("UNSAFE  disk: others may read")
    tmp_path.chmod(0o700)
    assert len(about(run("doctor"), "disk")) == 1


def test_a_secret_key_that_can_be_guessed_is_unsafe(run: Run, settings: Settings) -> None:
    settings.SECRET_KEY = "secret" * 8
    assert "can be guessed" in about(run("doctor"), "keys")[0]


def test_older_keys_are_mentioned(run: Run, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert "older ones are still believed" in about(run("doctor"), "keys")[0]


def test_secrets_that_no_key_opens_are_named(run: Run, settings: Settings) -> None:
    everybody = cast.assemble()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with scope(everybody.account.pk, TEST):
        ids = set(Connection.objects.values_list("public_id", flat=True))
    said = about(run("doctor"), "keys")[-1]
    assert said.startswith("UNSAFE")
    assert all(public_id in said for public_id in ids)


def test_a_host_of_a_business_is_named(run: Run, account_id: int) -> None:
    with scope(account_id, LIVE):
        Business.objects.update(host="shop.acme.example")
    assert "shop.acme.example is Acme" in about(run("doctor"), "hosts")[0]


def test_a_mail_server_that_is_away_is_unsafe(run: Run, settings: Settings) -> None:
    settings.MAIL_TO_FILES = False
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": free_port(), "timeout": 2},
        }
    }
    settings.MAIL_FROM = "shop@acme.example"
    refused, hint = about(run("doctor"), "mail")
    assert refused.startswith("UNSAFE  mail: the mail server refuses")
    assert "SPF, DKIM and DMARC for acme.example" in hint


def test_broken_invariants_are_named(run: Run) -> None:
    everybody = cast.assemble()
    assert about(run("doctor"), "invariants") == ["ok      invariants: all hold"]
    with scope(everybody.account.pk, TEST):
        order = buy(make_price(make_product(everybody.own))).order
        Order.objects.filter(pk=order.pk).update(gross=1, net=1)
    assert about(run("doctor"), "invariants")[0].startswith("UNSAFE  invariants: I")


@pytest.mark.postgres
def test_a_database_whose_clock_is_apart_is_unsafe(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert about(run("doctor"), "clock") == []
    monkeypatch.setattr(database, "MOST_SKEW", timedelta(0))
    assert about(run("doctor"), "clock")[0].startswith("UNSAFE")


def test_it_speaks_the_language_of_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "Datenbank" in run("doctor").out


def test_what_failed_in_test_mode_is_counted_too(run: Run) -> None:
    """Letters that could not be sent, and documents that are not fit for archives."""
    people = cast.assemble()
    with scope(people.account.pk, TEST):
        bought = buy(make_price(make_product(people.own)), name="田中\ue000")
        pdf_of(Document.objects.get(order=bought.order))
        events.deliver_waiting()
        failed = Letter.objects.update(state=Letter.FAILED)
    said = run("doctor")
    assert failed
    assert about(said, "letters") == [f"ok      letters: {failed} could not be sent"]
    assert about(said, "documents")[0].startswith("ok      documents: 1 are not fit for archives")
