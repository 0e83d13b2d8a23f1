"""What a change to another plan costs at once, worked out without any database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.standings import NO_TAX, START, WEEK, credit, plan, standing
from wainwright.billing import changing, planning, states
from wainwright.billing.changing import Changed, Paid
from wainwright.billing.course import Switch
from wainwright.billing.crediting import Purse
from wainwright.billing.planning import Reason
from wainwright.billing.standing import Plan
from wainwright.core.money import Money
from wainwright.sales import totals
from wainwright.tax.queries import Rates

HALF = START + WEEK / 2


def change(to: Plan, *, kept: Fraction = Fraction(1), purse: Purse, move: bool = False) -> Changed:
    mine = standing()
    line = planning.charge_for(mine, 0, NO_TAX).line
    paid = Paid(START, START + WEEK, line, kept)
    return changing.change(mine, paid, Switch(to, HALF, move), NO_TAX, purse)


def sums(changed: Changed) -> list[int]:
    return [line.gross.minor for line, _reason in changed.draft.rows]


def test_a_month_is_as_long_as_it_is_over_the_400_years_in_which_the_calendar_repeats() -> None:
    years = date(2400, 1, 1) - date(2000, 1, 1)
    assert Fraction(years.days, 400 * 12) == changing.DAYS_OF_A_MONTH


def test_the_rest_of_the_week_is_charged_less_what_was_paid_for_it() -> None:
    purse = Purse()
    changed = change(plan(1400, quantity=2), purse=purse)
    assert sums(changed) == [1400, -350]
    assert [reason for _line, reason in changed.draft.rows] == [
        Reason.NEW_PLAN,
        Reason.UNUSED_TIME,
    ]
    line = changed.draft.charges[0].line
    assert (line.period_start, line.period_end, line.quantity) == (HALF, START + WEEK, 1)
    assert (changed.draft.charges[0].number, changed.draft.at, line.description) == (
        0,
        HALF,
        "2 × Studio",
    )
    assert purse.left(1, "EUR") == Money(0, "EUR")


def test_what_the_bill_does_not_use_is_left_as_credit() -> None:
    purse = Purse()
    assert sums(change(plan(200), purse=purse)) == [100, -100]
    assert purse.left(1, "EUR") == Money(250, "EUR")


def test_what_is_left_is_for_the_time_not_used_with_the_tax_it_bore() -> None:
    mine = standing()
    line = totals.line(
        product_id=1,
        price_id=1,
        description="Studio",
        unit=Money(1190, "EUR"),
        quantity=1,
        percent=Decimal(19),
        inclusive=True,
        period=(START, START + WEEK),
    )
    paid = Paid(START, START + WEEK, line, Fraction(1))
    left = changing.change(mine, paid, Switch(plan(0), HALF), NO_TAX, Purse()).left
    assert (left.left, left.left_tax, left.percent) == (595, 95, Decimal(19))
    assert (left.id, left.since, left.until) == (0, HALF, START + WEEK)
    assert (left.customer_id, left.description) == (mine.customer_id, "Studio")


@given(
    second=st.integers(1, 7 * 86_400 - 1),
    old=st.integers(0, 10**7),
    new=st.integers(0, 10**7),
    quantity=st.integers(1, 9),
    percent=st.decimals(0, 27, places=1),
    kept=st.fractions(0, 1, max_denominator=10**4),
)
def test_at_any_second_each_sum_is_its_exact_part_rounded_once_and_nothing_is_lost(
    second: int, old: int, new: int, quantity: int, percent: Decimal, kept: Fraction
) -> None:
    paid_line = totals.line(
        product_id=1,
        price_id=1,
        description="Studio",
        unit=Money(old, "EUR"),
        quantity=1,
        percent=percent,
        inclusive=True,
        period=(START, START + WEEK),
    )
    paid, at = Paid(START, START + WEEK, paid_line, kept), START + timedelta(seconds=second)
    act, purse = Switch(plan(new, quantity=quantity), at), Purse()
    changed = changing.change(standing(), paid, act, NO_TAX, purse)

    rest = 1 - Fraction(second, 7 * 86_400)
    first, *lowered = [line for line, _reason in changed.draft.rows]
    assert first.gross.minor == half_up(new * quantity * rest)
    unused = half_up(old * rest * kept), half_up(paid_line.tax.minor * rest * kept)
    taken = [(-line.gross.minor, -line.tax.minor) for line in lowered]
    left = changed.left.left, changed.left.left_tax
    assert tuple(map(sum, zip(*taken, left, strict=True))) == unused
    assert left[0] == purse.left(1, "EUR").minor == max(0, unused[0] - first.gross.minor)
    assert 0 <= left[1] <= unused[1]
    assert changed.draft.totals.gross.minor == max(0, first.gross.minor - unused[0])
    assert all(line.net + line.tax == line.gross for line in (first, *lowered))


def half_up(exact: Fraction) -> int:
    """The nearest whole number of what is not below zero."""
    return floor(exact + Fraction(1, 2))


def test_older_credit_is_taken_after_the_unused_time_and_to_zero_at_most() -> None:
    purse = Purse([credit(1000)])
    assert sums(change(plan(1400), purse=purse)) == [700, -350, -350]
    assert purse.left(1, "EUR") == Money(650, "EUR")


@pytest.mark.parametrize(("kept", "unused"), [(Fraction(1, 2), [-175]), (Fraction(0), [])])
def test_what_was_refunded_is_not_taken_off_again(kept: Fraction, unused: list[int]) -> None:
    assert sums(change(plan(1400), kept=kept, purse=Purse())) == [700, *unused]


def test_moved_to_the_moment_it_costs_a_whole_week() -> None:
    assert sums(change(plan(1400), purse=Purse(), move=True)) == [1400, -350]


@pytest.mark.parametrize(
    ("other", "more"),
    [
        (plan(701), True),
        (plan(700), False),
        (plan(99, interval="daily"), False),
        (plan(101, interval="daily"), True),
        (plan(3043, interval="monthly"), False),
        (plan(3044, interval="monthly"), True),
        (plan(36_524, interval="yearly"), False),
        (plan(36_525, interval="yearly"), True),
        (plan(351, quantity=2), True),
    ],
)
def test_more_a_day_is_an_upgrade(other: Plan, more: bool) -> None:
    assert changing.is_upgrade(standing(), other, NO_TAX) is more


@pytest.mark.parametrize(
    ("other", "more"),
    [
        (plan(701), True),
        (plan(700), False),
        (plan(699), False),
        (plan(30_000, interval="yearly"), True),
        (plan(99, interval="daily"), True),
    ],
)
def test_more_a_day_or_another_interval_asks_more(other: Plan, more: bool) -> None:
    assert changing.asks_more(standing(), other, NO_TAX) is more


def test_far_above_is_more_than_so_many_times_over_the_same_time() -> None:
    def is_far(other: Plan, present: Plan | None = None) -> bool:
        mine = standing(plan=present or plan(700))
        return changing.is_far_above(mine, other, NO_TAX, factor=5)

    assert not is_far(plan(3500))
    assert is_far(plan(3501))
    assert not is_far(plan(182_621, interval="yearly"))
    assert is_far(plan(182_622, interval="yearly"))
    assert not is_far(plan(3501), present=plan(0))


def test_a_price_without_its_tax_is_compared_with_it() -> None:
    rates = Rates(((1, "DE", date(2020, 1, 1), Decimal(19)),))
    assert changing.is_upgrade(standing(), plan(600, inclusive=False), rates)
    assert not changing.is_upgrade(standing(), plan(588, inclusive=False), rates)


def test_what_falls_due_on_one_day_makes_one_bill_when_the_first_of_it_is_due() -> None:
    due, later, tomorrow = (START + timedelta(hours=hours) for hours in (0, 5, 24))
    rows = [
        standing(id=2, next_due_at=later),
        standing(id=1, next_due_at=due),
        standing(id=3, next_due_at=tomorrow),
        standing(id=4, next_due_at=due, method_id=2),
        standing(id=5, next_due_at=due, customer_id=2),
        standing(id=6, next_due_at=due, currency="USD"),
        standing(id=7, next_due_at=due, state=states.PAUSED),
        standing(id=8, next_due_at=None),
    ]
    bills = planning.bills_due(rows, due, NO_TAX)
    together = [[charge.standing.id for charge in bill.charges] for bill in bills]
    assert together == [[1, 2], [4], [5], [6]]
    assert planning.bills_due(rows, due - timedelta(seconds=1), NO_TAX) == []


def test_only_the_time_before_an_end_is_charged() -> None:
    mine = standing(cancel_at=START + WEEK + WEEK / 7)
    [charge] = planning.next_charges(mine, NO_TAX)
    assert (charge.line.gross.minor, charge.reason) == (100, Reason.LAST_PART)
    split = replace(mine, total=3)
    assert [each.line.gross.minor for each in planning.next_charges(split, NO_TAX)] == [700]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, Reason.RENEWAL),
        ({"total": 3}, Reason.INSTALLMENT),
        ({"state": states.TRIALING}, Reason.AFTER_TRIAL),
        ({"open_bill_id": 7}, Reason.OVERDUE),
    ],
)
def test_each_line_says_why(changed: dict[str, object], reason: Reason) -> None:
    [charge] = planning.next_charges(standing(**changed), NO_TAX)
    assert charge.reason == reason


def test_missed_periods_are_charged_as_far_as_the_seller_wants() -> None:
    wanted = planning.next_charges(standing(catch_up_to=3), NO_TAX)
    assert [charge.number for charge in wanted] == [1, 2, 3]
    assert [charge.number for charge in planning.next_charges(standing(made=4), NO_TAX)] == [4]
