import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from shutil import copy2

import pytest

from tests.contracts.benches import EUROS, asked
from wainwright.core.money import Money
from wainwright.payments.gateways import adapter
from wainwright.payments.gateways.base import (
    ChargeRequest,
    Decline,
    GatewayMisconfigured,
    GatewayUnavailable,
    Intent,
    OutcomeStatus,
    RefundRequest,
    RequestRejected,
)
from wainwright.payments.gateways.test.cards import CARDS, CardRefused
from wainwright.payments.gateways.test.ledger import LEDGER_FILE

ASKS_ALWAYS = "4000002760003184"


def charge(method, key="charge_1", **more):
    request = ChargeRequest(method, EUROS, key, invoice_ref="bill_1", description="Studio Monthly")
    return replace(request, return_url="https://shop.example/hub/back", **more)


@pytest.fixture
def asking_method(gateway, open_start):
    return gateway.pay_start(open_start(Intent.SAVE_ONLY).ref, ASKS_ALWAYS).method


def test_it_works_in_test_mode_only(connection):
    with pytest.raises(GatewayMisconfigured):
        adapter("test", replace(connection, mode="live"))


def test_it_says_what_its_connection_lacks(connection):
    report = adapter("test", replace(connection, secrets={}, base_urls={})).check()
    assert (report.ok, len(report.missing)) == (False, 2)


def test_a_ledger_out_of_reach_is_an_unavailable_gateway(connection, folder):
    nowhere = replace(connection, settings={"ledger": str(folder / "absent" / "ledger")})
    with pytest.raises(GatewayUnavailable):
        adapter("test", nowhere).check()


def test_the_ledger_is_readable_by_its_owner_alone(gateway, folder):
    gateway.check()
    assert {file.stat().st_mode & 0o077 for file in folder.iterdir()} == {0}
    assert {file.name.removesuffix("-wal").removesuffix("-shm") for file in folder.iterdir()} == {
        LEDGER_FILE
    }


def test_a_ledger_of_an_earlier_version_is_given_what_it_lacks(gateway, open_start, folder):
    start = open_start()
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as earlier:
        earlier.execute("DROP TABLE plans")
    copy2(folder / LEDGER_FILE, folder / "moved")
    (folder / "moved").replace(folder / LEDGER_FILE)
    assert gateway.finish(start.ref, {}).action == start


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.code)
def test_each_number_answers_at_the_page_as_its_table_says(gateway, open_start, card):
    outcome = gateway.pay_start(open_start().ref, card.number)
    if isinstance(card.present, Decline):
        assert outcome.decline == card.present
    else:
        assert outcome.status == {"paid": "succeeded"}.get(card.present, card.present)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.code)
def test_each_savable_number_answers_later_as_its_table_says(gateway, open_start, card):
    method = gateway.pay_start(open_start(Intent.SAVE_ONLY).ref, card.number).method
    if method is None:
        assert isinstance(card.present, Decline)
        return
    outcome = gateway.charge_saved(charge(method))
    assert outcome.decline == (card.later if isinstance(card.later, Decline) else None)


def test_a_number_that_is_not_listed_is_refused_and_leaves_no_trace(gateway, open_start, folder):
    start = open_start()
    with pytest.raises(CardRefused):
        gateway.pay_start(start.ref, "4111111111111111")
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"4111" not in kept
    assert b"1111" not in kept


def test_a_refund_may_fail_and_leaves_the_charge_whole(gateway, open_start):
    paid = gateway.pay_start(open_start().ref, "4000000000005126")
    back = gateway.refund(RefundRequest(paid.ref, EUROS, "refund_1"))
    assert (back.status, back.amount) == (OutcomeStatus.DECLINED, None)
    assert gateway.fetch("charge", paid.ref).refunded == Money(0, "EUR")


def test_a_bank_that_wants_the_buyer_leaves_a_page_to_confirm_the_same_charge(
    gateway, asking_method, time
):
    asked_for = gateway.charge_saved(charge(asking_method))
    assert asked_for.status == OutcomeStatus.ACTION_REQUIRED
    assert asked_for.decline == Decline.AUTHENTICATION_REQUIRED
    time.pass_(days=3)
    confirmed = gateway.pay_start(asked_for.action.ref, "")
    assert (confirmed.status, confirmed.ref) == (OutcomeStatus.SUCCEEDED, asked_for.ref)
    assert (confirmed.decline, confirmed.action) == (None, None)
    assert gateway.charge_saved(charge(asking_method)) == confirmed
    (listed,) = gateway.list_charges(time() - timedelta(hours=1))  # for it changed just now
    assert listed.outcome == confirmed


def test_a_card_its_bank_asked_about_is_saved_with_its_expiry(gateway, asking_method):
    info = gateway.describe_method(asking_method)
    assert (info.last4, info.expiry_month, info.expiry_year) == ("3184", 12, 2034)


def test_a_buyer_who_is_there_is_asked_without_a_decline(gateway, asking_method):
    outcome = gateway.charge_saved(charge(asking_method, customer_present=True))
    assert (outcome.status, outcome.decline) == (OutcomeStatus.ACTION_REQUIRED, None)


def test_failing_the_question_leaves_it_open(gateway, asking_method):
    waiting = gateway.charge_saved(charge(asking_method))
    gateway.pay_start(waiting.action.ref, "", passes=False)
    assert gateway.fetch("charge", waiting.ref).status == OutcomeStatus.ACTION_REQUIRED


def test_a_question_nobody_answers_lapses(gateway, asking_method, time):
    waiting = gateway.charge_saved(charge(asking_method))
    time.pass_(days=8)
    lapsed = gateway.fetch("charge", waiting.ref)
    assert (lapsed.status, lapsed.decline) == (
        OutcomeStatus.DECLINED,
        Decline.AUTHENTICATION_REQUIRED,
    )
    assert gateway.fetch("start", waiting.action.ref).decline == Decline.ABANDONED


def test_a_question_that_was_closed_cannot_be_answered(gateway, asking_method, time):
    waiting = gateway.charge_saved(charge(asking_method))
    time.pass_(days=3)
    assert gateway.close(waiting.action.ref).status == OutcomeStatus.DECLINED
    (listed,) = gateway.list_charges(time() - timedelta(hours=1))
    assert listed.outcome.status == OutcomeStatus.DECLINED
    gateway.pay_start(waiting.action.ref, "")
    assert gateway.fetch("charge", waiting.ref).status == OutcomeStatus.DECLINED


def test_closing_comes_too_late_for_a_question_that_was_answered(gateway, asking_method):
    waiting = gateway.charge_saved(charge(asking_method))
    confirmed = gateway.pay_start(waiting.action.ref, "")
    assert gateway.close(waiting.action.ref) == confirmed


def test_a_new_start_may_replace_the_question(gateway, asking_method):
    waiting = gateway.charge_saved(charge(asking_method))
    start = gateway.start(asked(replaces=waiting.action.ref))
    gateway.pay_start(start.ref, "4242424242424242")
    gateway.pay_start(waiting.action.ref, "")
    assert gateway.fetch("charge", waiting.ref).status == OutcomeStatus.DECLINED


def test_there_is_nothing_to_capture(gateway, open_start):
    paid = gateway.pay_start(open_start().ref, "4242424242424242")
    with pytest.raises(RequestRejected):
        gateway.capture(paid.ref, EUROS, "capture_1")


def test_fetch_wants_a_ref_or_a_key(gateway):
    with pytest.raises(ValueError, match="ref or by key"):
        gateway.fetch("charge")
    with pytest.raises(ValueError, match="ref or by key"):
        gateway.fetch("charge", "a", "b")
