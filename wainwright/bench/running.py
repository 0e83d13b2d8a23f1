"""What running it takes: memory, the first reply, the end. At work: see working.py."""

from __future__ import annotations

import json
import time

from wainwright.bench.homes import Home, home
from wainwright.bench.names import SHOP
from wainwright.bench.results import Result, of_rounds
from wainwright.bench.serving import Process, Server

MEGABYTES, GROWTH, FIRST_REPLY, END = 240, 1.1, 2.5, 10
EARLY = 1_000


def measure(small: Home, large: Home, *, starts: int, pages: int) -> list[Result]:
    empty = home(small.kind, "empty", small.folder.parent)
    empty.run("empty")
    sizes = [("empty", empty), ("large", large)]
    firsts = [(name, *_starts(each, starts)) for name, each in sizes]
    return [
        *_memory(large, pages),
        *(
            of_rounds(f"first reply, {name}, s", large.kind, replies, bound=FIRST_REPLY)
            for name, replies, _ends in firsts
        ),
        *(
            of_rounds(f"end after SIGTERM, {name}, s", large.kind, ends, bound=END)
            for name, _replies, ends in firsts
        ),
    ]


def _starts(home: Home, starts: int) -> tuple[list[float], list[float]]:
    """Seconds from the command to the first answer, and from SIGTERM to the last process's end."""
    replies, ends = [], []
    for _start in range(starts):
        began = time.monotonic()
        server = Server(home)
        server.wait()
        replies.append(time.monotonic() - began)
        ends.append(server.stop())
    return replies, ends


def _memory(home: Home, pages: int) -> list[Result]:
    visitors = json.loads(home.run("visitors"))
    server = Server(home)
    worker = Process(home, "worker", WAINWRIGHT_URL=server.url)
    try:
        server.wait()
        early = _after(server, worker, visitors["hub"], EARLY)
        together = server.proportional() + worker.proportional()
        late = _after(server, worker, visitors["hub"], pages - EARLY) if pages > EARLY else early
    finally:
        worker.stop()
        server.stop()
    seen = "serve {:.0f}, worker {:.0f}, the press {:.0f}".format(*early)
    seen += f"; {together:.0f} with shared pages counted once"
    return [
        of_rounds(
            f"megabytes after {EARLY:,} pages", home.kind, [sum(early)], bound=MEGABYTES, seen=seen
        ),
        of_rounds(
            f"memory after {pages:,} pages", home.kind, [sum(late) / sum(early)], bound=GROWTH
        ),
    ]


def _after(
    server: Server, worker: Process, cookies: list[str], pages: int
) -> tuple[float, float, float]:
    """Resident memory of serve, of the worker and of the press, which it starts while there are
    documents to draw, after so many pages; the largest of three looks."""
    connection = server.connect()
    for number in range(pages):
        path = f"/b/{SHOP}/hub/" if number % 2 else f"/b/{SHOP}/hub/documents/"
        if connection.status(path, cookies[number % len(cookies)]) != 200:
            raise SystemExit(f"{path} was not shown")
    looks = []
    for _look in range(3):
        all_of_it, alone = worker.resident(), worker.alone()
        looks.append((server.resident(), alone, all_of_it - alone))
        time.sleep(0.5)
    return max(looks, key=sum)
