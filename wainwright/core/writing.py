"""Records written by statements that are made once for each kind of record.

What `Model.save`, `bulk_create` and `bulk_update` would write, without building and compiling it
anew each time. Whatever is out of the ordinary (a key given beforehand, an expression as value,
deferred fields) is left to Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import batched, chain
from typing import Any, NamedTuple

from django.db import DatabaseError, models, transaction

from wainwright.core import driver

# A field, the type of what is given as it is or by the adapter beside it, or None for both.
type Adapter = Callable[[Any], Any]
type Fields = tuple[tuple[models.Field[Any, Any], type | None, Adapter | None], ...]

ROWS_AT_ONCE = 500


def insert(record: models.Model) -> bool:
    """Inserts a new record and gives it its key; False where Django must do it."""
    return insert_all([record])


def insert_all(records: Sequence[models.Model]) -> bool:
    """Inserts new records of one kind and gives them their keys, all of them or none.

    False, and nothing is written, where Django must do it. Several are written in a transaction.
    """
    connection = driver.current()
    into = _insertion(type(records[0]), connection.vendor)
    rows = []
    for record in records:
        values = _values(record, into.fields, adding=True) if record.pk is None else None
        if values is None:
            return False
        rows.append(values)
    with transaction.mark_for_rollback_on_error(connection.alias):
        keys = _inserted(into, rows)
    for record, key in zip(records, keys, strict=True):
        record.pk = key
        record._state.adding, record._state.db = False, connection.alias
    return True


def _inserted(into: _Insertion, rows: Sequence[list[Any]]) -> list[int]:
    """The new keys, in the order of the rows."""
    keys: list[int] = []
    for some in _at_once(rows):
        statement = into.statement(len(some))
        found = driver.run(statement, list(chain.from_iterable(some))).fetchall()
        keys += [key for (key,) in found]
    return keys


def update(record: models.Model, names: Iterable[str] | None) -> bool:
    """Writes the named fields of a known record, or all; False where Django must do it.

    Raises DatabaseError if named fields were to be written to a row that is gone.
    """
    kind, connection = type(record), driver.current()
    wanted = None if names is None else tuple(names)
    statement, fields = _updating(kind, wanted, connection.vendor)
    values = _values(record, fields, adding=False) if fields else None
    if values is None:
        return False
    with transaction.mark_for_rollback_on_error(connection.alias):
        written = driver.run(statement, [*values, record.pk]).rowcount
    if not written and wanted is not None:
        raise DatabaseError("Save with update_fields did not affect any rows.")
    return bool(written)


def update_all(records: Sequence[models.Model], names: Iterable[str]) -> bool:
    """Writes the named fields of known records of one kind, in one transaction.

    False, and nothing is written, where Django must do it.
    """
    kind, connection = type(records[0]), driver.current()
    statement, fields = _updating(kind, tuple(names), connection.vendor)
    rows = []
    for record in records:
        values = _values(record, fields, adding=False) if fields else None
        if values is None:
            return False
        rows.append([*values, record.pk])
    with transaction.mark_for_rollback_on_error(connection.alias):
        for some in _at_once(rows):
            many = statement if len(some) == 1 else _updating_many(kind, fields, len(some))
            driver.run(many, list(chain.from_iterable(some)))
    return True


def _at_once(rows: Sequence[list[Any]]) -> Iterable[tuple[list[Any], ...]]:
    """Which rows go into one statement. SQLite, to which no way is long, takes one after another
    the fastest."""
    return batched(rows, 1 if driver.on_sqlite() else ROWS_AT_ONCE)


def _values(record: models.Model, fields: Fields, *, adding: bool) -> list[Any] | None:
    """What the driver is given for each field.

    None where a value is an expression, or was never read from the database.
    """
    connection, given = driver.current(), record.__dict__
    values = []
    for field, plain, adapter in fields:
        if field.attname not in given:
            return None
        value = given[field.attname] if plain else field.pre_save(record, adding)
        if value is not None:
            if type(value) is plain:
                value = adapter(value) if adapter else value
            elif hasattr(value, "resolve_expression"):
                return None
            else:
                value = field.get_db_prep_save(value, connection)
        values.append(value)
    return values


def _known(field: models.Field[Any, Any]) -> tuple[type | None, Adapter | None]:
    """The type whose values go to the driver without asking the field, and what adapts them."""
    if isinstance(field, models.DateTimeField):
        own = field.auto_now or field.auto_now_add
        return (None, None) if own else (datetime, _moment if driver.on_sqlite() else None)
    if type(field).pre_save is not models.Field.pre_save:
        return None, None
    if isinstance(field, models.CharField | models.TextField):
        return str, None
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return int, None
    return (bool, None) if isinstance(field, models.BooleanField) else (None, None)


def _moment(value: datetime) -> str:
    """As Django writes it for SQLite: in UTC, without saying so."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


class _Insertion(NamedTuple):
    """INSERT INTO table (columns) VALUES | (%s, ...) | RETURNING key."""

    into: str
    row: str
    returning: str
    fields: Fields

    def statement(self, rows: int) -> str:
        return self.into + ", ".join([self.row] * rows) + self.returning


@lru_cache(maxsize=200)
def _insertion(kind: type[models.Model], vendor: str) -> _Insertion:
    meta, quote = kind._meta, driver.current().ops.quote_name
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return _Insertion(
        f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ",
        f"({marks})",
        f" RETURNING {quote(str(meta.pk.column))}",
        tuple((field, *_known(field)) for field in fields),
    )


@lru_cache(maxsize=1000)
def _updating(
    kind: type[models.Model], names: tuple[str, ...] | None, vendor: str
) -> tuple[str, Fields]:
    meta, quote = kind._meta, driver.current().ops.quote_name
    fields = tuple(
        field
        for field in meta.concrete_fields
        if not field.primary_key
        and (names is None or field.name in names or field.attname in names)
    )
    if names is not None and len(fields) != len(set(names)):
        return "", ()  # Django says what is wrong with the names
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    key = quote(str(meta.pk.column))
    known = tuple((field, *_known(field)) for field in fields)
    return f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {key} = %s", known


def _updating_many(kind: type[models.Model], fields: Fields, rows: int) -> str:
    """For PostgreSQL, which learns the columns' types from the first row."""
    meta, connection = kind._meta, driver.current()
    quote = connection.ops.quote_name
    written = [*(field for field, *_known in fields), meta.pk]
    names = [quote(str(field.column)) for field in written]
    typed = ", ".join(f"%s::{_type(field, connection)}" for field in written)
    others = f", ({', '.join(['%s'] * len(written))})" * (rows - 1)
    changes = ", ".join(f"{name} = given.{name}" for name in names[:-1])
    table, key = quote(meta.db_table), names[-1]
    return (
        f"UPDATE {table} SET {changes} FROM (VALUES ({typed}){others})"
        f" AS given ({', '.join(names)}) WHERE {table}.{key} = given.{key}"
    )


def _type(field: models.Field[Any, Any], connection: Any) -> str:
    """A cast to a bounded text would cut off what is too long instead of refusing it."""
    return "text" if isinstance(field, models.CharField) else str(field.rel_db_type(connection))
