"""I10 and the walls between modes: no row points at one of another account, business or mode.

Derived from the models, so that a new record is watched from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import walls
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
    for model, column, to in _references():
        pointing = rows(model).exclude(**{column: None})
        inside: QuerySet[Any] = to.everywhere.filter(
            pk=OuterRef(column), account_id=OuterRef("account_id")
        )
        if "business_id" in _columns(model) & _columns(to):
            inside = inside.filter(business_id=OuterRef("business_id"))
        checked += pointing.count()
        broken += [
            _("%(row)s: its %(column)s points outside its business")
            % {"row": row, "column": column}
            for row in _names(pointing.exclude(Exists(inside)))
        ]
    return Found(checked, broken)


def modes_stay_apart() -> Found:
    checked, broken = 0, []
    for model, column, to in _references():
        if model.moded and to.moded:
            pointing = rows(model).exclude(**{column: None})
            found: QuerySet[Any] = to.everywhere.filter(pk=OuterRef(column))
            other = found.exclude(mode=OuterRef("mode"))
            checked += pointing.count()
            broken += [
                _("%(row)s: its %(column)s points into the other mode")
                % {"row": row, "column": column}
                for row in _names(pointing.filter(Exists(other)))
            ]
    return Found(checked, broken)


def _references() -> Iterator[Reference]:
    for model in walls.tenant_models():
        for field in walls.references(model):
            yield model, field.attname, cast("type[Tenant]", field.related_model)
        if any(field.name == "business_id" for field in model._meta.concrete_fields):
            yield model, "business_id", Business
    yield from PLAIN


def _columns(model: type[Tenant]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}


def _names(found: QuerySet[Any]) -> list[str]:
    """By public id, or by the record's kind and internal id where it has none."""
    if "public_id" in _columns(found.model):
        return list(found.values_list("public_id", flat=True))
    kind = found.model._meta.label
    return [f"{kind} {pk}" for pk in found.values_list("pk", flat=True)]
