"""The account's rules of collecting, read once for all that needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wainwright.billing.models import Rules
from wainwright.catalog.models import Product
from wainwright.core import audit
from wainwright.core.actors import Actor
from wainwright.core.errors import Refused
from wainwright.core.prepared import prepared

MOST_RETRIES, LONGEST_WAIT = 8, 60


@prepared
def _rows() -> QuerySet[Rules]:
    return Rules.objects.all()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The account's rules and those of single products."""

    account: Rules
    by_product: dict[int, Rules]

    @classmethod
    def read(cls) -> Self:
        rows = _rows()
        account = next((row for row in rows if row.product_id is None), Rules())
        return cls(account, {row.product_id: row for row in rows if row.product_id is not None})

    def of(self, product_id: int) -> Rules:
        return self.by_product.get(product_id, self.account)


def change_rules(product: Product | None, *, by: Actor, **changes: Any) -> Rules:
    """Changes the account's rules, or makes and changes those of one product.

    A product's rules begin as the account's are. Refused where a retry lies out of bounds.
    """
    _check_retries(changes.get("retry_after_days", []))
    with transaction.atomic():
        row = Rules.objects.select_for_update(of=("self",)).filter(product=product).first()
        if row is None:
            row = RuleBook.read().account
            row.pk, row.product = None, product
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        audit.note(
            "collecting.rules_changed",
            product.public_id if product else "account",
            by=by,
            business_id=product.business_id if product else None,
            **changes,
        )
    return row


def drop_rules(product: Product, *, by: Actor) -> None:
    """The account's rules hold for the product again. Repeating changes nothing."""
    with transaction.atomic():
        if Rules.objects.filter(product=product).delete()[0]:
            audit.note(
                "collecting.rules_dropped",
                product.public_id,
                by=by,
                business_id=product.business_id,
            )


DECLINED, RETRY, LAST, END = "declined", "retry", "last", "end"


def days_of(rules: Rules) -> list[tuple[int, str]]:
    """What a card that always fails brings, each with its day counted from when it was due."""
    happens, day = [(0, DECLINED)], 0
    for number, wait in enumerate(rules.retry_after_days, 1):
        day += wait
        is_last = number == len(rules.retry_after_days)
        happens.append((day, LAST if is_last else RETRY))
    return [*happens, (day + rules.grace_days, END)]


def _check_retries(days: list[int]) -> None:
    if len(days) > MOST_RETRIES or any(not 1 <= each <= LONGEST_WAIT for each in days):
        raise Refused(
            _("At most %(most)s retries are made, each 1 to %(days)s days after the one before.")
            % {"most": MOST_RETRIES, "days": LONGEST_WAIT},
            field="retry_after_days",
        )
