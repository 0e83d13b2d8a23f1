"""Questions asked on every page: built and compiled by the ORM once, only bound at each call.

Building a queryset and compiling its SQL costs several times what the database takes to answer.
`@prepared` keeps the compiled statement of a queryset and binds new values to it:

    @prepared
    def subscriptions_of(customer: Slot) -> QuerySet[Subscription]:
        return Subscription.objects.filter(customer=customer).order_by("-started_at")

    subscriptions_of(customer.pk)           # -> list[Subscription]
    subscriptions_of.count(customer.pk)     # -> how many they are, without fetching them
    subscriptions_of.plain(customer.pk)     # the ordinary queryset: the same rows

The function runs once, with a Slot for each positional argument (Slots or Each, where so annotated,
for a list of keys behind `__in`; Names for texts). Keyword arguments are the shape of the question:
they may decide what is built, and each combination is compiled for itself. Managers keep their
promise: account and mode are bound from the scope of each call, and without one it fails. A value
may not be None where the queryset uses it: that is another question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from functools import update_wrapper
from inspect import Parameter, signature
from operator import itemgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Expression, Model, QuerySet
from django.db.models.base import ModelStateFetchModeDescriptor, ModelStateFieldsCacheDescriptor
from django.db.models.query import FlatValuesListIterable, ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from wainwright.core import driver, tenancy

ACCOUNT, MODE = "account of the scope", "mode of the scope"
MOST_SHAPES = 100


class Slot(Expression):
    """Stands in a queryset for a value that each call brings."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self]


class Slots(Slot):
    """Stands for a list of keys, of any length, behind `__in`."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "(SELECT unnest(%s::bigint[]))", [self]

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "(SELECT value FROM json_each(%s))", [self]


class Each(Slots):
    """Stands for such a list where rows come in the order of the keys, or their order is all one.

    SQLite, to which no way is long, is asked for one key after the other: for a list it would
    rather read all rows of the account than look up those few.
    """

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "(%s)", [self]


class Names(Each):
    """Each, of texts instead of keys."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "(SELECT unnest(%s::text[]))", [self]


_STANDS = {"Slots": Slots, "Each": Each, "Names": Names}


