"""Placing an order: against the same rows by raw SQL, and as a whole request in hellos.

Buyers have paid at the Test gateway and are not back yet. One copy of the database tells which
statements the booking writes; on another these are written again by the driver alone, one
transaction an order; on the third the product books.
"""

from __future__ import annotations

import json
from dataclasses import replace
from statistics import median

from wainwright.bench import database_cpu, homes
from wainwright.bench.homes import Home
from wainwright.bench.names import PRODUCT, SHOP
from wainwright.bench.pages import HELLO
from wainwright.bench.results import Result, load, of_rounds
from wainwright.bench.serving import Server, serving

A_ROUND = 20
OF_RAW, IN_HELLOS = 7, 40


def measure(home: Home, *, rounds: int) -> list[Result]:
    ours = homes.copy(home, "placing")
    paid = json.loads(ours.run("paid", str(2 * rounds * A_ROUND)))
    half = len(paid) // 2
    witness = homes.copy(ours, "placing-witness")
    floor = homes.copy(ours, "placing-floor")
    (ours.folder / "written.json").write_text(witness.run("written", json.dumps(paid[:half])))
    booked = load(ours.run("booked", json.dumps(paid[:half]), str(A_ROUND), floor.location))
    return [*(replace(each, bound=OF_RAW) for each in booked), _over_http(ours, paid[half:])]


def _over_http(home: Home, paid: list[list[str]]) -> Result:
    """The buyer's way back from the gateway, in hellos of the same rounds."""
    costs: list[tuple[float, float]] = []
    theirs: list[float] = []
    database = database_cpu.meter(home)
    with serving(home) as server:
        connection = server.connect()
        for first in range(0, len(paid), A_ROUND):
            hello = _cost(server, ["/_hello/"] * 10 * A_ROUND, 200)
            batch = [
                f"/b/{SHOP}/checkout/{PRODUCT}/return/{public_id}/"
                for _key, public_id in paid[first : first + A_ROUND]
            ]
            before = database()
            costs.append((_cost(server, batch, 303), hello))
            after = database()
            if before is not None and after is not None:
                theirs.append((after - before) / len(batch))
        connection.get("/health/")
    seen = f"{median(cost for cost, _hello in costs) * 1e3:.1f} ms"
    if theirs:
        seen += f", the database's own {median(theirs) * 1e3:.1f} ms"
    ratios = [cost / hello for cost, hello in costs]
    return of_rounds(f"placing an order in {HELLO}s", home.kind, ratios, bound=IN_HELLOS, seen=seen)


def _cost(server: Server, paths: list[str], status: int) -> float:
    connection = server.connect()
    before = server.cpu()
    for path in paths:
        answered = connection.status(path)
        if answered != status:
            raise SystemExit(f"{path} answered {answered}")
    return (server.cpu() - before) / len(paths)
