"""What every gateway's words mean where it says nothing."""

from datetime import timedelta

import pytest

from wainwright.core import clock
from wainwright.core.money import CURRENCIES
from wainwright.payments.gateways.base import (
    Capabilities,
    MethodInfo,
    Outcome,
    OutcomeStatus,
    Start,
)


def test_what_an_adapter_does_not_say_of_itself_is_taken_as_the_plain_case():
    plain = Capabilities(methods=frozenset({"card"}), currencies=CURRENCIES)
    assert (plain.save_only, plain.pay_and_save) == (True, True)
    assert (plain.merchant_initiated, plain.variable_amount) == (True, True)
    assert (plain.partial_refund, plain.multi_refund) == (True, True)
    assert (plain.void_unsettled, plain.manual_capture, plain.replace_start) == (False,) * 3
    assert (plain.gateway_retries, plain.account_updater, plain.disputes) == (False,) * 3
    assert (plain.fee_reported, plain.async_settlement_days) == (False, 0)
    assert plain.late_arrival == timedelta(minutes=30)
    assert MethodInfo("card").reusable
    assert not Outcome(OutcomeStatus.DECLINED, "").stop_series


def test_a_start_has_one_way_to_go_on():
    for ways in ({}, {"redirect": "http://x/", "done": Outcome(OutcomeStatus.PENDING, "")}):
        with pytest.raises(ValueError, match="exactly one"):
            Start("st_1", clock.wall(), **ways)
