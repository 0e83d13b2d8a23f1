"""Fills a database of the bench with subscriptions of which many are due at once.

Run inside the environment of a bench home (bench.inside). One is bought through the real checkout;
the others are copies of it. Each that is due has a customer of its own, who pays with the same
card; those that rest fall due some time of the year after.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connections, models

from wainwright.bench import building, lives, marking
from wainwright.bench.building import Copied
from wainwright.billing.models import Subscription
from wainwright.core import clock, tenancy
from wainwright.customers.models import Customer

EMAIL = "ada@buyer.example"


def main(due: str, resting: str) -> None:
    alias = marking.owner()
    marking.refuse_unless_ours()
    if building.pending():
        building.empty()
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    else:
        call_command("flush", database=alias, interactive=False, verbosity=0)
    marking.mark()
    business = lives.open_shop()
    tables = [Copied(Customer), Copied(Subscription)]
    with tenancy.scope(business.account_id, tenancy.TEST):
        _once, monthly = lives.offer(business)
        lives.buy(monthly, EMAIL)
        first = Subscription.objects.get()
        with building.bulk(alias, tables) as cursor:
            building.as_account(cursor, business.account_id)
            _copy(cursor, Customer, int(due) - 1, {"id": "t.id + n.n"})
            _copy(cursor, Subscription, int(due) - 1, {"customer_id": "t.customer_id + n.n"})
            _copy(cursor, Subscription, int(resting), {"next_due_at": _later(cursor.db)}, "rest")
            building.keys_go_on(cursor, tables)
        _forget_counts(alias, tables)
        assert first.next_due_at is not None
        clock.set_offset(first.next_due_at - clock.wall() + timedelta(hours=1))


def _forget_counts(alias: str, tables: list[Copied]) -> None:
    """Of what is about to grow; at work SQLite is told every hour how many rows there are."""
    if connections[alias].vendor == "sqlite":
        marks = ", ".join(["%s"] * len(tables))
        with connections[alias].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM sqlite_stat1 WHERE tbl NOT IN ({marks})",
                [each.table for each in tables],
            )
        connections[alias].close()


def _copy(
    cursor: Any, model: type[models.Model], count: int, changed: dict[str, str], mark: str = ""
) -> None:
    """So many copies of the table's first row, told apart by `mark` and their number."""
    quote = cursor.db.ops.quote_name
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if field.primary_key and column not in changed:
            continue
        value = changed.get(column, f"t.{quote(column)}")
        if field.name in building.UNIQUE_WORDS:
            value = f"substr({value}, 1, 20) || '{mark}' || n.n"
        columns.append(quote(column))
        values.append(value)
    if count:
        cursor.execute(
            f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})"
            f" INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {model._meta.db_table} t CROSS JOIN n"
            f" WHERE t.id = (SELECT min(id) FROM {model._meta.db_table})"
        )


def _later(connection: Any) -> str:
    seconds = f"86400 + (CAST(n.n AS BIGINT) * 7919) % {building.YEAR}"
    if connection.vendor == "sqlite":
        moved = f"strftime('%Y-%m-%d %H:%M:%S', t.next_due_at, ({seconds}) || ' seconds')"
        return f"{moved} || '.000000'"
    return f"t.next_due_at + make_interval(secs => {seconds})"
