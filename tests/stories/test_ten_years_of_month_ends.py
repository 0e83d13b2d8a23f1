from __future__ import annotations

from calendar import monthrange
from datetime import datetime

import pytest

from tests.stories.ada import Ada
from wainwright.core.dates import local_day


@pytest.mark.slow
def test_bought_on_the_last_of_january_it_is_billed_on_every_months_last_day(ada: Ada) -> None:
    ada.buys("monthly", 2900, on=datetime(2028, 1, 31, 12))  # noqa: DTZ001 - a clock on a wall
    mine = ada.subscription
    billed = [local_day(mine.current_start, mine.zone)]

    for month in range(120):
        if month == 80:  # the card she bought with ends in December 2034
            ada.gives_another_card(expiry="12/39")
        ada.waits_for_her_next_bill()
        billed.append(local_day(ada.subscription.current_start, mine.zone))

    assert (billed[0].isoformat(), billed[-1].isoformat()) == ("2028-01-31", "2038-01-31")
    assert len({(day.year, day.month) for day in billed}) == 121
    assert all(day.day == monthrange(day.year, day.month)[1] for day in billed)
    assert ada.moved == [2900] * 121
    assert ada.all_is_in_order()
