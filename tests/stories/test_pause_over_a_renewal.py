from __future__ import annotations

import pytest

from tests.stories.ada import Ada


@pytest.mark.slow
def test_two_periods_are_left_out_and_the_bill_day_stays(ada: Ada) -> None:
    ada.buys("monthly", 2900)
    bill_days = [ada.subscription.due(number) for number in range(5)]

    ada.waits(10)
    ada.pauses_for(2)
    ada.waits(75)
    assert (ada.state, ada.moved) == ("paused", [2900])

    ada.waits(15)
    assert (ada.state, ada.moved) == ("active", [2900, 2900])
    assert ada.subscription.current_start == bill_days[3]
    assert ada.subscription.next_due_at == bill_days[4]
    assert {"paused", "resumed"} <= set(ada.letters)
    assert ada.all_is_in_order()
