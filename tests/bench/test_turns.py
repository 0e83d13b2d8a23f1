"""Turns are joined to rounds that are long enough to judge by."""

from __future__ import annotations

import pytest

from wainwright.bench.turns import Turn, rounds_of


def turns(count: int, seconds: float) -> list[Turn]:
    return [Turn(20, seconds, ours=1.0, floor=0.5) for _turn in range(count)]


@pytest.mark.parametrize(
    ("count", "seconds", "found"),
    [(9, 0.75, [3, 3, 3]), (8, 0.75, [3, 5]), (2, 0.75, [2]), (2, 3.0, [1, 1])],
)
def test_a_round_is_long_enough_and_nothing_is_left_over(
    count: int, seconds: float, found: list[int]
) -> None:
    rounds = rounds_of(turns(count, seconds), 2)
    assert [each.orders for each in rounds] == [20 * number for number in found]


def test_a_round_tells_what_an_order_took() -> None:
    (joined,) = rounds_of(turns(2, 1.0), 2)
    assert joined.costs == (0.05, 0.025)
