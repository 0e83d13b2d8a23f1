"""The table of measures, and how each is taken on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wainwright.bench import homes, pages, placing, proving, renewing, running, working
from wainwright.bench.homes import Home
from wainwright.bench.results import Result, load
from wainwright.demo import story

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is built and how long is measured."""

    small: int  # orders
    large: int
    rounds: int
    seconds: float  # a round
    buyers: int  # whose orders are placed
    starts: int
    visits: int
    due: tuple[int, int]  # renewals, few and many
    copied: int
    resting: int  # subscriptions that are not due
    demo: tuple[int, int]  # days, and buyers


WHOLE = Scale(
    small=10_000, large=1_000_000, rounds=9, seconds=2, buyers=1_800, starts=5, visits=20_000,
    due=(10_000, 100_000), copied=4_000, resting=5_000_000, demo=(story.DAYS, story.BUYERS),
)  # fmt: skip
QUICK = Scale(
    small=10_000, large=10_000, rounds=3, seconds=0.5, buyers=180, starts=1, visits=1_000,
    due=(1_000, 1_000), copied=400, resting=0, demo=(60, 20),
)  # fmt: skip


def _pages(small: Home, large: Home, scale: Scale) -> list[Result]:
    return pages.measure(small, large, rounds=scale.rounds, seconds=scale.seconds)


def _placing(small: Home, large: Home, scale: Scale) -> list[Result]:
    sizes = {"placing an order": small}
    if large is not small:
        sizes[f"placing among {scale.large:,}"] = large
    return [
        result
        for name, home in sizes.items()
        for result in placing.measure(home, name, buyers=scale.buyers, seconds=scale.seconds)
    ]


def _documents(small: Home, large: Home, scale: Scale) -> list[Result]:
    return load(small.run("documents", str(scale.rounds), str(scale.seconds)))


def _running(small: Home, large: Home, scale: Scale) -> list[Result]:
    return [
        *running.measure(small, large, starts=scale.starts, pages=scale.visits),
        *working.measure(large, starts=scale.starts),
    ]


def _renewals(small: Home, large: Home, scale: Scale) -> list[Result]:
    few, many = scale.due
    return renewing.measure(
        small, small=few, large=many, copied=scale.copied, resting=scale.resting
    )


def _prove(small: Home, large: Home, scale: Scale) -> list[Result]:
    days, buyers = scale.demo
    return proving.measure(small.folder.parent, days=days, buyers=buyers)


ALL: dict[str, Callable[[Home, Home, Scale], list[Result]]] = {
    "pages": _pages,
    "placing": _placing,
    "documents": _documents,
    "running": _running,
    "renewals": _renewals,
    "prove": _prove,
}
# What builds databases of its own.
ALONE = {"renewals", "prove"}
# What has nothing to do with the database is measured once.
ONCE = {"documents", "prove"}


def take(
    names: Sequence[str], root: Path, tell: Tell, *, quick: bool = False, orders: int | None = None
) -> Iterator[Result]:
    """Builds what is missing and takes the measures, one database after the other.

    The large one has so many `orders`, where that is said.
    """
    scale = QUICK if quick else WHOLE
    scale = replace(scale, large=orders or scale.large)
    for kind in homes.kinds():
        ready = homes.home if set(names) <= ALONE else partial(_built, tell=tell)
        sized = {
            size: ready(kind, str(size), root) for size in dict.fromkeys([scale.small, scale.large])
        }
        small, large = sized[scale.small], sized[scale.large]
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
