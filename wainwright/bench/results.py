"""What a measure yields: a ratio against its floor, and whether it keeps its bound."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    `ratio` is a median over rounds, `spread` the least and the greatest of them. `bound` is the
    most it may be, or the least where `at_least` is set; None where nothing was promised.
    `seen` tells the absolute figures behind it.
    """

    name: str
    database: str
    ratio: float
    spread: tuple[float, float]
    bound: float | None = None
    at_least: bool = False
    seen: str = ""

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound


def of_rounds(name: str, database: str, ratios: Sequence[float], **about: object) -> Result:
    """The median of the rounds' ratios, with their spread."""
    return Result(
        name,
        database,
        median(ratios),
        (min(ratios), max(ratios)),
        **about,  # type: ignore[arg-type]
    )


def as_json(results: Iterable[Result]) -> str:
    return json.dumps(
        [
            {
                "name": each.name,
                "database": each.database,
                "ratio": round(each.ratio, 4),
                "spread": [round(side, 4) for side in each.spread],
                "bound": each.bound,
                "holds": each.holds,
                "at_least": each.at_least,
                "seen": each.seen,
            }
            for each in results
        ],
        indent=1,
    )


def load(text: str) -> list[Result]:
    """Results as another process wrote them with `dump`."""
    return [Result(**{**row, "spread": tuple(row["spread"])}) for row in json.loads(text)]


def dump(results: Iterable[Result]) -> str:
    return json.dumps([asdict(each) for each in results])


def line(each: Result) -> str:
    bound = "" if each.bound is None else f"{'>=' if each.at_least else '<='} {each.bound:g}"
    verdict = "" if each.bound is None else ("holds" if each.holds else "BROKEN")
    spread = f"{each.spread[0]:.2f} .. {each.spread[1]:.2f}"
    return (
        f"{each.name:<34} {each.database:<11} {each.ratio:>8.2f}  {spread:<18} {bound:<9}"
        f" {verdict:<6}  {each.seen}".rstrip()
    )


HEAD = (
    f"{'measure':<34} {'database':<11} {'median':>8}  {'spread':<18} {'bound':<9} {'':<6}  figures"
)
