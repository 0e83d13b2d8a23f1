"""Placing an order: against the same rows by raw SQL, and as a whole request in hellos.

Buyers have paid at the Test gateway and are not back yet. One copy of the database tells which
statements the booking writes; on another these are written again by the driver alone, one
transaction an order; on the third the product books.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import replace
from itertools import batched
from statistics import median

from wainwright.bench import database_cpu, homes
from wainwright.bench.homes import Home
from wainwright.bench.names import PRODUCT, SHOP
from wainwright.bench.pages import HELLO
from wainwright.bench.results import Result, load, of_rounds
from wainwright.bench.serving import Server, serving
from wainwright.bench.turns import A_TURN, Turn, rounds_of

HELLOS = 10 * A_TURN  # beside each turn
OF_RAW, IN_HELLOS = 7, 40


def measure(home: Home, name: str, *, buyers: int, seconds: float) -> list[Result]:
    """As many rounds of so many seconds as the buyers' orders make; two of three are booked
    against raw SQL, the others come back over HTTP."""
    with ExitStack() as stack:
        ours = stack.enter_context(homes.copied(home, "placing"))
        paid = json.loads(ours.run("paid", str(buyers)))
        split = len(paid) * 2 // 3
        witness = stack.enter_context(homes.copied(ours, "placing-witness"))
        floor = stack.enter_context(homes.copied(ours, "placing-floor"))
        (ours.folder / "written.json").write_text(witness.run("written", json.dumps(paid[:split])))
        booked = load(ours.run("booked", json.dumps(paid[:split]), str(seconds), floor.location))
        return [
            *(replace(each, name=f"{name}, {each.name}", bound=OF_RAW) for each in booked),
            _over_http(ours, f"{name} in {HELLO}s", paid[split:], seconds),
        ]


def _over_http(home: Home, name: str, paid: list[list[str]], seconds: float) -> Result:
    """The buyer's way back from the gateway, in hellos of the same rounds."""
    turns: list[Turn] = []
    theirs: list[float] = []
    database = database_cpu.meter(home)
    with serving(home) as server:
        for batch in batched(paid, A_TURN):
            hello, _seconds = _cost(server, ["/_hello/"] * HELLOS, 200)
            paths = [
                f"/b/{SHOP}/checkout/{PRODUCT}/return/{public_id}/" for _key, public_id in batch
            ]
            before = database()
            cost, took = _cost(server, paths, 303)
            after = database()
            turns.append(Turn(len(batch), took, cost, hello * len(batch) / HELLOS))
            if before is not None and after is not None:
                theirs.append((after - before) / len(batch))
    rounds = rounds_of(turns, seconds)
    seen = f"{median(each.costs[0] for each in rounds) * 1e3:.1f} ms"
    if theirs:
        seen += f", the database's own {median(theirs) * 1e3:.1f} ms"
    ratios = [each.ours / each.floor for each in rounds]
    return of_rounds(name, home.kind, ratios, bound=IN_HELLOS, seen=seen)


def _cost(server: Server, paths: list[str], status: int) -> tuple[float, float]:
    """Processor seconds of the server for all of them, and how long they took."""
    connection = server.connect()
    began, before = time.monotonic(), server.cpu()
    for path in paths:
        answered = connection.status(path)
        if answered != status:
            raise SystemExit(f"{path} answered {answered}")
    return server.cpu() - before, time.monotonic() - began
