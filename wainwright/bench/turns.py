"""Short turns of the product and its floor, joined to rounds that are long enough to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

A_TURN = 20  # orders


@dataclass(frozen=True, slots=True)
class Turn:
    """So many orders: the seconds they took, and processor seconds of ours and of the floor."""

    orders: int
    seconds: float
    ours: float
    floor: float

    def __add__(self, other: Turn) -> Turn:
        return Turn(
            self.orders + other.orders,
            self.seconds + other.seconds,
            self.ours + other.ours,
            self.floor + other.floor,
        )

    @property
    def costs(self) -> tuple[float, float]:
        """Of one order, ours and the floor's."""
        return self.ours / self.orders, self.floor / self.orders


def rounds_of(turns: Sequence[Turn], seconds: float) -> list[Turn]:
    """Rounds of so many seconds at least; what is left over joins the last one."""
    rounds: list[Turn] = []
    for turn in turns:
        if rounds and rounds[-1].seconds < seconds:
            rounds[-1] += turn
        else:
            rounds.append(turn)
    if len(rounds) > 1 and rounds[-1].seconds < seconds:
        last = rounds.pop()
        rounds[-1] += last
    return rounds
