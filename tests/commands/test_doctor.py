"""`wainwright doctor` says what is missing or unsafe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.commands.conftest import Said
from wainwright import wiring
from wainwright.accounts import opening
from wainwright.commands import doctor
from wainwright.core import clock
from wainwright.core.models import SweepMark
from wainwright.core.tenancy import LIVE, scope

pytestmark = pytest.mark.django_db
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
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**62)
    assert about(run("doctor"), "disk")[0].startswith("UNSAFE")
