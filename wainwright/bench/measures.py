"""The table of measures, and how each is taken on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wainwright.bench import homes, pages, placing, renewing, running
from wainwright.bench.homes import Home
from wainwright.bench.results import Result, load

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is built and how long is measured."""

    small: int
    large: int
    rounds: int
    seconds: float

    @property
    def sizes(self) -> tuple[int, int]:
        return self.small, self.large


WHOLE = Scale(small=10_000, large=1_000_000, rounds=9, seconds=2)
QUICK = Scale(small=10_000, large=10_000, rounds=3, seconds=0.5)


def _pages(small: Home, large: Home, scale: Scale) -> list[Result]:
    return pages.measure(small, large, rounds=scale.rounds, seconds=scale.seconds)


def _placing(small: Home, large: Home, scale: Scale) -> list[Result]:
    return placing.measure(small, rounds=scale.rounds)


def _documents(small: Home, large: Home, scale: Scale) -> list[Result]:
    return load(small.run("documents", str(scale.rounds), str(scale.seconds)))


def _running(small: Home, large: Home, scale: Scale) -> list[Result]:
    whole = scale is WHOLE
    return running.measure(small, large, starts=5 if whole else 1, pages=20_000 if whole else 1_000)


def _renewals(small: Home, large: Home, scale: Scale) -> list[Result]:
    if scale is QUICK:
        return renewing.measure(small, small=1_000, large=1_000, copied=400, resting=0)
    return renewing.measure(small, small=10_000, large=100_000, copied=4_000, resting=5_000_000)


ALL: dict[str, Callable[[Home, Home, Scale], list[Result]]] = {
    "pages": _pages,
    "placing": _placing,
    "documents": _documents,
    "running": _running,
    "renewals": _renewals,
}
# What builds databases of its own.
ALONE = {"renewals"}
# What has nothing to do with the database is measured once.
ONCE = {"documents"}


def take(names: Sequence[str], root: Path, quick: bool, tell: Tell) -> Iterator[Result]:
    """Builds what is missing and takes the measures, one database after the other."""
    scale = QUICK if quick else WHOLE
    for kind in homes.kinds():
        ready = homes.home if set(names) <= ALONE else partial(_built, tell=tell)
        sized = {size: ready(kind, str(size), root) for size in set(scale.sizes)}
        small, large = (sized[size] for size in scale.sizes)
        for name in names:
            if name in ONCE and kind != homes.SQLITE:
                continue
            tell(f"{name} on {kind}")
            for result in ALL[name](small, large, scale):
                yield replace(result, bound=None) if quick else result


def _built(kind: str, orders: str, root: Path, *, tell: Tell) -> Home:
    tell(f"{int(orders):,} orders on {kind}")
    home = homes.home(kind, orders, root)
    home.run("building", orders)
    return home
