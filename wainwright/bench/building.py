"""Fills a database of the bench with orders, fast: three real lives, multiplied by SQL.

Run inside the environment of a bench home (bench.inside). Every row of a copied life keeps its
shape; keys, public ids, addresses and times are shifted, so that each copy is a customer of its
own. The data is made for measuring and would not pass an audit.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from wainwright.bench import lives, marking
from wainwright.bench.lives import FIVE, FOUR, SHOWN, Life
from wainwright.bench.names import EMAILS, LEAST, MOST
from wainwright.billing.models import Period, Subscription
from wainwright.checkout.models import Cart
from wainwright.core import clock, tenancy
from wainwright.customers.models import Customer
from wainwright.invoicing.models import Document
from wainwright.payments.models import Bill, BillLine, Method, Payment
from wainwright.sales.models import Entry, Line, Order

AT_ONCE = 2_000  # copies a statement
YEAR = 365 * 86400
UNIQUE_WORDS = {
    "public_id", "email", "email_key", "gateway_ref", "start_ref", "token", "number_text",
    "order_ref",
}  # fmt: skip


def copies(orders: int) -> dict[Life, int]:
    """How many customers of each life make exactly so many orders of a fifth as many customers.

    ValueError below LEAST or above MOST.
    """
    if not LEAST <= orders <= MOST:
        raise ValueError(f"{orders} orders are not {LEAST} to {MOST}")
    customers = orders // 5
    shown = min(2_000, orders // 100)
    five = (orders - SHOWN.purchases * shown) - 4 * (customers - shown)
    return {SHOWN: shown, FIVE: five, FOUR: customers - shown - five}


def fingerprint(orders: int) -> str:
    """Changes with the schema and with this builder: then a database is built anew."""
    steps = sorted(f"{app}.{name}" for app, name in MigrationLoader(None).graph.nodes)
    code = [Path(module.__file__ or "").read_text() for module in (lives, sys.modules[__name__])]
    return hashlib.sha256("\n".join([str(orders), *steps, *code]).encode()).hexdigest()


class Copied:
    """A model whose rows belong to a life, and where in its table each life's rows lie."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.table = model._meta.db_table
        self.rows: range = range(0)  # the pattern's keys
        self.base = 0  # the first free key

    def shift(self) -> int:
        return self.base - self.rows.start


def copied() -> list[Copied]:
    """In an order in which each row is made before what points to it."""
    found: list[type[models.Model]] = [
        Customer, Method, Bill, BillLine, Payment, Order, Line, Cart, Subscription, Period,
        Entry, Document,
    ]  # fmt: skip
    return [Copied(model) for model in found]


def build(orders: int) -> None:
    """Migrates, lives the patterns and multiplies them."""
    alias = marking.owner()
    call_command("migrate", database=alias, interactive=False, verbosity=0)
    business = lives.open_shop()
    tables = copied()
    with tenancy.scope(business.account_id, tenancy.TEST):
        once, monthly = lives.offer(business)
        patterns = []
        for life, email in zip(copies(orders), EMAILS, strict=True):
            before = [_last(each) for each in tables]
            clock.set_offset(-timedelta(days=lives.DAYS_BACK))
            lives.live(life, once, monthly, email)
            after = [_last(each) for each in tables]
            patterns.append([range(a + 1, b + 1) for a, b in zip(before, after, strict=True)])
        clock.set_offset(timedelta(0))
        with bulk(alias, tables) as cursor:
            as_account(cursor, business.account_id)
            for each in tables:
                each.base = _last(each) + 1
            for pattern, count in zip(patterns, copies(orders).values(), strict=True):
                for each, rows in zip(tables, pattern, strict=True):
                    each.rows = rows
                # The pattern itself is the first of its kind.
                _multiply(cursor, tables, count - 1)
            _tidy(cursor, tables)


def _multiply(cursor: Any, tables: list[Copied], count: int) -> None:
    for first in range(0, count, AT_ONCE):
        many = min(AT_ONCE, count - first)
        for each in tables:
            if each.rows:
                cursor.execute(_copy(cursor.db, each, tables, first, many))
        print(f"{first + many} of {count} customers", file=sys.stderr)
    for each in tables:
        each.base += count * len(each.rows)


