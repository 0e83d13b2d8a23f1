"""`wainwright simulate`: lives that go well, told the same way every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from wainwright.simulation.life import Life

LIFE = re.compile(
    r"seed (\d+), \d+ days: \d+ steps, (\d+) subscriptions, (\d+) charges, (\d+) faults, 0 wrong"
)


def simulate(seed: int, lives: int, days: int, log: Path) -> subprocess.CompletedProcess[str]:
    """The command, with the order of sets that Python draws for each process anew."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONHASHSEED": "random"}
    return subprocess.run(
        [
            *(sys.executable, "-m", "wainwright", "simulate", "--seed", str(seed)),
            *("--lives", str(lives), "--days", str(days), "--log", str(log)),
        ],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60 + lives * days,
    )


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("first", "lives"),
    [
        *(pytest.param(first, 10, marks=pytest.mark.slow) for first in (1, 11, 21, 31)),
        pytest.param(41, 400, marks=pytest.mark.nightly),
    ],
)
def test_every_life_of_four_hundred_days_is_full_and_goes_as_the_reference_says(
    first: int, lives: int, tmp_path: Path
) -> None:
    done = simulate(first, lives, 400, tmp_path / "log")
    assert done.returncode == 0, done.stderr
    told = [tuple(map(int, life)) for life in LIFE.findall(done.stdout)]
    assert [life[0] for life in told] == list(range(first, first + lives))
    assert min(subscriptions for _seed, subscriptions, _charges, _faults in told) >= 5
    assert min(charges for _seed, _subscriptions, charges, _faults in told) >= 60
    assert min(faults for _seed, _subscriptions, _charges, faults in told) >= 100


@pytest.mark.sqlite
@pytest.mark.slow
def test_the_same_seed_tells_the_same_life_byte_for_byte(tmp_path: Path) -> None:
    both, alone = tmp_path / "both", tmp_path / "alone"
    done = [simulate(3, 2, 25, both), simulate(4, 1, 25, alone)]
    assert [each.returncode for each in done] == [0, 0], done[0].stderr + done[1].stderr
    assert alone.read_bytes() != b""
    assert both.read_bytes().endswith(alone.read_bytes())
    assert "crash " in done[0].stdout
    assert "active " in done[0].stdout


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_life_goes_as_the_reference_says_on_this_database(
    tmp_path: Path, settings: Settings
) -> None:
    settings.DATA = tmp_path  # the Test gateway's books are its own
    told = Life(2).live(25)
    assert told.wrong == []
    assert told.charges > 0
    assert told.faults.total() > 0
