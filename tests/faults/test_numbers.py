"""Documents issued by eight processes that are killed and rolled back are numbered 1, 2, 3 …"""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet


@pytest.mark.parametrize(
    "count",
    [pytest.param(800, marks=pytest.mark.slow), pytest.param(16_000, marks=pytest.mark.nightly)],
)
def test_numbers_have_no_gap_and_dates_never_go_back(
    tmp_path: Path, database: dict[str, str], seed: int, count: int
) -> None:
    with Fleet(tmp_path, database, webs=0, workers=0) as fleet:
        issuing = [sys.executable, "-m", "tests.faults.issuing", fleet.data, str(count), str(seed)]
        done = subprocess.run(
            issuing, env=fleet.environment, stderr=subprocess.PIPE, text=True, timeout=4 * 3600
        )
        assert done.returncode == 0, done.stderr[-4000:]
        documents = fleet.inside("books")["documents"]
        fleet.run("audit")
    assert len(documents) >= count
    assert [number for _kind, number, _day in documents] == list(range(1, len(documents) + 1))
    assert all(before <= after for (*_n, before), (*_m, after) in pairwise(documents))
