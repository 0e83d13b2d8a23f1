from __future__ import annotations

import pytest

from tests.factories.buying import LATER_DECLINED
from tests.stories.ada import Ada


@pytest.mark.slow
def test_the_new_card_pays_the_debt_once_and_the_queued_try_is_gone(ada: Ada) -> None:
    ada.buys("monthly", 2900, card=LATER_DECLINED)
    ada.waits(32)
    assert (ada.state, ada.moved) == ("past_due", [2900])
    assert ada.subscription.next_due_at is not None

    ada.gives_another_card()
    ada.waits(1)
    assert (ada.state, ada.moved) == ("active", [2900, 2900])

    ada.waits(14)  # past every day on which the first card would have been tried again
    assert ada.moved == [2900, 2900]

    ada.waits(17)  # to the next month, which the new card pays
    assert (ada.state, ada.moved) == ("active", [2900, 2900, 2900])
    assert ada.all_is_in_order()
