from __future__ import annotations

import pytest

from tests.stories.ada import Ada


@pytest.mark.slow
def test_after_a_week_without_a_worker_one_day_is_charged_and_the_seller_is_asked(ada: Ada) -> None:
    ada.buys("daily", 500)
    ada.waits(2)
    assert ada.moved == [500] * 3

    ada.nothing_runs_for(7)
    assert ada.moved == [500] * 4
    assert ada.letters.count("billing_held") == 1

    ada.waits(3)  # until the seller says a word, nothing more is charged
    assert ada.moved == [500] * 4
    assert "30.00" in ada.sellers_decisions

    ada.is_decided_on("Only the one that runs now")
    assert "Nothing waits for you" in ada.sellers_decisions
    assert ada.moved == [500] * 5

    ada.waits(2)  # and from then on day by day, as before
    assert ada.moved == [500] * 7
    assert ada.all_is_in_order()
