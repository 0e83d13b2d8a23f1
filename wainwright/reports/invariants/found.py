"""What the checks share: the account's rows, sums of related rows, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wainwright.core import tenancy
from wainwright.core.tenancy import Tenant


@dataclass(frozen=True)
class Found:
    """How many rows were looked at, and a sentence for each that breaks the promise."""

    checked: int
    broken: list[str] = field(default_factory=list)


type Check = Callable[[], Found]


def rows(model: type[Tenant]) -> QuerySet[Any]:
    """The rows of the scope's account in both modes."""
    return model.everywhere.filter(account_id=tenancy.current().account_id).order_by()


def sum_of(related: QuerySet[Any], column: str) -> Coalesce:
    """The sum over the rows of a correlated query; zero for none."""
    total = related.values("account_id").annotate(_total=Sum(column)).values("_total")
    return Coalesce(Subquery(total), 0)


def named(broken: QuerySet[Any], sentence: str) -> list[str]:
    """The sentence for each row, its %(id)s filled with the row's public id."""
    return [
        sentence % {"id": public_id} for public_id in broken.values_list("public_id", flat=True)
    ]
