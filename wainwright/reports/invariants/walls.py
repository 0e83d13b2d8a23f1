"""I10 and the walls between modes: no row points at one of another account, business or mode.

Derived from the models, so that a new record is watched from its first day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from operator import itemgetter
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import walls
from wainwright.core.prepared import Prepared, by
from wainwright.core.tenancy import Tenant
from wainwright.payments.models import Bill
from wainwright.reports.invariants.found import Found, rows
from wainwright.sales.models import Order

# References that are plain numbers, because a key would point upwards: (record, column, to what).
PLAIN: tuple[tuple[type[Tenant], str, type[Tenant]], ...] = ((Bill, "order_id", Order),)

type Reference = tuple[type[Tenant], str, type[Tenant]]
type References = tuple[tuple[type[Tenant], tuple[Reference, ...]], ...]
type Astray = Callable[[Reference], Q]  # the condition that a reference must not meet


def references_stay_inside() -> Found:
    """Same account everywhere; same business wherever both sides belong to one."""
    sentence = _("%(row)s: its %(column)s points outside its business")
    return _looked_at(_references(), _outside, sentence)


def modes_stay_apart() -> Found:
    sentence = _("%(row)s: its %(column)s points into the other mode")
    return _looked_at(_references_of_modes(), _into_other_mode, sentence)


def _looked_at(references: References, astray: Astray, sentence: str) -> Found:
    """Counts first, all references of a record at once: there are hundreds of them."""
    checked, broken = 0, []
    for model, its_references in references:
        counts = _counts(model, its_references, astray).first() or ()
        for reference, all_of_them, wrong in zip(
            its_references, counts[::2], counts[1::2], strict=False
        ):
            checked += all_of_them
            rows_ = _named(model, _astray(reference, astray)()) if wrong else ()
            broken += [sentence % {"row": row, "column": reference[1]} for row in rows_]
    return Found(checked, broken)


@cache
def _counts(
    model: type[Tenant], references: tuple[Reference, ...], astray: Astray
) -> Prepared[Any]:
    """For each reference: how many point there, and how many of them go astray. Nothing if there
    is no row."""

    def counts() -> QuerySet[Any, Any]:
        found: dict[str, Count] = {}
        for number, reference in enumerate(references):
            points = Q(**{f"{reference[1]}__isnull": False})
            found[f"all_{number}"] = Count("pk", filter=points)
            found[f"wrong_{number}"] = Count("pk", filter=points & astray(reference))
        return rows(model).values("account_id").annotate(**found).values_list(*found)

    return Prepared(counts)


@cache
def _astray(reference: Reference, astray: Astray) -> Prepared[Any]:
    model, column, _to = reference

    def names() -> QuerySet[Any, Any]:
        pointing = rows(model).exclude(**{column: None}).filter(astray(reference))
        return pointing.values_list(_name(model), flat=True)

    return Prepared(names)


def _outside(reference: Reference) -> Q:
    model, column, to = reference
    inside: QuerySet[Any] = to.everywhere.filter(
        pk=OuterRef(column), account_id=OuterRef("account_id")
    )
    if "business_id" in _columns(model) & _columns(to):
        inside = inside.filter(business_id=OuterRef("business_id"))
    return Q(~Exists(inside))


def _into_other_mode(reference: Reference) -> Q:
    _model, column, to = reference
    found: QuerySet[Any] = to.everywhere.filter(pk=OuterRef(column))
    return Q(Exists(found.exclude(mode=OuterRef("mode"))))


@cache
def _references() -> References:
    """Of each record, all that it points to."""
    found = by(list(_found_references()), key=itemgetter(0))
    return tuple((model, tuple(references)) for model, references in found.items())


@cache
def _references_of_modes() -> References:
    """Those from a record of one mode to another such."""
    moded = [
        (model, tuple(reference for reference in references if model.moded and reference[2].moded))
        for model, references in _references()
    ]
    return tuple((model, references) for model, references in moded if references)


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


def _named(model: type[Tenant], names: list[Any]) -> list[str]:
    """By public id, or by the record's kind and internal id where it has none."""
    if _name(model) == "public_id":
        return names
    return [f"{model._meta.label} {pk}" for pk in names]
