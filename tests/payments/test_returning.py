"""Money back on the lines of a bill: every draw of parts adds up, to the cent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.money import Money
from wainwright.payments.errors import NotRefundable
from wainwright.payments.returning import Billed, Wish, can_choose, chosen, share_of_tax, spread

grosses = st.lists(st.integers(1, 10**6), min_size=1, max_size=6)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def line(
    gross: int, back: int = 0, *, pieces: int = 1, pieces_back: int = 0, key: int = 1
) -> Billed:
    return Billed(key, "Mug", pieces, euros(gross), euros(back), pieces_back)


def in_turn(whole: int, data: st.DataObject) -> Iterator[int]:
    """Parts, drawn one after the other, that make the whole."""
    for _turn in range(5):
        if whole:
            part = data.draw(st.integers(1, whole))
            yield part
            whole -= part
    if whole:
        yield whole


@given(grosses, st.data())
def test_sums_given_back_in_turn_empty_every_line_and_overdraw_none(
    sums: list[int], data: st.DataObject
) -> None:
    back = [0] * len(sums)
    for amount in in_turn(sum(sums), data):
        lines = [line(s, b, key=i) for i, (s, b) in enumerate(zip(sums, back, strict=True))]
        parts = spread(euros(amount), lines)
        assert sum(part.gross.minor for part in parts) == amount
        for part in parts:
            back[part.line_id] += part.gross.minor
        assert all(0 <= b <= s for s, b in zip(sums, back, strict=True))
    assert back == sums


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.data())
def test_a_lines_tax_goes_back_in_step_and_all_of_it_at_last(
    gross: int, tax: int, data: st.DataObject
) -> None:
    given_back: list[tuple[int, int]] = []
    for part in in_turn(gross, data):
        share = share_of_tax(euros(tax), gross, given_back, part).minor
        given_back.append((part, share))
        whole, borne = (sum(column) for column in zip(*given_back, strict=True))
        assert 2 * abs(borne * gross - tax * whole) <= gross
    assert borne == tax


@given(st.integers(1, 10**6), st.integers(1, 50), st.data())
def test_pieces_given_back_one_by_one_or_together_are_the_whole_line(
    gross: int, pieces: int, data: st.DataObject
) -> None:
    back = pieces_back = 0
    for some in in_turn(pieces, data):
        back += line(gross, back, pieces=pieces, pieces_back=pieces_back).worth(some).minor
        pieces_back += some
    assert back == gross


def test_what_credit_paid_goes_back_in_proportion_with_what_it_paid_for() -> None:
    parts = spread(euros(35), [line(100, key=1), line(-30, key=2)])
    assert [(part.line_id, part.gross.minor) for part in parts] == [(1, 50), (2, -15)]


@pytest.mark.parametrize(
    "wishes",
    [
        [],
        [Wish(9, amount=euros(1))],
        [Wish(1, amount=euros(61))],
        [Wish(1, amount=euros(0))],
        [Wish(1, amount=Money(1, "USD"))],
        [Wish(1, pieces=3)],
        [Wish(1, amount=euros(1)), Wish(1, amount=euros(1))],
    ],
)
def test_more_than_is_left_of_a_line_is_refused(wishes: list[Wish]) -> None:
    with pytest.raises(NotRefundable):
        chosen(wishes, [line(90, 30, pieces=3, pieces_back=1)])


def test_lines_that_credit_paid_for_are_not_chosen() -> None:
    with pytest.raises(NotRefundable):
        chosen([Wish(1, amount=euros(1))], [line(100, key=1), line(-30, key=2)])


def test_single_lines_are_chosen_unless_credit_paid_a_part_of_them() -> None:
    assert can_choose([line(5), line(0)])
    assert not can_choose([line(5), line(-1)])
    assert not can_choose([])
