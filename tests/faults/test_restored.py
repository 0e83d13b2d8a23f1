"""A backup that is put back under a running shop: nothing is charged twice, whatever was lost."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import copy_postgres
from tests.faults.fleet import SECONDS_TO_ANSWER, Fleet
from wainwright.core import lived
from wainwright.payments.gateways.test.ledger import LEDGER_FILE


@pytest.mark.parametrize(
    "days",
    [pytest.param(3, marks=pytest.mark.slow), pytest.param(30, marks=pytest.mark.nightly)],
)
def test_what_came_after_the_backup_is_booked_from_the_gateway_and_charged_once(
    tmp_path: Path, database: dict[str, str], days: int
) -> None:
    with Fleet(tmp_path, database, webs=1, workers=1) as fleet:
        put_back = live_after_a_backup(fleet, days)
        charged = charges(fleet)
        assert len(charged) > days
        put_back()
        fleet.wake()
        assert compared(fleet) == "behind"
        for _day in range(days):  # the test clock went back with the database
            fleet.inside("day")
        assert charges(fleet) == charged == booked(fleet)
        fleet.run("audit")
        fleet.inside("resume")
        fleet.inside("live 1")
        assert len(charges(fleet)) == len(charged) + 1


@pytest.mark.slow
def test_without_the_file_that_tells_it_is_taken_for_a_restore(
    tmp_path: Path, database: dict[str, str]
) -> None:
    with Fleet(tmp_path, database, webs=1, workers=1) as fleet:
        put_back = live_after_a_backup(fleet, 1)
        charged = charges(fleet)
        put_back()
        (fleet.data / lived.FILE).unlink()
        fleet.wake()
        assert compared(fleet) == "behind"
        assert charges(fleet) == charged == booked(fleet)


@pytest.mark.slow
def test_killing_it_at_any_moment_is_not_taken_for_a_restore(
    tmp_path: Path, database: dict[str, str], seed: int
) -> None:
    with Fleet(tmp_path, database, webs=2, workers=2) as fleet:
        for wait in range(6):
            fleet.mend()
            time.sleep((seed % 97 + 53 * wait) % 160 / 100)
            fleet.kill(*fleet.names())
        assert fleet.inside("restored") == {}


def live_after_a_backup(fleet: Fleet, days: int) -> Callable[[], None]:
    """A daily plan is sold, backed up, and lived with; then nothing runs, and the backup can be put
    back by what is given."""
    fleet.inside("begin_renewal")
    fleet.inside("live 1")
    fleet.sleep()
    put_back = back_up(fleet)
    fleet.wake()
    fleet.inside(f"live {days}")
    fleet.sleep()
    return put_back


def back_up(fleet: Fleet) -> Callable[[], None]:
    """Copies the database alone; what is given puts it back, as an operator would."""
    if "DATABASE_URL" in fleet.environment:
        name = fleet.environment["DATABASE_URL"].rpartition("/")[2]
        copy_postgres(name, to=f"{name}_kept")
        return lambda: copy_postgres(f"{name}_kept", to=name)
    file = fleet.data / "wainwright.sqlite3"
    kept = fleet.data.parent / "kept.sqlite3"
    with closing(sqlite3.connect(file)) as theirs, closing(sqlite3.connect(kept)) as mine:
        theirs.backup(mine)

    def put_back() -> None:
        for old in fleet.data.glob("wainwright.sqlite3*"):
            old.unlink()
        shutil.copy(kept, file)

    return put_back


def charges(fleet: Fleet) -> list[tuple[str, int]]:
    """What the gateway took, read beside all code of ours."""
    with closing(sqlite3.connect(fleet.data / LEDGER_FILE)) as books:
        return sorted(books.execute("SELECT ref, minor FROM charges WHERE state = 'succeeded'"))


def booked(fleet: Fleet) -> list[tuple[str, int]]:
    return sorted((ref, amount) for ref, amount, *_ in fleet.inside("books")["payments"])


def compared(fleet: Fleet) -> str:
    """Waits until the worker has compared all gateways; why billing is paused."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        found = fleet.inside("restored")
        if found and not found["uncompared"]:
            return str(found["why"])
        assert time.monotonic() < deadline, f"not compared:\n{fleet.tail()}"
        time.sleep(0.5)
