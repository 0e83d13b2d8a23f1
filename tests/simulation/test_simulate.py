"""`wainwright simulate`: lives that go well, told the same way every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite

SOME = [pytest.param(seed, 25, marks=pytest.mark.slow) for seed in (1, 4)]
MANY = [pytest.param(seed, 400, marks=pytest.mark.nightly) for seed in range(1, 41)]


def simulate(seed: int, days: int, log: Path) -> subprocess.CompletedProcess[str]:
    """The command, with the order of sets that Python draws for each process anew."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONHASHSEED": "random"}
    return subprocess.run(
        [
            *(sys.executable, "-m", "wainwright", "simulate"),
            *("--seed", str(seed), "--days", str(days), "--log", str(log)),
        ],
        capture_output=True,
        text=True,
        env=environment,
        timeout=900,
    )


@pytest.mark.parametrize(("seed", "days"), [*SOME, *MANY])
def test_a_life_goes_as_the_reference_says(seed: int, days: int, tmp_path: Path) -> None:
    done = simulate(seed, days, tmp_path / "log")
    assert done.returncode == 0, done.stderr
    assert " 0 wrong" in done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_the_same_seed_tells_the_same_life_byte_for_byte(tmp_path: Path) -> None:
    logs = [tmp_path / "one", tmp_path / "two"]
    for log in logs:
        simulate(4, 25, log)
    assert logs[0].read_bytes() == logs[1].read_bytes() != b""
