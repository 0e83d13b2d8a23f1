"""Server and worker at work: memory while documents are drawn, and the worker's end amid tasks.

Everybody visits at once: the hub, the checkout and the dashboard are looked at, documents are
fetched that were never drawn, and buyers come back from the gateway, whose receipts with their
invoices are the worker's tasks. On a copy of the database, for much is written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from wainwright.bench import homes
from wainwright.bench.homes import Home
from wainwright.bench.names import PRODUCT, SHOP
from wainwright.bench.results import Result, of_rounds
from wainwright.bench.running import END, MEGABYTES
from wainwright.bench.serving import Connection, Process, Server, resident, serving

PAGES = 1_000
BETWEEN_BUYERS, BETWEEN_LOOKS = 10, 50  # pages
CROWD = 40  # buyers whose receipts are under way when the worker is told to end
SECONDS_TO_BEGIN = 60


@dataclass(frozen=True, slots=True)
class Look:
    """Megabytes at one moment: what each process holds, with shared pages once, the presses'."""

    held: float
    shared_once: float
    presses: float


def measure(home: Home, *, starts: int) -> list[Result]:
    with homes.copied(home, "working") as copy:
        visitors = json.loads(copy.run("visitors"))
        buyers = json.loads(copy.run("paid", str(PAGES // BETWEEN_BUYERS + starts * CROWD)))
        back = iter([f"/b/{SHOP}/checkout/{PRODUCT}/return/{name}/" for _key, name in buyers])
        with serving(copy) as server:
            looks = _looks(copy, server, visitors, back)
            ends = [_end(copy, server, back) for _start in range(starts)]
    return [_memory(home.kind, looks), _ending(home.kind, ends)]


def _memory(kind: str, looks: list[Look]) -> Result:
    most = max(looks, key=lambda look: look.shared_once)
    seen = f"{most.held:.0f} as each holds them, the presses {most.presses:.0f} of these"
    return of_rounds(
        "megabytes at work, shared once", kind, [most.shared_once], bound=MEGABYTES, seen=seen
    )


def _ending(kind: str, ends: list[float]) -> Result:
    return of_rounds("end of the worker at work, s", kind, ends, bound=END)


def _looks(
    home: Home, server: Server, visitors: dict[str, list[str]], back: Iterator[str]
) -> list[Look]:
    worker = _worker(home, server)
    connection, looks = server.connect(), []
    try:
        for number in range(PAGES):
            _visit(connection, visitors, number)
            if number % BETWEEN_BUYERS == 0:
                _ask(connection, next(back), status=303)
            if number % BETWEEN_LOOKS == 0:
                looks.append(_look(server, worker))
    finally:
        worker.stop()
    return looks


def _visit(connection: Connection, visitors: dict[str, list[str]], number: int) -> None:
    """One page of the hub, the checkout, the dashboard, or a document to be drawn, in turn."""

    def of(name: str) -> str:
        return visitors[name][number % len(visitors[name])]

    pages = [
        (f"/b/{SHOP}/hub/", of("hub")),
        (f"/b/{SHOP}/hub/documents/", of("hub")),
        (f"/b/{SHOP}/hub/documents/{of('documents')}/pdf/", of("hub")),
        (f"/b/{SHOP}/checkout/{PRODUCT}/", ""),
        ("/dashboard/", of("staff")),
        ("/dashboard/transactions/?kind=charge", of("staff")),
        ("/dashboard/documents/", of("staff")),
    ]
    _ask(connection, *pages[number % len(pages)])


def _ask(connection: Connection, path: str, cookie: str = "", *, status: int = 200) -> None:
    answered = connection.status(path, cookie)
    if answered != status:
        raise SystemExit(f"{path} answered {answered}")


def _look(server: Server, worker: Process) -> Look:
    return Look(
        server.resident() + worker.resident(),
        server.proportional() + worker.proportional(),
        sum(resident(pid) for pid in (*server.presses(), *worker.presses())),
    )


def _end(home: Home, server: Server, back: Iterator[str]) -> float:
    """Seconds from SIGTERM to the end of a worker that draws, with a queue behind it."""
    connection = server.connect()
    for _buyer in range(CROWD):
        _ask(connection, next(back), status=303)
    worker = _worker(home, server)
    deadline = time.monotonic() + SECONDS_TO_BEGIN
    while not worker.presses():
        if time.monotonic() > deadline:
            worker.stop()
            raise SystemExit("the worker did not begin")
        time.sleep(0.01)
    return worker.stop()


def _worker(home: Home, server: Server) -> Process:
    return Process(home, "worker", WAINWRIGHT_URL=server.url)
