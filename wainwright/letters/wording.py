"""The seller's part of the notices: on which days, and in which words of his own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.catalog.models import Product
from wainwright.core import audit
from wainwright.core.actors import Actor
from wainwright.core.errors import Refused
from wainwright.core.money import Money
from wainwright.core.prepared import prepared
from wainwright.letters.models import NoticeRules

MOST_REMINDERS, FURTHEST = 3, 60

# Notices whose words a seller may write, as their settings page calls them.
KINDS = {
    "renewal_ahead": gettext_lazy("A charge is coming"),
    "trial_ending": gettext_lazy("A trial ends"),
    "overdue": gettext_lazy("A bill is overdue"),
    "card_expiring": gettext_lazy("A card is about to expire"),
    "card_expired": gettext_lazy("A card has expired"),
}


# What is filled in where the seller writes it in his words.
PLACEHOLDERS = {
    "{name}": gettext_lazy("the customer's name"),
    "{item_name}": gettext_lazy("what was bought"),
    "{vendor_name}": gettext_lazy("the business"),
    "{days}": gettext_lazy("days to go, or gone by"),
    "{sum}": gettext_lazy("the sum"),
    "{date}": gettext_lazy("the day of the charge or bill"),
    "{card}": gettext_lazy("the card"),
    "{month}": gettext_lazy("its last month"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice tells, for sentences: `days` to go or gone by, the `sum` and its day `at`; of
    a card, its last month."""

    kind: str
    name: str
    item_name: str
    vendor_name: str
    days: int = 0
    sum: Money | None = None
    at: datetime | None = None
    card: str = ""


@prepared
def _rows() -> QuerySet[NoticeRules]:
    return NoticeRules.objects.all()


@dataclass(frozen=True, slots=True)
class Book:
    """The account's rules of notices and those of single products."""

    account: NoticeRules
    by_product: Mapping[int, NoticeRules]

    @classmethod
    def read(cls) -> Self:
        rows = _rows()
        account = next((row for row in rows if row.product_id is None), NoticeRules())
        return cls(account, {row.product_id: row for row in rows if row.product_id is not None})

    def of(self, product_id: int) -> NoticeRules:
        return self.by_product.get(product_id, self.account)

    def days_before(self) -> set[int]:
        """All days before a charge on which any product's customers are told."""
        return {day for row in self._all() for day in row.upcoming_days}

    def days_after(self) -> set[int]:
        return {day for row in self._all() for day in row.overdue_days}

    def _all(self) -> list[NoticeRules]:
        return [self.account, *self.by_product.values()]


def change(product: Product | None, *, by: Actor, **changes: Any) -> NoticeRules:
    """Changes the account's rules, or makes and changes those of one product.

    A product's rules begin as the account's are. Refused where there are more than three days of a
    kind, or one lies out of bounds.
    """
    for field in ("upcoming_days", "overdue_days"):
        _check(changes.get(field, []), field)
    with transaction.atomic():
        row = NoticeRules.objects.select_for_update(of=("self",)).filter(product=product).first()
        if row is None:
            row = Book.read().account
            row.pk, row.product = None, product
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        audit.note(
            "letters.notices_changed",
            product.public_id if product else "account",
            by=by,
            business_id=product.business_id if product else None,
            **changes,
        )
    return row


def drop(product: Product, *, by: Actor) -> None:
    """The account's rules hold for the product again. Repeating changes nothing."""
    with transaction.atomic():
        gone, _rows = NoticeRules.objects.filter(product=product).delete()
        if gone:
            audit.note(
                "letters.notices_dropped",
                product.public_id,
                by=by,
                business_id=product.business_id,
            )


def _check(days: list[int], field: str) -> None:
    if len(set(days)) > MOST_REMINDERS or any(not 1 <= day <= FURTHEST for day in days):
        raise Refused(
            _("At most %(most)s reminders, each 1 to %(days)s days away.")
            % {"most": MOST_REMINDERS, "days": FURTHEST},
            field=field,
        )
