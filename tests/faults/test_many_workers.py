"""Many workers, each with a scheduler of its own, on one database: everybody is charged once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet
from wainwright.payments.gateways.test.ledger import LEDGER_FILE

WORKERS, SECONDS_EACH, SECONDS_TO_START = 7, 0.2, 300


@pytest.mark.postgres
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(300, marks=pytest.mark.slow),
        pytest.param(10_000, marks=pytest.mark.nightly),
    ],
)
def test_whoever_is_due_is_charged_once_by_all_of_them_together(
    tmp_path: Path, database: dict[str, str], count: int
) -> None:
    with Fleet(tmp_path, database, webs=0, workers=WORKERS) as fleet:
        fleet.inside(f"let_many_fall_due {count}")
        deadline = time.monotonic() + SECONDS_TO_START + SECONDS_EACH * count
        while (found := fleet.inside("renewed"))["due"] or found["paid"] < found["attempts"]:
            assert time.monotonic() < deadline, f"{found}\n{fleet.tail()}"
            time.sleep(1)
        assert found == {
            "due": 0,
            "attempts": count,
            "paid": count,
            "bills": count,
            "charges": count,
        }
        with closing(sqlite3.connect(fleet.data / LEDGER_FILE)) as ledger:
            first_and_renewals = "SELECT count(*) FROM charges WHERE state = 'succeeded'"
            assert ledger.execute(first_and_renewals).fetchone() == (count + 1,)
