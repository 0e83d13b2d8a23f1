from __future__ import annotations

from calendar import monthrange
from datetime import datetime

import pytest

from tests.stories.ada import Ada
from wainwright.core.dates import local_day


@pytest.mark.slow
def test_bought_on_the_last_of_january_it_is_billed_on_every_months_last_day(ada: Ada) -> None:
    ada.buys("monthly", 2900, on=datetime(2028, 1, 31, 12))  # noqa: DTZ001 - a clock on a wall
    mine, seen = ada.subscription, []
    for number in range(121):
        seen.append(local_day(mine.due(number), mine.zone))
    assert seen[0].isoformat() == "2028-01-31"
    assert seen[-1].isoformat() == "2038-01-31"
    assert all(day.day == monthrange(day.year, day.month)[1] for day in seen)

    for _month in range(14):  # the first of them are lived, over a February of each length
        ada.waits(31)
    assert ada.subscription.current_start == mine.due(ada.subscription.payments_made - 1)
    assert ada.moved == [2900] * len(ada.moved)
    assert len(ada.moved) == ada.subscription.payments_made == 15
    assert ada.all_is_in_order()
