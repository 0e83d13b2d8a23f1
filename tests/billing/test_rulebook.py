"""What a seller decides about collecting, and what holds where he decided nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wainwright.billing.models import Rules
from wainwright.billing.rulebook import DECLINED, END, LAST, RETRY, days_of
from wainwright.core.tenancy import TEST, stand_in

NOON = datetime(2027, 5, 1, 12, tzinfo=UTC)


def test_who_decides_nothing_tries_thrice_in_nine_days_asks_first_and_lets_buyers_do_nothing() -> (
    None
):
    with stand_in(1, TEST):
        usual = Rules()
    assert (usual.retry_after_days, usual.grace_days, usual.then) == ([1, 3, 5], 0, Rules.CANCEL)
    assert (usual.postpone_days, usual.most_parts, usual.return_days) == (7, 3, 30)
    assert (usual.missed, usual.charge_factor, usual.run_factor) == (Rules.ASK, 5, 3)
    assert (usual.revoke, usual.end_then) == (Rules.FULL, False)
    assert (usual.pause_periods, usual.pauses_a_year, usual.changes_a_year) == (0, 1, 12)
    allowed = {usual.change_price, usual.change_quantity, usual.change_day}
    assert allowed == {False}


def test_each_try_comes_its_days_after_the_one_before_and_none_after_the_last() -> None:
    with stand_in(1, TEST):
        rules = Rules(retry_after_days=[1, 3, 5], grace_days=4)
    tries = [rules.retry_at(failures, NOON, "UTC") for failures in (1, 2, 3, 4)]
    assert tries == [*(NOON + timedelta(days=days) for days in (1, 3, 5)), None]
    assert days_of(rules) == [(0, DECLINED), (1, RETRY), (4, RETRY), (9, LAST), (13, END)]
