from __future__ import annotations

import pytest

from tests.factories.buying import LATER_DECLINED
from tests.stories.ada import Ada


@pytest.mark.slow
def test_a_trial_ends_unpaid_and_she_pays_herself(ada: Ada) -> None:
    ada.buys("paid_trial", 2900, card=LATER_DECLINED)
    assert (ada.state, ada.moved) == ("trialing", [100])

    ada.waits(14)
    assert (ada.state, ada.moved) == ("past_due", [100])
    assert ada.letters.count("payment_failed") == 1

    ada.pays_what_she_owes()
    assert (ada.state, ada.moved) == ("active", [100, 2900])
    ada.waits(1)
    assert ada.letters.count("renewal_receipt") == 1
    assert "method_replaced" in ada.letters

    ada.waits(31)  # the card she typed pays from now on
    assert (ada.state, ada.moved) == ("active", [100, 2900, 2900])
    assert ada.all_is_in_order()
