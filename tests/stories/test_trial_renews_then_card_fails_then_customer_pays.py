from __future__ import annotations

import pytest

from tests.factories.buying import LATER_DECLINED
from tests.stories.ada import Ada


@pytest.mark.slow
def test_a_trial_renews_then_her_card_fails_and_she_pays_herself(ada: Ada) -> None:
    ada.buys("paid_trial", 2900)
    assert (ada.state, ada.moved) == ("trialing", [100])

    ada.waits(14)
    assert (ada.state, ada.moved) == ("active", [100, 2900])
    assert ada.letters.count("renewal_receipt") == 1

    ada.gives_another_card(LATER_DECLINED)
    ada.waits(31)
    assert (ada.state, ada.moved) == ("past_due", [100, 2900])
    assert ada.letters.count("payment_failed") == 1

    ada.pays_what_she_owes()
    assert (ada.state, ada.moved) == ("active", [100, 2900, 2900])
    ada.waits(1)
    assert ada.letters.count("renewal_receipt") == 2

    ada.waits(31)  # the card she typed pays from now on
    assert (ada.state, ada.moved) == ("active", [100, 2900, 2900, 2900])
    assert ada.letters.count("method_replaced") == 2
    assert ada.all_is_in_order()
