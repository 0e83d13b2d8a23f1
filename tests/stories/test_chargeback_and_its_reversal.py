from __future__ import annotations

import pytest

from tests.stories.ada import Ada

FEE = 1500


@pytest.mark.slow
def test_a_chargeback_stops_collecting_and_its_reversal_lets_it_go_on(ada: Ada) -> None:
    ada.buys("monthly", 2900)
    ada.has_her_bank_take_back_what_she_paid()
    assert ada.moved == [2900, -2900, -FEE]
    assert not ada.has_access

    ada.waits(40)
    assert ada.moved == [2900, -2900, -FEE]

    ada.loses_at_her_bank()
    assert ada.has_access
    assert (ada.state, ada.moved) == ("active", [2900, -2900, -FEE, 2900, FEE, 2900])
    assert ada.letters.count("chargeback_alert") == 2
    assert "refund" not in ada.letters
    assert ada.all_is_in_order()


@pytest.mark.slow
def test_what_the_bank_leaves_with_her_is_not_collected_again_unasked(ada: Ada) -> None:
    ada.buys("monthly", 2900)
    ada.has_her_bank_take_back_what_she_paid()
    ada.wins_at_her_bank()
    ada.waits(60)
    assert ada.moved == [2900, -2900, -FEE]
    assert ada.all_is_in_order()