class Prepared[Row]:
    """See the module."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._slots = [
            _STANDS.get(str(parameter.annotation), Slot)(parameter.name)
            for parameter in signature(build).parameters.values()
            if parameter.kind is not Parameter.KEYWORD_ONLY
        ]
        self._names = [slot.name for slot in self._slots]
        self._compiled: dict[Hashable, _Compiled] = {}
        update_wrapper(self, build)

    def __call__(self, *values: Any, **shape: Hashable) -> list[Row]:
        return self._of(shape).rows(dict(zip(self._names, values, strict=True)))

    def count(self, *values: Any, **shape: Hashable) -> int:
        return self._of(shape).count(dict(zip(self._names, values, strict=True)))

    def first(self, *values: Any, **shape: Hashable) -> Row | None:
        rows = self(*values, **shape)
        return rows[0] if rows else None

    def plain(self, *values: Any, **shape: Hashable) -> QuerySet[Any, Row]:
        """The ordinary queryset of the same question."""
        return self._build(*values, **shape)

    def _of(self, shape: dict[str, Hashable]) -> _Compiled:
        key = tuple(shape.items())
        compiled = self._compiled.get(key)
        if compiled is None:
            if len(self._compiled) >= MOST_SHAPES:
                self._compiled.clear()
            compiled = self._compiled[key] = self._compile(shape)
        return compiled

    def _compile(self, shape: dict[str, Hashable]) -> _Compiled:
        with tenancy.stand_in(Slot(ACCOUNT), Slot(MODE)):
            rows = self._build(*self._slots, **shape)
        return _Compiled(rows)


def prepared[Row](build: Callable[..., QuerySet[Any, Row]]) -> Prepared[Row]:
    return Prepared(build)


class _Compiled:
    """One statement with its slots, and how its rows become what the queryset promised."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = _with_constants(*compiler.as_sql())
        self._counting = f"SELECT COUNT(*) FROM ({self._sql}) AS counted"  # noqa: S608
        self._locks = rows.query.select_for_update
        self._scoped = any(
            isinstance(each, Slot) and each.name in (ACCOUNT, MODE) for each in self._params
        )
        selected = [expression for expression, _sql, _alias in compiler.select]
        self._converters = _converters(compiler, selected)
        self._make = _maker(rows, compiler)
        lists = [each.name for each in self._params if isinstance(each, Each)]
        self._one_by_one = lists[0] if lists and driver.on_sqlite() else None

    def rows(self, values: dict[str, Any]) -> list[Any]:
        return [row for asked in self._asked(values) for row in self._found(asked)]

    def _asked(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        name = self._one_by_one
        if name is None:
            return [values]
        return [{**values, name: key} for key in sorted(set(values[name]))]

    def _found(self, values: dict[str, Any]) -> list[Any]:
        if self._locks and not driver.current().in_atomic_block:
            raise TransactionManagementError("rows can only be locked inside a transaction")
        found: Sequence[Any] = driver.run(self._sql, self._filled(values)).fetchall()
        if self._converters:
            found = [list(row) for row in found]
            for position, convert in self._converters:
                for row in found:
                    row[position] = convert(row[position])
        return [self._make(row) for row in found]

    def count(self, values: dict[str, Any]) -> int:
        asked = [self._filled(each) for each in self._asked(values)]
        return sum(driver.run(self._counting, each).fetchone()[0] for each in asked)

    def _filled(self, values: dict[str, Any]) -> list[Any]:
        if self._scoped:
            here = tenancy.current()
            values[ACCOUNT], values[MODE] = here.account_id, here.mode
        return [_bound(each, values) for each in self._params]


def _converters(
    compiler: SQLCompiler, selected: list[Any]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """What turns the driver's values into those of the fields, by column."""
    connection = compiler.connection
    moment = getattr(connection.ops, "convert_datetimefield_value", None)

    def converter(steps: Sequence[Any], expression: Any) -> Callable[[Any], Any]:
        def convert(value: Any) -> Any:
            for step in steps:
                value = step(value, expression, connection)
            return value

        def convert_moment(value: Any) -> Any:
            """The way without asking the settings and Django's forms of every zone."""
            if isinstance(value, datetime) and value.tzinfo is None:
                return value.replace(tzinfo=connection.timezone)
            return convert(value)

        return convert_moment if steps == [moment] else convert

    return [
        (position, converter(*each)) for position, each in compiler.get_converters(selected).items()
    ]


def _with_constants(sql: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement with its constant truths and words written out, as partial indexes have them.

    SQLite plans a statement anew at each run where a value decides if a partial index serves, and
    knows no index on `= 1` for what asks `= TRUE`.
    """
    first, *rest = re.split(r"(?<!%)%s", sql)
    written, kept = [first], []
    for param, words in zip(params, rest, strict=True):
        constant = _written_out(param)
        if constant is None:
            kept.append(param)
        written.append((constant or "%s") + words)
    return "".join(written), kept


def _written_out(param: Any) -> str | None:
    """A number is not: where one stands in an order it would mean a column."""
    if isinstance(param, bool):
        return ("0", "1")[param] if driver.on_sqlite() else ("FALSE", "TRUE")[param]
    if isinstance(param, str) and driver.on_sqlite() and "%" not in param:
        return "'" + param.replace("'", "''") + "'"
    return None


_AS_THEY_ARE = (int, str)


def _bound(param: Any, values: dict[str, Any]) -> Any:
    if not isinstance(param, Slot):
        return param
    value = values[param.name]
    if type(value) in _AS_THEY_ARE:
        return value
    if value is None:
        raise ValueError(f"{param.name} may not be None: that is another question")
    if isinstance(param, Slots) and not isinstance(value, int):
        return json.dumps(list(value)) if driver.on_sqlite() else list(value)
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, datetime):
        return driver.current().ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return driver.current().ops.adapt_datefield_value(value)
    return value


def _maker(rows: QuerySet[Any, Any], compiler: SQLCompiler) -> Callable[[Any], Any]:
    """What turns a row of the cursor into a record, a value, or a tuple of values."""
    iterable = rows._iterable_class
    if issubclass(iterable, FlatValuesListIterable):
        return lambda row: row[0]
    if not issubclass(iterable, ModelIterable):
        return tuple
    whole = _Record(compiler.klass_info, compiler)
    annotated = list((compiler.annotation_col_map or {}).items())
    if not annotated:
        return whole.made

    def made(row: Any) -> Any:
        record = whole.made(row)
        for name, position in annotated:
            setattr(record, name, row[position])
        return record

    return made


class _Read:
    """Django's ModelState for what was read, without the finalizer that each would run."""

    db, adding, peers = DEFAULT_DB_ALIAS, False, ()
    fields_cache = ModelStateFieldsCacheDescriptor()
    fetch_mode = ModelStateFetchModeDescriptor()


class _Record:
    """Makes records as `Model.from_db` does, but without the signals, which nobody hears."""

    def __init__(self, info: dict[str, Any], compiler: SQLCompiler) -> None:
        model: type[Model] = info["model"]
        chosen = {compiler.select[at][0].target.attname: at for at in info["select_fields"]}
        # In the order of the model's fields, as its own constructor sets them.
        names = [field.attname for field in model._meta.concrete_fields if field.attname in chosen]
        self._names = tuple(names)
        self._pick = itemgetter(*[chosen[name] for name in names], -1)
        self._model = model
        self._key = chosen[model._meta.pk.attname]
        self._related = [
            (_Record(each, compiler), each["local_setter"], each["remote_setter"])
            for each in info.get("related_klass_infos", [])
        ]

    def made(self, row: Any) -> Any:
        if row[self._key] is None:
            return None
        record = self._model.__new__(self._model)
        record._state = _Read()  # type: ignore[assignment]
        record.__dict__.update(zip(self._names, self._pick(row), strict=False))
        for related, set_here, set_there in self._related:
            other = related.made(row)
            set_here(record, other)
            if other is not None:
                set_there(other, record)
        return record


def by[Row](rows: Sequence[Row], key: Callable[[Row], Hashable]) -> dict[Any, list[Row]]:
    """The rows in groups, for attaching children to their parents."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