def _copy(connection: Any, each: Copied, tables: list[Copied], first: int, many: int) -> str:
    """The statement that copies one table's rows of a life `many` times from copy `first` on."""
    quote = connection.ops.quote_name
    here = {table.model: table for table in tables}
    columns, values = [], []
    for field in each.model._meta.concrete_fields:
        name = quote(field.column)
        value = f"t.{name}"
        if field.primary_key or (field.name == "number" and each.table.endswith("_document")):
            value = f"t.id + {each.shift()} + n.n * {len(each.rows)}"
        elif isinstance(field, models.ForeignKey) and field.related_model in here:
            other = here[field.related_model]
            value = f"{value} + {other.shift()} + n.n * {len(other.rows)}"
        elif field.column == "order_id":  # a bill points to its order without a constraint
            other = next(table for table in tables if table.table == "sales_order")
            value = f"{value} + {other.shift()} + n.n * {len(other.rows)}"
        elif field.name in UNIQUE_WORDS:
            value = f"CASE WHEN {value} = '' THEN '' ELSE n.n || '-' || {value} END"
            if field.name == "public_id":
                value = f"substr(t.{name}, 1, 20) || ({each.base} + n.n)"
        elif isinstance(field, models.DateTimeField):
            value = _earlier(connection, value)
        columns.append(name)
        values.append(value)
    numbers = (
        f"WITH RECURSIVE n(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM n"
        f" WHERE n < {first + many - 1})"
    )
    return (
        f"{numbers if connection.vendor == 'sqlite' else ''} INSERT INTO {quote(each.table)}"
        f" ({', '.join(columns)}) {numbers if connection.vendor != 'sqlite' else ''}"
        f" SELECT {', '.join(values)} FROM {quote(each.table)} t CROSS JOIN n"
        f" WHERE t.id BETWEEN {each.rows.start} AND {each.rows.stop - 1}"
    )


def _earlier(connection: Any, value: str) -> str:
    """Each copy lived some other second of the year."""
    seconds = f"((n.n * 7919) % {YEAR})"
    if connection.vendor == "sqlite":
        return (
            f"strftime('%Y-%m-%d %H:%M:%S', {value}, '-' || {seconds} || ' seconds') || '.000000'"
        )
    return f"{value} - make_interval(secs => {seconds})"


@contextmanager
def bulk(alias: str, tables: list[Copied]) -> Iterator[Any]:
    """A cursor on tables without indexes and references, which come back at the end."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-400000")
            back = _drop_on_sqlite(cursor, tables)
        else:
            back = _drop_on_postgresql(cursor, tables)
        yield cursor
        for statement in back:
            cursor.execute(statement)
        cursor.execute("ANALYZE")
    connection.close()


def _drop_on_sqlite(cursor: Any, tables: list[Copied]) -> list[str]:
    back = []
    for each in tables:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name = %s",
            [each.table],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
            back.append(definition)
    return back


def _drop_on_postgresql(cursor: Any, tables: list[Copied]) -> list[str]:
    back = []
    for each in tables:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = %s::regclass",
            [each.table],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{each.table}" DROP CONSTRAINT "{name}"')
            back.append(
                f'ALTER TABLE "{each.table}" ADD CONSTRAINT "{name}" {definition} NOT VALID'
            )
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
            [each.table],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
            back.insert(0, definition)
    return back


def _tidy(cursor: Any, tables: list[Copied]) -> None:
    """Keys and document numbers go on behind the last one."""
    keys_go_on(cursor, tables)
    cursor.execute(
        "UPDATE invoicing_series SET next_number = (SELECT max(number) + 1 FROM"
        " invoicing_document WHERE invoicing_document.series_id = invoicing_series.id)"
    )


def keys_go_on(cursor: Any, tables: list[Copied]) -> None:
    if cursor.db.vendor == "postgresql":
        for each in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{each.table}', 'id'),"
                f' (SELECT max(id) FROM "{each.table}"))'
            )


def as_account(cursor: Any, account_id: int) -> None:
    if cursor.db.vendor == "postgresql":
        cursor.execute("SELECT set_config('app.account', %s, false)", [str(account_id)])


def _last(each: Copied) -> int:
    found = each.model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def main(orders: str) -> None:
    """Builds what is not built yet, or was built of another schema or by another builder."""
    wanted = fingerprint(int(orders))
    if marking.built() == wanted and not pending():
        return
    empty()
    marking.mark()
    build(int(orders))
    marking.mark(wanted)


def empty() -> None:
    """Throws away whatever was built before. Refused unless it is the bench's own."""
    marking.refuse_unless_ours()
    if settings.EMBEDDED:
        connections["default"].close()
        for file in settings.DATA.glob("*.sqlite3*"):
            file.unlink()
    else:
        with connections[marking.owner()].cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
            cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")


def pending() -> list[str]:
    executor = MigrationExecutor(connections[marking.owner()])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration.name for migration, _backwards in plan]
