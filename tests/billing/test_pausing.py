"""What a pause may leave out, and when it ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import pausing
from wainwright.billing.errors import MoveRefused
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope


@pytest.mark.django_db
def test_a_pause_leaves_out_one_to_24_periods_or_ends_in_the_future() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        mine = buy(make_price(make_product(everybody.own), "daily")).subscription
        now = clock.now()
        for refused in ({"periods": 0}, {"periods": 25}, {"until": now - timedelta(hours=1)}):
            with pytest.raises(MoveRefused):
                pausing.pause(mine, by=SYSTEM, **refused)
        paused = pausing.pause(mine, by=SYSTEM, periods=24)
        assert paused.resume_at == mine.due(1 + 24)
        assert pausing.pause(mine, by=SYSTEM, periods=2).resume_at == paused.resume_at
