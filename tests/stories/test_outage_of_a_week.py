from __future__ import annotations

import pytest

from tests.stories.ada import Ada
from wainwright.billing.models import Hold


@pytest.mark.slow
def test_after_a_week_without_a_worker_one_day_is_charged_and_the_seller_is_asked(ada: Ada) -> None:
    ada.buys("daily", 500)
    ada.waits(2)
    assert ada.moved == [500, 500, 500]

    ada.nothing_runs_for(7)
    assert ada.moved == [500, 500, 500, 500]
    assert Hold.objects.get().kind == Hold.MISSED

    ada.waits(3)  # until the seller says a word, nothing more is charged
    assert len(ada.moved) == 4
    assert ada.letters.count("billing_held") == 1
    assert ada.all_is_in_order()
