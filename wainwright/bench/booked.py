"""Books payments as the product does, beside the same rows by the driver alone, in turns."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from itertools import batched
from statistics import median
from typing import Any

import psycopg
from django.conf import settings

from wainwright.accounts.models import Business
from wainwright.bench.names import SHOP
from wainwright.bench.results import dump, of_rounds
from wainwright.bench.turns import A_TURN, Turn, rounds_of
from wainwright.core import tenancy
from wainwright.payments import booking
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.base import MethodInfo, Outcome
from wainwright.payments.models import Payment

Writes = list[tuple[str, list[Any]]]


def main(paid: str, seconds: str, floor: str) -> None:
    """`floor` is where the driver writes: a file of SQLite, or an address of PostgreSQL.

    Rounds are of so many seconds of booking at least; what is left over joins the last one.
    """
    written: list[Writes] = json.loads((settings.DATA / "written.json").read_text())
    keys = [key for key, _public_id in json.loads(paid)]
    business = Business.everywhere.get(slug=SHOP)
    write = driver_of(floor, business.account_id)
    turns: list[Turn] = []
    with tenancy.scope(business.account_id, tenancy.TEST):
        for turn, batch in zip(batched(keys, A_TURN), batched(written, A_TURN), strict=True):
            outcomes = [(key, *answer_of(key)) for key in turn]
            began = time.monotonic()
            ours = _cpu(lambda outcomes=outcomes: _book(outcomes))  # type: ignore[misc]
            took = time.monotonic() - began
            raw = _cpu(lambda batch=batch: _write(write, batch))  # type: ignore[misc]
            turns.append(Turn(len(turn), took, ours, raw))
    rows = median(sum(sql.startswith("INSERT") for sql, _params in each) for each in written)
    rounds = rounds_of(turns, float(seconds))
    own, raw = (median(side) * 1e3 for side in zip(*(each.costs for each in rounds), strict=True))
    seen = f"{own:.2f} ms against {raw:.2f} ms; {rows:.0f} inserts"
    kind = "sqlite" if settings.EMBEDDED else "postgresql"
    ratios = [each.ours / each.floor for each in rounds]
    print(dump([of_rounds("of raw SQL", kind, ratios, seen=seen)]))


def answer_of(key: int) -> tuple[Outcome, MethodInfo | None]:
    """What the gateway says of a payment and its method, asked beforehand."""
    payment = Payment.objects.select_related("connection__business").get(pk=key)
    assert payment.connection is not None
    outcome = adapter_for(payment.connection).finish(payment.start_ref, {})
    return outcome, booking.describe(key, outcome)


def _book(answers: Sequence[tuple[int, Outcome, MethodInfo | None]]) -> None:
    for key, outcome, info in answers:
        booking.book_described(key, outcome, info)


def _write(write: Callable[[Writes], None], batch: Sequence[Writes]) -> None:
    for writes in batch:
        write(writes)


def driver_of(floor: str, account_id: int) -> Callable[[Writes], None]:
    """Writes one order's statements in one transaction, as durably as the product does."""
    if not floor.startswith("postgresql:"):
        file = on_sqlite_file(floor)

        def on_sqlite(writes: Writes) -> None:
            file.execute("BEGIN IMMEDIATE")
            for sql, params in writes:
                file.execute(sql.replace("%s", "?"), params)
            file.execute("COMMIT")

        return on_sqlite
    server = psycopg.connect(floor, cursor_factory=psycopg.ClientCursor)
    server.execute("SELECT set_config('app.account', %s, false)", [str(account_id)])
    server.commit()

    def on_postgresql(writes: Writes) -> None:
        with server.transaction():
            for sql, params in writes:
                server.execute(sql.encode(), params)

    return on_postgresql


def on_sqlite_file(floor: str) -> sqlite3.Connection:
    """The file, as durable as the product's own connection to it."""
    file = sqlite3.connect(floor, isolation_level=None)
    options: Any = settings.DATABASES["default"]["OPTIONS"]
    for pragma in options["init_command"].split(";"):
        file.execute(pragma)
    return file


def _cpu(act: Callable[[], None]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before
