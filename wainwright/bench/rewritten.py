"""The writes of renewals by the driver alone: milliseconds of processor time each, both ways.

[one transaction for each renewal, batches of them by executemany]. Each way takes its own half of
the batches. What is written once for many (a task, the number reached) is once for as many here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from wainwright.accounts.models import Business
from wainwright.bench import processor
from wainwright.bench.booked import Writes, driver_of, on_sqlite_file
from wainwright.bench.names import SHOP
from wainwright.core.sweeping import BATCH

type Batch = dict[str, list[list[Any]]]


def main(file: str, floor: str) -> None:
    written: list[Writes] = json.loads(Path(file).read_text())
    account = Business.everywhere.get(slug=SHOP).account_id
    batches = [joined(writes) for writes in written]
    half = len(batches) // 2
    one, many = driver_of(floor, account), _many(floor, account)
    each = [writes for batch in batches[:half] for writes in parted(batch, BATCH)]
    spent = processor.meter()
    before = spent()
    for writes in each:
        one(writes)
    apart = spent() - before
    before = spent()
    for batch in batches[half:]:
        many(batch)
    together = spent() - before
    print(json.dumps([1e3 * apart / len(each), 1e3 * together / BATCH / (len(batches) - half)]))


def joined(writes: Writes) -> Batch:
    """The rows of each statement, in the order in which the statements are first made."""
    found: Batch = {}
    for statement, params in writes:
        plain = statement.partition(" RETURNING ")[0]  # which many at once cannot answer
        found.setdefault(plain, []).append(params)
    return found


def parted(batch: Batch, count: int) -> list[Writes]:
    """What each of so many renewals wrote of it."""
    return [
        [
            (statement, params)
            for statement, rows in batch.items()
            for params in rows[number * len(rows) // count : (number + 1) * len(rows) // count]
        ]
        for number in range(count)
    ]


def _many(floor: str, account_id: int) -> Callable[[Batch], None]:
    if settings.EMBEDDED:
        file = on_sqlite_file(floor)

        def on_sqlite(batch: Batch) -> None:
            file.execute("BEGIN IMMEDIATE")
            for statement, rows in batch.items():
                file.executemany(statement.replace("%s", "?"), rows)
            file.execute("COMMIT")

        return on_sqlite
    server = psycopg.connect(floor, cursor_factory=psycopg.ClientCursor)
    server.execute("SELECT set_config('app.account', %s, false)", [str(account_id)])
    server.commit()

    def on_postgresql(batch: Batch) -> None:
        with server.transaction(), server.cursor() as cursor:
            for statement, rows in batch.items():
                cursor.executemany(statement.encode(), rows)

    return on_postgresql
