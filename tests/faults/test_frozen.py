"""A worker frozen past its lease finds the work done when it wakes, and can change none of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.faults.checking import check
from tests.faults.fleet import Fleet
from tests.faults.mailroom import SECONDS_OF_SLOWNESS, Mailroom
from tests.faults.visitors import Promises
from wainwright.payments.gateways.test.ledger import LEDGER_FILE

pytestmark = pytest.mark.slow

SECONDS_A_TRANSACTION_MAY_REST = 30


def test_a_worker_frozen_while_it_sends_leaves_the_letter_to_another(
    tmp_path: Path, database: dict[str, str], mailroom: Mailroom
) -> None:
    settings = database | {"WAINWRIGHT_SMTP_URL": mailroom.url}
    with Fleet(tmp_path, settings, webs=0, workers=1) as fleet:
        mailroom.slow = True
        fleet.inside("sell")
        until(lambda: mailroom.came.total() > 0)
        freeze(fleet, "worker0")
        time.sleep(SECONDS_OF_SLOWNESS)
        mailroom.slow = False
        assert not any(fleet.inside("drain").values())
        before = fleet.inside("books")["letters"]
        fleet.resume("worker0")
        until(lambda: "was in other hands" in fleet.tail())
        assert fleet.inside("books")["letters"] == before
        fleet.kill("worker0")
        assert check(fleet, Promises(), mailroom)["letters sent again"] > 0


def test_a_worker_frozen_on_its_way_to_the_gateway_charges_nothing_twice(
    tmp_path: Path, database: dict[str, str], mailroom: Mailroom
) -> None:
    settings = database | {"WAINWRIGHT_SMTP_URL": mailroom.url}
    with Fleet(tmp_path, settings, webs=0, workers=1) as fleet:
        fleet.kill("worker0")
        fleet.inside("begin_renewal")
        with closing(sqlite3.connect(fleet.data / LEDGER_FILE, autocommit=True)) as ledger:
            ledger.execute("BEGIN IMMEDIATE")
            fleet.mend()
            until(lambda: fleet.inside("waiting")["payments"] > 0)
            time.sleep(0.5)
            freeze(fleet, "worker0")
            ledger.execute("ROLLBACK")
        left = fleet.inside("drain")
        fleet.resume("worker0")
        time.sleep(3)
        fleet.kill("worker0")
        assert check(fleet, Promises(), mailroom)["renewals"] >= 1, left


@pytest.mark.postgres
def test_a_transaction_frozen_with_its_worker_is_ended_and_holds_nobody_up(
    tmp_path: Path, database: dict[str, str], mailroom: Mailroom
) -> None:
    settings = database | {"WAINWRIGHT_SMTP_URL": mailroom.url}
    with Fleet(tmp_path, settings, webs=0, workers=1) as fleet:
        with psycopg.connect(database["DATABASE_MIGRATE_URL"]) as owner:
            owner.execute("LOCK TABLE letters_letter IN EXCLUSIVE MODE")
            fleet.inside("sell")
            time.sleep(3)  # the worker is in the midst of a delivery, and waits for the table
            fleet.stop("worker0")
        time.sleep(SECONDS_A_TRANSACTION_MAY_REST + 2)
        assert not any(fleet.inside("drain").values())
        before = fleet.inside("books")["letters"]
        fleet.resume("worker0")
        time.sleep(3)
        assert fleet.inside("books")["letters"] == before
        fleet.kill("worker0")
        check(fleet, Promises(), mailroom)


def freeze(fleet: Fleet, name: str) -> None:
    """Stops it where it holds no lock on a SQLite database: there nobody can take it from it, and
    all would wait for the one who is frozen."""
    for _try in range(100):
        fleet.stop(name)
        time.sleep(0.1)
        if "DATABASE_URL" in fleet.environment or not _locked(fleet.data / "wainwright.sqlite3"):
            return
        fleet.resume(name)
        time.sleep(0.05)
    raise AssertionError("it always writes")


def _locked(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=0, autocommit=True)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        database.execute("ROLLBACK")
        return False


def until(happens: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)
