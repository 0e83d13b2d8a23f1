"""Chance and time come from one place each, which a simulation can take over for a while."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from wainwright.core import chance, clock
from wainwright.core.ids import new_id
from wainwright.core.signatures import new_secret

THEN = datetime(2031, 2, 28, 23, 30, tzinfo=UTC)


def drawn(seed: int) -> tuple[str, str]:
    with chance.drawn_from(random.Random(seed).randbytes):
        return new_id("sub"), new_secret()


def test_the_same_seed_draws_the_same_ids_and_secrets() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_afterwards_nobody_can_repeat_what_is_drawn() -> None:
    drawn(1)
    assert new_id("sub") != new_id("sub")


def test_a_told_clock_stands_until_it_is_moved() -> None:
    now = [THEN]
    with clock.told_by(lambda: now[0]):
        assert clock.wall() == THEN
        before = clock.monotonic()
        now[0] += timedelta(minutes=1)
        assert (clock.wall() - THEN, clock.monotonic() - before) == (timedelta(minutes=1), 60)
    assert clock.wall() != now[0]
