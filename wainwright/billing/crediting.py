"""How credit lowers bills: pure, for the engine and a preview.

A credit keeps the tax of what it was paid for, so a bill takes it as a line below zero with that
tax. It is taken oldest first and never beyond the bill's sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from wainwright.core.money import Money
from wainwright.payments.bills import LineDraft


@dataclass(frozen=True, slots=True)
class Credit:
    """What is `left` of the worth of some time, with its tax, in minor units.

    `id` is 0 for what a change that is only planned would leave.
    """

    id: int
    customer_id: int
    currency: str
    product_id: int
    price_id: int
    description: str
    percent: Decimal
    since: datetime
    until: datetime
    left: int
    left_tax: int

    def less(self, amount: int, tax: int) -> Credit:
        return replace(self, left=self.left - amount, left_tax=self.left_tax - tax)

    def tax_of(self, amount: int) -> int:
        """The tax of a part of what is left; what is left after it keeps the rest."""
        return Money(self.left_tax, self.currency).share(Fraction(amount, self.left)).minor


@dataclass(frozen=True, slots=True)
class Use:
    """What one bill takes of a credit, with its tax."""

    credit: Credit
    amount: int
    tax: int

    @property
    def line(self) -> LineDraft:
        gross, tax = (
            Money(-self.amount, self.credit.currency),
            Money(-self.tax, self.credit.currency),
        )
        return LineDraft(
            product_id=self.credit.product_id,
            price_id=self.credit.price_id,
            description=self.credit.description,
            quantity=1,
            unit=gross,
            tax_percent=self.credit.percent,
            net=gross - tax,
            tax=tax,
            period_start=self.credit.since,
            period_end=self.credit.until,
        )


class Purse:
    """The credits of some customers, and what open bills took of them before."""

    def __init__(self, held: Iterable[Credit] = (), on_bills: Iterable[tuple[int, Use]] = ()):
        self._credits = list(held)
        self._on_bills: dict[int, list[Use]] = {}
        for bill_id, use in on_bills:
            self._on_bills.setdefault(bill_id, []).append(use)

    def add(self, credit: Credit) -> None:
        """One more, the youngest."""
        self._credits.append(credit)

    def take(self, customer_id: int, due: Money) -> tuple[Use, ...]:
        """Takes what lowers a bill of that sum, at most to zero."""
        uses, missing = [], due.minor
        for place, credit in enumerate(self._credits):
            amount = min(credit.left, missing)
            if amount > 0 and (credit.customer_id, credit.currency) == (customer_id, due.currency):
                tax = credit.tax_of(amount)
                uses.append(Use(credit, amount, tax))
                self._credits[place] = credit.less(amount, tax)
                missing -= amount
        return tuple(uses)

    def left(self, customer_id: int, currency: str) -> Money:
        """What that customer has in that currency."""
        own = (customer_id, currency)
        has = [each for each in self._credits if (each.customer_id, each.currency) == own]
        return Money(sum(each.left for each in has), currency)

    def on_bill(self, bill_id: int) -> tuple[Use, ...]:
        """What that open bill took when it was opened."""
        return tuple(self._on_bills.get(bill_id, ()))

    def hold(self, bill_id: int, uses: tuple[Use, ...]) -> None:
        """That open bill takes these."""
        self._on_bills[bill_id] = list(uses)

    def put_back(self, bill_id: int) -> None:
        """The bill comes to nothing: what it took can be taken by others."""
        for use in self._on_bills.pop(bill_id, ()):
            for place, credit in enumerate(self._credits):
                if credit.id == use.credit.id:
                    self._credits[place] = credit.less(-use.amount, -use.tax)
