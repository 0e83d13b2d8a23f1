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


@dataclass
class Site:
    """A server over one home, its visitors, and what its pages cost, round by round."""

    home: Home
    server: Server
    cookies: dict[str, list[str]]
    database: Callable[[], float | None]
    turn: count[int] = field(default_factory=count)
    costs: dict[str, list[float]] = field(default_factory=dict)
    database_costs: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, page: Page, connection: Connection, seconds: float) -> None:
        """One round of one page: processor seconds of the server for each answer."""
        asked, before, there = 0, self.server.cpu(), self.database()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._ask(page, connection)
            asked += 1
        self.costs.setdefault(page.name, []).append((self.server.cpu() - before) / asked)
        here = self.database()
        if here is not None and there is not None:
            self.database_costs.setdefault(page.name, []).append((here - there) / asked)

    def _ask(self, page: Page, connection: Connection) -> None:
        number = next(self.turn)
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
                site.measure(page, connection, min(seconds, 1))
            site.costs.clear()
            site.database_costs.clear()
        for _round in range(rounds):
            for page in (*FLOORS, *PAGES):
                for site, connection in talks:
                    site.measure(page, connection, seconds)
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
