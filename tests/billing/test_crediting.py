"""Credit lowers bills, oldest first, to zero at most, and none of it is ever lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.factories.standings import credit
from wainwright.billing.crediting import Purse
from wainwright.core.money import Money


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def test_the_oldest_is_taken_first_and_no_more_than_the_bill() -> None:
    purse = Purse([credit(300, id=1), credit(500, id=2)])
    assert [(use.credit.id, use.amount) for use in purse.take(1, euros(400))] == [
        (1, 300),
        (2, 100),
    ]
    assert purse.left(1, "EUR") == euros(400)


def test_a_bill_of_exactly_what_is_left_takes_it_all_and_the_next_nothing() -> None:
    purse = Purse([credit(300)])
    [use] = purse.take(1, euros(300))
    assert (use.amount, purse.left(1, "EUR"), purse.take(1, euros(300))) == (300, euros(0), ())


def test_a_last_cent_is_taken_too() -> None:
    purse = Purse([credit(1), credit(5, id=2)])
    assert [use.amount for use in purse.take(1, euros(2))] == [1, 1]


def test_nobody_elses_and_no_other_currency_is_taken() -> None:
    purse = Purse([credit(300, customer_id=2), credit(300, currency="USD")])
    assert purse.take(1, euros(400)) == ()
    assert (purse.left(1, "EUR"), purse.left(1, "USD")) == (euros(0), Money(300, "USD"))


def test_a_line_takes_off_the_sum_with_the_tax_it_bore() -> None:
    [use] = Purse([credit(1190, 190)]).take(1, euros(1190))
    line = use.line
    assert (line.gross, line.tax, line.net) == (euros(-1190), euros(-190), euros(-1000))


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**5), min_size=1, max_size=6))
def test_its_tax_goes_with_it_to_the_cent(left: int, bills: list[int]) -> None:
    tax = left * 19 // 119
    purse = Purse([credit(left, tax)])
    uses = [use for due in bills for use in purse.take(1, euros(due))]
    rest = purse.left(1, "EUR").minor
    assert sum(use.amount for use in uses) + rest == left
    assert rest or sum(use.tax for use in uses) == tax


@given(
    st.lists(st.integers(1, 10**4), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2 * 10**4)), max_size=12),
)
def test_whatever_bills_take_and_give_back_no_credit_goes_below_zero_and_none_is_lost(
    lefts: list[int], acts: list[tuple[int, int]]
) -> None:
    taxes = [left * 19 // 119 for left in lefts]
    purse = Purse([credit(*each, id=n) for n, each in enumerate(zip(lefts, taxes, strict=True))])
    for bill, due in acts:  # each bill comes to nothing, and is opened again with another sum
        purse.put_back(bill)
        uses = purse.take(1, euros(due))
        purse.hold(bill, uses)
        assert sum(use.amount for use in uses) <= due
        assert all(use.amount > 0 and 0 <= use.tax <= use.amount for use in uses)
        taken = [use for held in (1, 2, 3) for use in purse.on_bill(held)]
        for n, (left, tax) in enumerate(zip(lefts, taxes, strict=True)):
            mine = [use for use in taken if use.credit.id == n]
            assert sum(use.amount for use in mine) <= left
            assert sum(use.tax for use in mine) <= tax
        assert sum(use.amount for use in taken) + purse.left(1, "EUR").minor == sum(lefts)


def test_what_a_bill_took_is_there_again_when_it_comes_to_nothing() -> None:
    purse = Purse([credit(300, 48), credit(500, 80, id=2)])
    uses = purse.take(1, euros(400))
    purse.hold(7, uses)
    assert purse.on_bill(7) == uses
    purse.put_back(7)
    purse.put_back(7)
    assert (purse.left(1, "EUR"), purse.on_bill(7)) == (euros(800), ())
    assert [use.tax for use in purse.take(1, euros(800))] == [48, 80]


def test_what_is_added_is_the_youngest() -> None:
    purse = Purse([credit(300, id=1)])
    purse.add(credit(300, id=2))
    assert [use.credit.id for use in purse.take(1, euros(400))] == [1, 2]
