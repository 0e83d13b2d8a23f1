"""What the Test gateway answers to requests that do not fit, and what it says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contracts.benches import EUROS, asked
from wainwright.core.money import CURRENCIES, Money
from wainwright.payments.gateways.base import (
    ChargeRequest,
    Intent,
    OutcomeStatus,
    RefundRequest,
    RequestRejected,
)
from wainwright.payments.gateways.test import chargebacks
from wainwright.payments.gateways.test.bank import CONFIRM_LIFE, PAGE_LIFE, SETTLING
from wainwright.payments.gateways.test.ledger import LEDGER_FILE, Ledger
from wainwright.payments.gateways.test.rows import Message
from wainwright.payments.gateways.test.till import Till

GOOD, SLOW, LATER_DECLINED = "4242424242424242", "4000000000007072", "4000000000000341"
DISPUTED = "4000000000000259"


def test_the_test_gateway_says_what_it_can(gateway):
    can = gateway.capabilities()
    assert (can.methods, can.currencies) == (frozenset({"card"}), CURRENCIES)
    assert (can.replace_start, can.disputes, can.test_mode) == (True, True, "account")


@pytest.mark.parametrize(
    "changed",
    [
        {"intent": Intent.PAY, "amount": Money(0, "EUR")},
        {"intent": Intent.SAVE_ONLY, "amount": Money(1, "EUR")},
        {"amount": Money(-1, "EUR")},
        {"intent": Intent.SAVE_ONLY, "amount": Money(-1, "EUR")},
        {"return_url": "javascript:alert()"},
        {"cancel_url": "/relative"},
        {"customer_ref": "customer_of_nobody"},
    ],
)
def test_a_start_that_does_not_fit_is_refused(gateway, changed):
    with pytest.raises(RequestRejected):
        gateway.start(replace(asked(), **changed))


def test_what_never_was_cannot_be_closed_finished_disputed_or_decided(gateway):
    for ask in (
        lambda: gateway.close("start_of_nobody"),
        lambda: gateway.finish("start_of_nobody", {}),
        lambda: gateway.dispute("charge_of_nobody"),
        lambda: gateway.decide("dispute_of_nobody", won=True),
    ):
        with pytest.raises(RequestRejected):
            ask()


def test_a_page_lives_a_day_and_slow_money_arrives_after_a_minute(gateway, open_start, time):
    start = open_start()
    assert (start.expires_at - time(), PAGE_LIFE, CONFIRM_LIFE) == (
        timedelta(days=1),
        timedelta(days=1),
        timedelta(days=7),
    )
    pending = gateway.pay_start(start.ref, SLOW)
    assert pending.status == OutcomeStatus.PENDING
    assert abs(pending.expected_by - time() - SETTLING) < timedelta(seconds=5)
    assert pending.amount == EUROS
    assert timedelta(minutes=1) == SETTLING
    time.now = pending.expected_by
    (listed,) = gateway.list_charges(time())
    assert (listed.outcome.status, listed.outcome.expected_by) == (OutcomeStatus.SUCCEEDED, None)


def test_only_above_zero_is_charged_and_one_key_is_one_request(gateway, open_start):
    method = gateway.pay_start(open_start(Intent.SAVE_ONLY).ref, GOOD).method
    request = ChargeRequest(method, EUROS, "one", "bill", "Studio")
    for minor in (0, -1):
        with pytest.raises(RequestRejected):
            gateway.charge_saved(replace(request, amount=Money(minor, "EUR")))
    made = gateway.charge_saved(replace(request, network_ref="net_1"))
    assert (made.network_ref, made.refunded) == ("net_1", Money(0, "EUR"))
    assert gateway.charge_saved(replace(request, amount=Money(1, "EUR"), key="two")).network_ref


def test_what_moved_nothing_names_no_sum(gateway, open_start):
    method = gateway.pay_start(open_start(Intent.SAVE_ONLY).ref, LATER_DECLINED).method
    refused = gateway.charge_saved(ChargeRequest(method, EUROS, "one", "bill", "Studio"))
    assert (refused.amount, refused.refunded, refused.network_ref) == (None, None, None)
    assert (refused.action, refused.expected_by, refused.method) == (None, None, method)
    assert refused.raw == {"card": "declines_later", "state": "declined"}


def test_a_dispute_takes_all_that_is_left_or_a_part_and_never_more(gateway, open_start, time):
    charge = gateway.pay_start(open_start().ref, GOOD)
    gateway.refund(RefundRequest(charge.ref, Money(900, "EUR"), "one"))
    for minor in (0, 2001):
        with pytest.raises(RequestRejected):
            gateway.dispute(charge.ref, Money(minor, "EUR"))
    part = gateway.dispute(charge.ref, Money(500, "EUR"))
    rest = gateway.dispute(charge.ref)
    first, second = gateway.fetch_dispute(part), gateway.fetch_dispute(rest)
    assert (first.amount.minor, second.amount.minor) == (500, 1500)
    assert (first.fee, first.respond_by - time()) == (Money(1500, "EUR"), timedelta(days=7))
    with pytest.raises(RequestRejected):
        gateway.dispute(charge.ref, Money(1, "EUR"))
    time.pass_(minutes=1)
    gateway.decide(part, won=True)
    assert gateway.fetch_dispute(part).fee == Money(0, "EUR")
    assert [each.ref for each in gateway.list_disputes(time())] == [part]
    assert gateway.dispute(charge.ref, Money(1, "EUR"))
    assert gateway.dispute(charge.ref, Money(499, "EUR"))


def test_a_card_brings_its_chargeback_after_a_day_and_its_end_after_a_week(
    gateway, open_start, time
):
    charge = gateway.pay_start(open_start().ref, DISPUTED)
    plain = gateway.pay_start(open_start().ref, GOOD)
    bought = time()
    time.pass_(hours=23, minutes=59)
    assert list(gateway.list_disputes(bought)) == []
    time.pass_(minutes=2)
    (opened,) = gateway.list_disputes(bought)
    assert (opened.charge_ref, opened.status) == (charge.ref, "open")
    time.pass_(days=6, hours=23)
    assert [each.status for each in gateway.list_disputes(bought)] == ["open"]
    time.pass_(hours=1)
    assert [each.status for each in gateway.list_disputes(bought)] == ["lost"]
    assert gateway.fetch("charge", plain.ref).refunded == Money(0, "EUR")
    assert chargebacks.FEE == 15


def test_what_a_buyer_does_twice_or_at_no_page_does_nothing_more(gateway, open_start, folder):
    till, start = Till(Ledger(folder / LEDGER_FILE)), open_start()
    assert till.authenticate(start.ref, passed=True).state == "open"
    assert till.pay(start.ref, GOOD, "12/34", "123").state == "done"
    again = till.pay(start.ref, SLOW, "12/34", "123")
    assert (again.state, again.card) == ("done", till.look(start.ref).card)
    assert till.authenticate(start.ref, passed=False).state == "done"
    assert [each(*more) for each, *more in ((till.look, "x"), (till.pay, "x", GOOD, "", ""))] == [
        None,
        None,
    ]
    assert till.authenticate("x", passed=True) is None


def test_the_message_of_a_saved_method_names_it_and_the_start(gateway, open_start, folder):
    start = open_start(Intent.SAVE_ONLY, webhook_url="http://127.0.0.1:1/hooks/", key="mine")
    saved = gateway.pay_start(start.ref, GOOD)
    silent = open_start(Intent.SAVE_ONLY, webhook_url="")
    gateway.pay_start(silent.ref, GOOD)
    with Ledger(folder / LEDGER_FILE).reading() as books:
        [message] = books.rows(Message, "1 = 1", {})
    told = json.loads(message.body)
    assert (told["type"], told["ref"]) == ("method.changed", saved.method.token)
    assert (told["start"], told["key"], message.tries) == (start.ref, "mine", 0)
