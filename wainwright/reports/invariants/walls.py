"""I10 and the walls between modes: no row points at one of another account, business or mode.

Derived from the models, so that a new record is watched from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import walls
from wainwright.core.prepared import Prepared
from wainwright.core.tenancy import Tenant
from wainwright.payments.models import Bill
from wainwright.reports.invariants.found import Found, rows
from wainwright.sales.models import Order

# References that are plain numbers, because a key would point upwards: (record, column, to what).
PLAIN: tuple[tuple[type[Tenant], str, type[Tenant]], ...] = ((Bill, "order_id", Order),)

type Reference = tuple[type[Tenant], str, type[Tenant]]


def references_stay_inside() -> Found:
    """Same account everywhere; same business wherever both sides belong to one."""
    checked, broken = 0, []
    for reference in _references():
        checked += _pointing(reference).first() or 0
        broken += [
            _("%(row)s: its %(column)s points outside its business")
            % {"row": row, "column": reference[1]}
            for row in _named(reference, _outside(reference)())
        ]
    return Found(checked, broken)


def modes_stay_apart() -> Found:
    checked, broken = 0, []
    for reference in _references():
        model, column, to = reference
        if model.moded and to.moded:
            checked += _pointing(reference).first() or 0
            broken += [
                _("%(row)s: its %(column)s points into the other mode")
                % {"row": row, "column": column}
                for row in _named(reference, _into_other_mode(reference)())
            ]
    return Found(checked, broken)


# There are hundreds of them: each question is compiled once, however often it is asked.


@cache
def _pointing(reference: Reference) -> Prepared[int]:
    """How many rows point there; none if there are none."""
    model, column, _to = reference

    def count() -> QuerySet[Any, int]:
        pointing = rows(model).exclude(**{column: None}).values("account_id")
        return pointing.annotate(count=Count("pk")).values_list("count", flat=True)

    return Prepared(count)


@cache
def _outside(reference: Reference) -> Prepared[Any]:
    model, column, to = reference

    def names() -> QuerySet[Any, Any]:
        inside: QuerySet[Any] = to.everywhere.filter(
            pk=OuterRef(column), account_id=OuterRef("account_id")
        )
        if "business_id" in _columns(model) & _columns(to):
            inside = inside.filter(business_id=OuterRef("business_id"))
        pointing = rows(model).exclude(**{column: None})
        return pointing.exclude(Exists(inside)).values_list(_name(model), flat=True)

    return Prepared(names)


@cache
def _into_other_mode(reference: Reference) -> Prepared[Any]:
    model, column, to = reference

    def names() -> QuerySet[Any, Any]:
        found: QuerySet[Any] = to.everywhere.filter(pk=OuterRef(column))
        other = found.exclude(mode=OuterRef("mode"))
        pointing = rows(model).exclude(**{column: None})
        return pointing.filter(Exists(other)).values_list(_name(model), flat=True)

    return Prepared(names)


@cache
def _references() -> tuple[Reference, ...]:
    return tuple(_found_references())


def _found_references() -> Iterator[Reference]:
    for model in walls.tenant_models():
        for field in walls.references(model):
            yield model, field.attname, cast("type[Tenant]", field.related_model)
        if any(field.name == "business_id" for field in model._meta.concrete_fields):
            yield model, "business_id", Business
    yield from PLAIN


def _columns(model: type[Tenant]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}


def _name(model: type[Tenant]) -> str:
    return "public_id" if "public_id" in _columns(model) else "pk"


def _named(reference: Reference, names: list[Any]) -> list[str]:
    """By public id, or by the record's kind and internal id where it has none."""
    model = reference[0]
    if _name(model) == "public_id":
        return names
    return [f"{model._meta.label} {pk}" for pk in names]
