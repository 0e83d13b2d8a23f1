"""What the checks share: the account's rows, sums of related rows, and what was found.

Every hour each question is asked of every account, and after each simulated day: so all of them are
prepared (core.prepared).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wainwright.core import tenancy
from wainwright.core.models import AuditRow
from wainwright.core.prepared import prepared
from wainwright.core.tenancy import Tenant
from wainwright.payments.gateways.base import ListedCharge


@dataclass(frozen=True)
class Found:
    """How many rows were looked at, and a sentence for each that breaks the promise."""

    checked: int
    broken: list[str] = field(default_factory=list)


type Check = Callable[[], Found]


@dataclass
class Read:
    """What is frozen and was found whole: the trail of each account up to its last sealed row, the
    documents of each series up to a number. And what the gateway of each connection listed, by the
    charge, until a moment: after that it is only asked for what has changed.

    Who looks after each simulated day hands it on, and reads what is older only once.
    """

    sealed: dict[int, AuditRow] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)
    charges: dict[int, dict[str, ListedCharge]] = field(default_factory=dict)
    listed: dict[int, datetime] = field(default_factory=dict)


_read: ContextVar[Read | None] = ContextVar("read", default=None)


@contextmanager
def after(read: Read) -> Iterator[None]:
    """The checks inside leave out what was read, and add to it what they find whole."""
    token = _read.set(read)
    try:
        yield
    finally:
        _read.reset(token)


def read_before() -> Read:
    return _read.get() or Read()


def rows(model: type[Tenant]) -> QuerySet[Any]:
    """The rows of the scope's account in both modes."""
    return model.everywhere.filter(account_id=tenancy.current().account_id).order_by()


def counted(model: type[Tenant]) -> int:
    """How many of them there are."""
    return _all_of.count(model=model)


@prepared
def _all_of(*, model: type[Tenant]) -> QuerySet[Any, int]:
    return rows(model).values_list("pk", flat=True)


def sum_of(related: QuerySet[Any], column: str) -> Coalesce:
    """The sum over the rows of a correlated query; zero for none."""
    total = related.values("account_id").annotate(_total=Sum(column)).values("_total")
    return Coalesce(Subquery(total), 0)


def ids(found: QuerySet[Any]) -> QuerySet[Any, str]:
    """Their public ids alone."""
    return found.values_list("public_id", flat=True)


def named(public_ids: Iterable[str], sentence: str) -> list[str]:
    """The sentence for each, its %(id)s filled with it."""
    return [sentence % {"id": public_id} for public_id in public_ids]
