"""Whose rows may be seen: every query runs inside a scope of one account and one mode.

Managers of tenant records refuse to run outside `scope(...)`. On PostgreSQL the scope also sets
`app.account`, which the forced row-level security of core.walls reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Self

from django.db import connection, models, transaction

from wainwright.core import driver, writing

TEST, LIVE = "test", "live"
MODES = [(TEST, "test"), (LIVE, "live")]


class NoScope(RuntimeError):
    """Rows were asked for without saying whose."""


@dataclass
class Scope:
    account_id: int
    mode: str
    offset: timedelta | None = None  # the test clock's, read by core.clock when first needed
    rows: dict[type[models.Model], models.QuerySet[Any]] = field(default_factory=dict)


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope:
    found = _current.get()
    if found is None:
        raise NoScope("open core.tenancy.scope(account_id, mode) first")
    return found


@contextmanager
def scope(account_id: int, mode: str) -> Iterator[Scope]:
    """Everything inside sees one account's rows of one mode, and writes no others."""
    if mode not in (TEST, LIVE):
        raise ValueError(f"{mode!r} is no mode")
    before = _current.get()
    entered = Scope(account_id, mode, rows=_rows_of(account_id, mode))
    token = _current.set(entered)
    changes = before is None or before.account_id != account_id
    try:
        if changes:
            _tell_database(account_id)
        yield entered
    finally:
        _current.reset(token)
        if changes and not connection.needs_rollback:
            _tell_database(before.account_id if before else None)


@lru_cache(maxsize=8)
def _rows_of(account_id: int, mode: str) -> dict[type[models.Model], models.QuerySet[Any]]:
    """Where managers keep what all queries of the scope begin with, of the last few scopes."""
    return {}


@contextmanager
def stand_in(account: Any, mode: Any) -> Iterator[None]:
    """A scope for building a question that will be asked in many (core.prepared); reads nothing."""
    token = _current.set(Scope(account, mode))
    try:
        yield
    finally:
        _current.reset(token)


def _tell_database(account_id: int | None) -> None:
    if not driver.on_sqlite():
        value = "" if account_id is None else str(account_id)
        driver.run("SELECT set_config('app.account', %s, false)", [value])


class TenantManager(models.Manager[Any]):
    """Rows of the scope's account, and of its mode where the record has one."""

    def get_queryset(self) -> models.QuerySet[Any]:
        here = current()
        if self._db is not None:
            return self._mine(here)
        # Built once: a copy costs a tenth of it, and every query begins here.
        rows = here.rows.get(self.model)
        if rows is None:
            rows = here.rows[self.model] = self._mine(here)
        return rows.all()

    def create(self, **fields: Any) -> Any:
        """A new row, without asking for all rows first."""
        made = self.model(**fields)
        made.save(force_insert=True, using=self._db)
        return made

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """New rows, by the short way of core.writing where that will do."""
        rows = list(objs)
        for row in rows:
            row.check_scope()
        if args or options or self._db is not None:
            return super().bulk_create(rows, *args, **options)
        if not rows:
            return rows
        with transaction.atomic(savepoint=False):
            return rows if writing.insert_all(rows) else super().bulk_create(rows)

    def bulk_update(
        self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        """These fields of known rows, by the short way of core.writing where that will do."""
        rows, names = list(objs), list(fields)
        for row in rows:
            row.check_scope()
        if batch_size is not None or self._db is not None:
            return super().bulk_update(rows, names, batch_size)
        if not rows:
            return 0
        with transaction.atomic(savepoint=False):
            if writing.update_all(rows, names):
                return len(rows)
            return super().bulk_update(rows, names)

    def _mine(self, here: Scope) -> models.QuerySet[Any]:
        mine: dict[str, int | str] = {"account_id": here.account_id}
        if self.model.moded:
            mine["mode"] = here.mode
        return super().get_queryset().filter(**mine)


class Tenant(models.Model):
    """A row of one account. `everywhere` is for the audit and for finding out whose a thing is."""

    moded = False

    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, related_name="+", db_index=False
    )

    objects = TenantManager()
    everywhere = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A new row belongs to the scope; one read from the database comes as it is."""
        if not args:
            here = current()
            if "account" not in kwargs:
                kwargs.setdefault("account_id", here.account_id)
            if self.moded:
                kwargs.setdefault("mode", here.mode)
        super().__init__(*args, **kwargs)

    def check_scope(self) -> None:
        """NoScope for a row that the scope may not write."""
        here = current()
        if self.account_id != here.account_id:
            raise NoScope("a row of another account was to be written")
        if self.moded and self.mode != here.mode:  # type: ignore[attr-defined]
            raise NoScope("a row of the other mode was to be written")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.check_scope()
        if not self._write(*args, **kwargs):
            super().save(*args, **kwargs)

    def _write(
        self,
        *,
        force_insert: bool = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> bool:
        """The short way of core.writing; False where only Django's own will do."""
        if force_update or using not in (None, connection.alias):
            return False
        if self._state.adding:
            return update_fields is None and writing.insert(self)
        return not force_insert and writing.update(self, update_fields)

    @classmethod
    def locked(cls, pk: int) -> Self:
        """The row read again under a lock; call inside a transaction."""
        return cls._only(pk, lock=True)

    @classmethod
    def known(cls, pk: int) -> Self:
        """The row of this key."""
        return cls._only(pk, lock=False)

    @classmethod
    def _only(cls, pk: int, *, lock: bool) -> Self:
        found: Self | None = _by_key(cls).first(pk, lock=lock)
        if found is None:
            raise cls.DoesNotExist(f"there is no {cls.__name__} {pk} in this scope")
        return found


@cache
def _by_key(kind: type[Any]) -> Any:
    from wainwright.core.prepared import Prepared, Slot  # which stands on scopes

    def row(pk: Slot, *, lock: bool) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = kind.objects.filter(pk=pk)
        return rows.select_for_update(of=("self",), no_key=True) if lock else rows

    return Prepared(row)


class TenantMode(Tenant):
    """A row of one account and one mode."""

    moded = True

    mode = models.CharField(max_length=4, choices=MODES)

    class Meta(Tenant.Meta):
        abstract = True


class OfBusiness(Tenant):
    """A row of one business of the account."""

    business = models.ForeignKey(
        "accounts.Business", models.PROTECT, related_name="+", db_index=False
    )

    class Meta(Tenant.Meta):
        abstract = True


class OfBusinessMode(TenantMode):
    """A row of one business of the account, in one mode."""

    business = models.ForeignKey(
        "accounts.Business", models.PROTECT, related_name="+", db_index=False
    )

    class Meta(TenantMode.Meta):
        abstract = True
