"""Records read many at a time by their keys, and put where other records point to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import models

from wainwright.core.prepared import Each, Prepared
from wainwright.core.tenancy import Tenant


def known[R: Tenant](kind: type[R], keys: Iterable[int | None]) -> list[R]:
    """The rows of these keys, in their order; of those that there are."""
    return _rows(kind, keys, lock=False)


def locked[R: Tenant](kind: type[R], keys: Iterable[int | None]) -> list[R]:
    """The same under their locks, taken in the order of the keys. Call inside a transaction."""
    return _rows(kind, keys, lock=True)


def fill(records: Iterable[models.Model], name: str) -> None:
    """Reads at once what the records mean at `name`, where it is not in hand already."""
    bare = [record for record in records if name not in record._state.fields_cache]
    if bare:
        kind = bare[0]._meta.get_field(name).related_model
        attach(bare, name, known(kind, [getattr(record, f"{name}_id") for record in bare]))  # type: ignore[type-var, arg-type]


def attach(records: Sequence[models.Model], name: str, related: Iterable[models.Model]) -> None:
    """Puts at `name` of each record what its key there means: one object for all who mean it."""
    found = {each.pk: each for each in related}
    for record in records:
        meant = found.get(getattr(record, f"{name}_id"))
        if meant is not None:
            setattr(record, name, meant)


def _rows[R: Tenant](kind: type[R], keys: Iterable[int | None], *, lock: bool) -> list[R]:
    wanted = {key for key in keys if key is not None}
    found: list[R] = _question(kind)(wanted, lock=lock) if wanted else []
    return found


@cache
def _question(kind: type[Tenant]) -> Prepared[Any]:
    def rows_of(keys: Each, *, lock: bool) -> models.QuerySet[Any]:
        rows = kind.objects.filter(pk__in=keys).order_by("pk")
        return rows.select_for_update(of=("self",), no_key=True) if lock else rows

    return Prepared(rows_of)
