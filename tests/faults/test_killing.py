"""Whatever is killed, at whatever moment: nothing promised is lost, nothing is done twice."""

from __future__ import annotations

import logging
import random
import time
from pathlib import Path

import pytest

from tests.faults.buyers import Crowd
from tests.faults.checking import check
from tests.faults.fleet import SECONDS_TO_ANSWER, Fleet
from tests.faults.mailroom import Mailroom
from tests.faults.visitors import Promises

log = logging.getLogger(__name__)

NIGHT = 6  # cycles between two days of the test clock


@pytest.mark.parametrize(
    "cycles",
    [pytest.param(30, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.nightly)],
)
def test_nothing_is_lost_or_doubled_under_kill_9(
    tmp_path: Path, database: dict[str, str], mailroom: Mailroom, seed: int, cycles: int
) -> None:
    with Fleet(tmp_path, database | {"WAINWRIGHT_SMTP_URL": mailroom.url}) as fleet:
        with mailroom.moody(seed), Crowd(fleet, seed, at_home=True) as crowd:
            kill_at_random(fleet, crowd.promises, random.Random(seed), cycles)
        fleet.kill(*fleet.names())
        log.warning("%s %s", check(fleet, crowd.promises, mailroom), dict(mailroom.moods))


def kill_at_random(fleet: Fleet, told: Promises, chance: random.Random, cycles: int) -> None:
    """Each cycle kills a server, what answers behind it, or a worker, in the midst of its work; or
    one of them stands still for a while and goes on."""
    cycle, night = 0, NIGHT
    while cycle < cycles:
        work_on(fleet, told, chance.randint(1, 6))
        at_work = [name for name in fleet.names() if fleet.is_up(name)]
        names = [chance.choice(at_work or fleet.names())]
        if chance.random() < 0.3:
            names = [chance.choice(fleet.names("web")), chance.choice(fleet.names("worker"))]
        time.sleep(chance.uniform(0, 0.1))
        if chance.random() < 0.25:
            cycle += stand_still(fleet, names[0], chance.uniform(0.1, 2))
        elif len(names) == 1 and names[0].startswith("web") and chance.random() < 0.5:
            cycle += fleet.kill_a_child(names[0])
        else:
            cycle += fleet.kill(*names)
        if cycle >= night:
            # Nobody may be at work while the days turn: a jump of the clock is no fault of theirs.
            fleet.kill(*fleet.names("worker"))
            fleet.inside("day")
            night = cycle + NIGHT
        fleet.mend()


def stand_still(fleet: Fleet, name: str, seconds: float) -> int:
    """Frozen in whatever it is doing, while all others go on; 0 if it does not run."""
    if name not in fleet.processes:
        return 0
    fleet.stop(name)
    time.sleep(seconds)
    fleet.resume(name)
    return 1


def work_on(fleet: Fleet, told: Promises, answers: int) -> None:
    """Waits until the buyers had so many more answers."""
    wanted, deadline = told.answered + answers, time.monotonic() + SECONDS_TO_ANSWER
    while told.answered < wanted:
        assert not told.broken
        assert time.monotonic() < deadline, f"nothing works any more:\n{fleet.tail()}"
        fleet.mend()
        time.sleep(0.02)
