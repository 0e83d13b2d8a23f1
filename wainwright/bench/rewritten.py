"""The writes of renewals by the driver alone: milliseconds of processor time each, both ways.

[one transaction for each renewal, batches of them by executemany]. Each way takes its own half of
the renewals.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import batched
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from wainwright.accounts.models import Business
from wainwright.bench import processor
from wainwright.bench.booked import Writes, driver_of, on_sqlite_file
from wainwright.bench.names import SHOP
from wainwright.core.sweeping import BATCH

type Batch = dict[tuple[int, str], list[list[Any]]]


def main(file: str, floor: str) -> None:
    written: list[Writes] = json.loads(Path(file).read_text())
    account = Business.everywhere.get(slug=SHOP).account_id
    half = len(written) // 2
    one, many = driver_of(floor, account), _many(floor, account)
    spent = processor.meter()
    before = spent()
    for writes in written[:half]:
        one(writes)
    each = spent() - before
    batches = [joined(batch) for batch in batched(written[half:], BATCH)]
    before = spent()
    for batch in batches:
        many(batch)
    print(json.dumps([1e3 * each / half, 1e3 * (spent() - before) / (len(written) - half)]))


def joined(renewals: tuple[Writes, ...]) -> Batch:
    """The same statement of all renewals together, in the order in which they are made."""
    found: Batch = {}
    for writes in renewals:
        for place, (statement, params) in enumerate(writes):
            plain = statement.partition(" RETURNING ")[0]  # which many at once cannot answer
            found.setdefault((place, plain), []).append(params)
    return dict(sorted(found.items(), key=lambda item: item[0][0]))


def _many(floor: str, account_id: int) -> Callable[[Batch], None]:
    if settings.EMBEDDED:
        file = on_sqlite_file(floor)

        def on_sqlite(batch: Batch) -> None:
            file.execute("BEGIN IMMEDIATE")
            for (_place, statement), rows in batch.items():
                file.executemany(statement.replace("%s", "?"), rows)
            file.execute("COMMIT")

        return on_sqlite
    server = psycopg.connect(floor, cursor_factory=psycopg.ClientCursor)
    server.execute("SELECT set_config('app.account', %s, false)", [str(account_id)])
    server.commit()

    def on_postgresql(batch: Batch) -> None:
        with server.transaction(), server.cursor() as cursor:
            for (_place, statement), rows in batch.items():
                cursor.executemany(statement.encode(), rows)

    return on_postgresql
