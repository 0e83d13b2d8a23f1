from datetime import date

import pytest

from wainwright.payments.gateways.base import Decline
from wainwright.payments.gateways.test import cards

TODAY = date(2026, 11, 21)


def test_every_number_is_listed_once_and_has_a_true_check_digit():
    assert len({card.number for card in cards.CARDS}) == len(cards.CARDS)
    assert len({card.code for card in cards.CARDS}) == len(cards.CARDS)
    for card in cards.CARDS:
        doubled = [int(digit) * (2 if i % 2 else 1) for i, digit in enumerate(card.number[::-1])]
        assert sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


@pytest.mark.parametrize("card", cards.CARDS, ids=lambda card: card.code)
def test_each_number_does_what_is_said_of_it(card):
    said = str(card.does)
    assert card.asks == ("3-D Secure" in said)
    assert card.refunds == ("refunds fail" not in said)
    assert bool(card.dispute) == ("takes the money back" in said)
    assert isinstance(card.present, Decline) == said.startswith("Is declined")


@pytest.mark.parametrize(
    "typed", ["4242424242424242", " 4242 4242 4242 4242", "4242-4242-42424242"]
)
def test_a_listed_number_is_read_however_it_is_spaced(typed):
    shown = cards.read(typed, "12/34", "123", TODAY)
    assert (shown.card.code, shown.last4, shown.month, shown.year) == ("visa", "4242", 12, 2034)


@pytest.mark.parametrize("expiry", ["11/26", "1126", "11 / 2026", "11-26", "1/27"])
def test_expiries_are_read_as_people_write_them(expiry):
    assert cards.read("4242424242424242", expiry, "123", TODAY).year in (2026, 2027)


@pytest.mark.parametrize(
    ("number", "expiry", "cvc", "field"),
    [
        ("4111111111111111", "12/34", "123", "number"),
        ("4242424242424242" + "4" * 10_000, "12/34", "123", "number"),
        ("", "12/34", "123", "number"),
        ("4242424242424242", "10/26", "123", "expiry"),
        ("4242424242424242", "13/34", "123", "expiry"),
        ("4242424242424242", "00/34", "123", "expiry"),
        ("4242424242424242", "soon", "123", "expiry"),
        ("4242424242424242", "12/34", "12", "cvc"),
        ("4242424242424242", "12/34", "١٢٣", "cvc"),
        ("4242424242424242", "12/34", "", "cvc"),
    ],
)
def test_everything_else_is_refused_by_field_and_never_repeated(number, expiry, cvc, field):
    with pytest.raises(cards.CardRefused) as refusal:
        cards.read(number, expiry, cvc, TODAY)
    assert refusal.value.field == field
    assert number == "" or number not in refusal.value.message


@pytest.mark.parametrize(
    ("expiry", "advice"), [("soon", "month and year"), ("0/34", "month and year"), ("1/20", "over")]
)
def test_an_expiry_that_does_not_fit_is_told_from_one_that_is_over(expiry, advice):
    with pytest.raises(cards.CardRefused, match=advice):
        cards.read("4242424242424242", expiry, "123", TODAY)
