"""What a page costs, in hellos: processor time against that of thirteen bytes, in one run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from statistics import median

from wainwright.bench import database_cpu
from wainwright.bench.homes import Home
from wainwright.bench.names import PRODUCT, SHOP
from wainwright.bench.results import Result, of_rounds
from wainwright.bench.serving import Connection, Server, serving

HELLO, BARE = "hello", "bare"
# A round is cut into short turns, so that a page and its floor meet the machine in the same mood.
TURNS = 10


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the most hellos it may cost. `path` and `who` may hold the visitor's own."""

    name: str
    path: str
    who: str = ""
    bound: float | None = None


PAGES = (
    Page("hub home", "/b/{shop}/hub/", "hub", 7),
    Page("hub subscription", "/b/{shop}/hub/subscriptions/{subscription}/", "hub"),
    Page("checkout page", "/b/{shop}/checkout/{product}/", "", 5),
    Page("documents list", "/b/{shop}/hub/documents/", "hub", 12),
    Page("transactions list", "/dashboard/transactions/?kind=charge", "staff", 12),
)
FLOORS = (Page(HELLO, "/_hello/"), Page(BARE, "/_bare/_hello/"))
GROWTH = 1.2


@dataclass(slots=True)
class Spent:
    """Processor seconds of the server, and of the database where it is a server, for answers."""

    asked: int = 0
    cpu: float = 0.0
    database: float | None = None


@dataclass
class Site:
    """A server over one home, its visitors, and what its pages cost, round by round."""

    home: Home
    server: Server
    cookies: dict[str, list[str]]
    database: Callable[[], float | None]
    visit: count[int] = field(default_factory=count)
    spent: dict[str, Spent] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)
    database_costs: dict[str, list[float]] = field(default_factory=dict)

    def take_turn(self, page: Page, connection: Connection, seconds: float) -> None:
        asked, before, there = 0, self.server.cpu(), self.database()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._ask(page, connection)
            asked += 1
        spent = self.spent.setdefault(page.name, Spent())
        spent.asked += asked
        spent.cpu += self.server.cpu() - before
        here = self.database()
        if here is not None and there is not None:
            spent.database = (spent.database or 0) + here - there

    def end_round(self) -> None:
        """Keeps what each page cost in this round: processor seconds for an answer."""
        for name, spent in self.spent.items():
            self.costs.setdefault(name, []).append(spent.cpu / spent.asked)
            if spent.database is not None:
                self.database_costs.setdefault(name, []).append(spent.database / spent.asked)
        self.spent.clear()

    def _ask(self, page: Page, connection: Connection) -> None:
        number = next(self.visit)
        path = page.path.format(
            shop=SHOP, product=PRODUCT, subscription=self._of("subscriptions", number)
        )
        status = connection.status(path, self._of(page.who, number) if page.who else "")
        if status != 200:
            raise SystemExit(f"{path} answered {status}")

    def _of(self, name: str, number: int) -> str:
        mine = self.cookies[name]
        return mine[number % len(mine)]

    def hellos(self, page: str) -> list[float]:
        """Each round's cost against hello in the same round."""
        floor = self.costs[HELLO]
        return [cost / hello for cost, hello in zip(self.costs[page], floor, strict=True)]


def measure(small: Home, large: Home, *, rounds: int, seconds: float) -> list[Result]:
    """All pages over both sizes, in the same rounds, one page after the other."""
    with ExitStack() as stack:
        sites = [_open(stack, home) for home in ([small] if small is large else [small, large])]
        talks = [(site, site.server.connect()) for site in sites]
        for site, connection in talks:  # until every page was built once
            for page in (*FLOORS, *PAGES):
                site.take_turn(page, connection, min(seconds, 1))
            site.spent.clear()
        for _round in range(rounds):
            for _turn in range(TURNS):
                for page in (*FLOORS, *PAGES):
                    for site, connection in talks:
                        site.take_turn(page, connection, seconds / TURNS)
            for site in sites:
                site.end_round()
    return [*_floor(sites[-1]), *(line for page in PAGES for line in _lines(page, sites))]


def _open(stack: ExitStack, home: Home) -> Site:
    cookies = json.loads(home.run("visitors"))
    server = stack.enter_context(serving(home))
    return Site(home, server, cookies, database_cpu.meter(home))


def _floor(site: Site) -> list[Result]:
    bare = zip(site.costs[HELLO], site.costs[BARE], strict=True)
    seen = (
        f"{median(site.costs[HELLO]) * 1e3:.2f} ms against {median(site.costs[BARE]) * 1e3:.2f} ms"
    )
    ratios = [hello / alone for hello, alone in bare]
    return [of_rounds("hello in bare views", site.home.kind, ratios, bound=3, seen=seen)]


def _lines(page: Page, sites: list[Site]) -> list[Result]:
    small, large = sites[0], sites[-1]
    found = [
        of_rounds(
            f"{page.name} in hellos",
            large.home.kind,
            large.hellos(page.name),
            bound=page.bound,
            seen=_seen(page, large),
        )
    ]
    if large is not small:
        growth = [
            there / here
            for here, there in zip(small.hellos(page.name), large.hellos(page.name), strict=True)
        ]
        found.append(
            of_rounds(
                f"{page.name}, large over small",
                large.home.kind,
                growth,
                bound=GROWTH if page.bound else None,
            )
        )
    return found


def _seen(page: Page, site: Site) -> str:
    text = f"{median(site.costs[page.name]) * 1e3:.2f} ms"
    if page.name in site.database_costs:
        text += f", the database's own {median(site.database_costs[page.name]) * 1e3:.2f} ms"
    return text
