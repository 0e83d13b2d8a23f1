"""What a purchase costs: one pure function that page, bill, receipt and invoice all show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wainwright.core.money import Money, total
from wainwright.payments.bills import LineDraft
from wainwright.tax.rounding import taxed


@dataclass(frozen=True, slots=True)
class TaxSum:
    percent: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """Lines of one currency and their sums, which add up exactly."""

    lines: tuple[LineDraft, ...]
    currency: str

    @property
    def net(self) -> Money:
        return total([line.net for line in self.lines], self.currency)

    @property
    def tax(self) -> Money:
        return total([line.tax for line in self.lines], self.currency)

    @property
    def gross(self) -> Money:
        return self.net + self.tax

    @property
    def taxes(self) -> tuple[TaxSum, ...]:
        """Net and tax of each rate, highest first."""
        return tax_table([(line.tax_percent, line.net, line.tax) for line in self.lines])


def tax_table(rows: Sequence[tuple[Decimal, Money, Money]]) -> tuple[TaxSum, ...]:
    """(percent, net, tax) of lines, summed by rate, highest first."""
    sums: dict[Decimal, TaxSum] = {}
    for percent, net, tax in rows:
        before = sums.get(percent)
        sums[percent] = TaxSum(
            percent, before.net + net if before else net, before.tax + tax if before else tax
        )
    return tuple(sums[percent] for percent in sorted(sums, reverse=True))


def line(
    *,
    product_id: int,
    price_id: int,
    description: str,
    unit: Money,
    quantity: int,
    percent: Decimal,
    inclusive: bool,
    period: tuple[datetime, datetime] | None = None,
) -> LineDraft:
    """One line, its tax rounded once for the whole quantity."""
    net, tax = taxed(unit * quantity, percent, inclusive=inclusive)
    start, end = period or (None, None)
    return LineDraft(
        product_id=product_id,
        price_id=price_id,
        description=description,
        quantity=quantity,
        unit=unit,
        tax_percent=percent,
        net=net,
        tax=tax,
        period_start=start,
        period_end=end,
    )


def totals(lines: Sequence[LineDraft]) -> Totals:
    """The sums of at least one line."""
    return Totals(tuple(lines), lines[0].unit.currency)
