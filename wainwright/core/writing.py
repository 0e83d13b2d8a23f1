"""Records written by statements that are made once for each kind of record.

What `Model.save` would write, without building and compiling it anew each time. Whatever is out of
the ordinary (a key given beforehand, an expression as value, deferred fields) is left to Django.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, models, transaction

from wainwright.core import driver

type Fields = tuple[tuple[models.Field[Any, Any], type | None], ...]


def insert(record: models.Model) -> bool:
    """Inserts a new record and gives it its key; False where Django must do it."""
    connection = driver.current()
    statement, fields = _insertion(type(record), connection.vendor)
    values = _values(record, fields, adding=True) if record.pk is None else None
    if values is None:
        return False
    with transaction.mark_for_rollback_on_error(connection.alias):
        cursor = driver.run(statement, values)
        record.pk = cursor.fetchone()[0]
    record._state.adding, record._state.db = False, connection.alias
    return True


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


def _values(record: models.Model, fields: Fields, *, adding: bool) -> list[Any] | None:
    """What the driver is given for each field.

    None where a value is an expression, or was never read from the database.
    """
    connection, given = driver.current(), record.__dict__
    values = []
    for field, plain in fields:
        if field.attname not in given:
            return None
        value = given[field.attname] if plain else field.pre_save(record, adding)
        if value is not None and type(value) is not plain:
            if hasattr(value, "resolve_expression"):
                return None
            value = field.get_db_prep_save(value, connection)
        values.append(value)
    return values


def _plain(field: models.Field[Any, Any]) -> type | None:
    """The type whose values go to the driver as they are; None where the field has its own way."""
    if type(field).pre_save is not models.Field.pre_save:
        return None
    if isinstance(field, models.CharField | models.TextField):
        return str
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return int
    return None


@lru_cache(maxsize=200)
def _insertion(kind: type[models.Model], vendor: str) -> tuple[str, Fields]:
    meta, quote = kind._meta, driver.current().ops.quote_name
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    key = quote(str(meta.pk.column))
    return (
        f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({marks}) RETURNING {key}",
        tuple((field, _plain(field)) for field in fields),
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
    plain = tuple((field, _plain(field)) for field in fields)
    return f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {key} = %s", plain
