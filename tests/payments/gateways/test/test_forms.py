"""What the card form takes before anybody reads it as a card."""

from __future__ import annotations

import pytest

from wainwright.payments.gateways.test.forms import CardForm


@pytest.mark.parametrize(("field", "longest"), [("number", 40), ("expiry", 20), ("cvc", 10)])
def test_what_is_longer_than_any_card_is_not_read(field, longest):
    typed = {"number": "4", "expiry": "1", "cvc": "1"}
    assert CardForm({**typed, field: "1" * longest}).is_valid()
    assert list(CardForm({**typed, field: "1" * (longest + 1)}).errors) == [field]
