"""What every gateway promises, run over the registry against each vendor's server."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.contracts.benches import BENCHES, EUROS, Bench, Delivery, Inbox, asked, saved
from wainwright.core.money import Money
from wainwright.payments.gateways import REGISTRY
from wainwright.payments.gateways.base import (
    BadSignature,
    ChargeRequest,
    Decline,
    EventKind,
    GatewayEvent,
    Intent,
    MethodRef,
    NotFound,
    Outcome,
    OutcomeStatus,
    RefundRequest,
    RequestRejected,
)

NUMBERS = count(1)


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with Inbox().open() as inbox:
        yield BENCHES[request.param](tmp_path, inbox)


def test_every_registered_gateway_stands_the_suite():
    assert set(BENCHES) == set(REGISTRY)


def a_charge(method: MethodRef, amount: Money = EUROS, **more: object) -> ChargeRequest:
    key = f"charge_{next(NUMBERS)}"
    request = ChargeRequest(method, amount, key, invoice_ref="bill_1", description="Studio Monthly")
    return replace(request, **more)


def a_refund(charge: Outcome, minor: int, **more: object) -> RefundRequest:
    amount = Money(minor, charge.amount.currency)
    return replace(RefundRequest(charge.ref, amount, f"refund_{next(NUMBERS)}"), **more)


def paid(bench: Bench, amount: Money = EUROS, card: str = "") -> Outcome:
    """A sum that a buyer paid."""
    outcome = bench.pay(bench.gateway.start(asked(amount=amount)), card or bench.good_card)
    assert outcome.status == OutcomeStatus.SUCCEEDED
    return outcome


def listed(bench: Bench) -> list[str]:
    return [entry.ref for entry in bench.gateway.list_charges(bench.time() - timedelta(days=1))]


def events(bench: Bench) -> list[GatewayEvent]:
    return [event for delivery in bench.webhooks() for event in parsed(bench, delivery)]


def parsed(bench: Bench, delivery: Delivery) -> list[GatewayEvent]:
    return bench.gateway.parse_webhook(delivery.body, delivery.headers, delivery.url)


# The connection


def test_a_working_connection_says_so(bench):
    report = bench.gateway.check()
    assert report.ok
    assert report.missing == ()
    assert "EUR" in report.currencies


def test_capabilities_know_the_card(bench):
    assert "card" in bench.gateway.capabilities().methods


# Paying on the gateway's page


def test_a_start_leads_to_a_page_that_is_not_ours(bench):
    start = bench.gateway.start(asked())
    assert start.redirect.startswith("http")
    assert start.expires_at > bench.time()


def test_an_untouched_start_still_waits_for_the_buyer(bench):
    start = bench.gateway.start(asked())
    outcome = bench.gateway.finish(start.ref, {"status": "succeeded"})
    assert outcome.status == OutcomeStatus.ACTION_REQUIRED
    assert outcome.action == start
    assert outcome.amount is None


def test_paying_moves_the_sum_asked_for(bench):
    outcome = bench.pay(bench.gateway.start(asked(Intent.PAY)), bench.good_card)
    assert outcome.status == OutcomeStatus.SUCCEEDED
    assert outcome.amount == EUROS
    assert outcome.method is None


def test_paying_and_saving_gives_a_method_that_pays_again(bench):
    outcome = paid(bench)
    again = bench.gateway.charge_saved(a_charge(outcome.method))
    assert again.status == OutcomeStatus.SUCCEEDED
    assert again.ref != outcome.ref


def test_the_same_start_twice_is_one_start(bench):
    request = asked()
    assert bench.gateway.start(request) == bench.gateway.start(request)


def test_a_start_key_for_another_sum_is_refused(bench):
    request = asked()
    bench.gateway.start(request)
    with pytest.raises(RequestRejected):
        bench.gateway.start(replace(request, amount=Money(100, "EUR")))


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_or_less_cannot_be_paid(bench, minor):
    with pytest.raises(RequestRejected):
        bench.gateway.start(asked(Intent.PAY, Money(minor, "EUR")))


def test_a_way_back_that_is_no_web_address_is_refused(bench):
    with pytest.raises(RequestRejected):
        bench.gateway.start(asked(return_url="javascript:alert(1)"))


def test_an_unknown_start_cannot_be_finished(bench):
    with pytest.raises(RequestRejected):
        bench.gateway.finish("start_of_nobody", {})


def test_a_start_that_ran_out_was_abandoned(bench):
    start = bench.gateway.start(asked())
    bench.time.pass_(days=2)
    outcome = bench.pay(start, bench.good_card)
    assert (outcome.status, outcome.decline) == (OutcomeStatus.DECLINED, Decline.ABANDONED)
    assert listed(bench) == []


def test_two_tabs_paying_one_start_pay_once(bench):
    start = bench.gateway.start(asked())
    with ThreadPoolExecutor(4) as tabs:
        outcomes = list(tabs.map(lambda _: bench.pay(start, bench.good_card), range(4)))
    assert len({outcome.ref for outcome in outcomes}) == 1
    assert len(listed(bench)) == 1


# Replacing a start


def test_a_replaced_start_cannot_be_paid(bench):
    old = bench.gateway.start(asked())
    new = bench.gateway.start(asked(amount=Money(1900, "EUR"), replaces=old.ref))
    assert bench.pay(old, bench.good_card).decline == Decline.ABANDONED
    assert bench.pay(new, bench.good_card).amount == Money(1900, "EUR")
    assert len(listed(bench)) == 1


def test_replacing_a_paid_start_gives_its_outcome_and_starts_nothing(bench):
    old = bench.gateway.start(asked())
    outcome = bench.pay(old, bench.good_card)
    request = asked(amount=Money(1900, "EUR"), replaces=old.ref)
    answer = bench.gateway.start(request)
    assert (answer.ref, answer.done, answer.redirect) == (old.ref, outcome, None)
    assert isinstance(bench.gateway.fetch("start", key=request.key), NotFound)


def test_replacing_a_start_whose_money_is_on_its_way_gives_that(bench):
    old = bench.gateway.start(asked())
    bench.pay(old, bench.slow_card)
    answer = bench.gateway.start(asked(replaces=old.ref))
    assert answer.done.status == OutcomeStatus.PENDING


def test_two_tabs_replacing_the_same_start_leave_one_open(bench):
    first = bench.gateway.start(asked())
    second = bench.gateway.start(asked(replaces=first.ref))
    third = bench.gateway.start(asked(replaces=first.ref))
    assert bench.pay(second, bench.good_card).decline == Decline.ABANDONED
    assert bench.pay(third, bench.good_card).status == OutcomeStatus.SUCCEEDED


def test_paying_against_replacing_is_one_or_the_other(bench):
    for _ in range(5):
        old = bench.gateway.start(asked())
        request = asked(replaces=old.ref)
        with ThreadPoolExecutor(2) as both:
            paying = both.submit(bench.pay, old, bench.good_card)
            answer = both.submit(bench.gateway.start, request).result()
        was_paid = paying.result().status == OutcomeStatus.SUCCEEDED
        assert was_paid == (answer.done is not None)


def test_an_unknown_start_cannot_be_replaced(bench):
    with pytest.raises(RequestRejected):
        bench.gateway.start(asked(replaces="start_of_nobody"))


# Saved methods


def test_a_saved_method_shows_what_may_be_shown(bench):
    info = bench.gateway.describe_method(saved(bench, bench.good_card))
    assert (info.kind, info.brand, info.last4) == ("card", "Visa", "4242")
    assert (info.expiry_month, info.expiry_year) == (12, 2034)
    assert (info.status, info.reusable) == ("active", True)


def test_saving_moves_no_money(bench):
    saved(bench, bench.good_card)
    assert listed(bench) == []


def test_a_replaced_method_pays_and_the_forgotten_one_never_does(bench):
    old = saved(bench, bench.good_card)
    start = bench.gateway.start(asked(Intent.SAVE_ONLY, customer_ref=old.customer_ref))
    new = bench.pay(start, bench.other_card).method
    bench.gateway.forget_method(old)
    bench.gateway.forget_method(old)
    refused = bench.gateway.charge_saved(a_charge(old))
    assert (refused.status, refused.decline) == (OutcomeStatus.DECLINED, Decline.METHOD_GONE)
    assert bench.gateway.describe_method(old).status == "gone"
    assert bench.gateway.fetch("method", old.token).decline == Decline.METHOD_GONE
    assert bench.gateway.charge_saved(a_charge(new)).status == OutcomeStatus.SUCCEEDED
    assert new.customer_ref == old.customer_ref


def test_a_method_nobody_saved_is_gone(bench):
    nothing = MethodRef("method_of_nobody", "customer_of_nobody")
    assert bench.gateway.describe_method(nothing).status == "gone"
    assert bench.gateway.charge_saved(a_charge(nothing)).decline == Decline.METHOD_GONE


def test_a_card_past_its_month_is_declined_as_expired(bench):
    method = saved(bench, bench.good_card)
    bench.time.pass_(days=366 * 9)
    assert bench.gateway.describe_method(method).status == "expired"
    assert bench.gateway.charge_saved(a_charge(method)).decline == Decline.EXPIRED_CARD


# Charging a saved method


def test_the_same_key_twice_is_one_charge(bench):
    request = a_charge(saved(bench, bench.good_card))
    assert bench.gateway.charge_saved(request) == bench.gateway.charge_saved(request)
    assert len(listed(bench)) == 1


def test_the_same_key_at_once_is_one_charge(bench):
    request = a_charge(saved(bench, bench.good_card))
    with ThreadPoolExecutor(4) as workers:
        outcomes = list(workers.map(bench.gateway.charge_saved, [request] * 4))
    assert len({outcome.ref for outcome in outcomes}) == 1
    assert len(listed(bench)) == 1


def test_a_declined_key_stays_declined(bench):
    request = a_charge(saved(bench, bench.declines_later[Decline.GENERIC]))
    assert bench.gateway.charge_saved(request) == bench.gateway.charge_saved(request)


def test_a_key_used_for_another_sum_or_method_is_refused(bench):
    method = saved(bench, bench.good_card)
    request = a_charge(method)
    bench.gateway.charge_saved(request)
    other = MethodRef(saved(bench, bench.good_card).token, method.customer_ref)
    for changed in (
        replace(request, amount=Money(2901, "EUR")),
        replace(request, amount=Money(2900, "USD")),
        replace(request, method=other),
    ):
        with pytest.raises(RequestRejected):
            bench.gateway.charge_saved(changed)
    assert len(listed(bench)) == 1


def test_a_method_is_charged_for_its_own_customer_only(bench):
    method = saved(bench, bench.good_card)
    stranger = saved(bench, bench.good_card)
    with pytest.raises(RequestRejected):
        bench.gateway.charge_saved(a_charge(MethodRef(method.token, stranger.customer_ref)))


def test_a_decline_on_the_page_is_classed_and_another_card_may_be_tried(bench):
    for why, card in bench.declines_now.items():
        start = bench.gateway.start(asked())
        refused = bench.pay(start, card)
        assert (refused.status, refused.decline) == (OutcomeStatus.ACTION_REQUIRED, why)
        assert bench.pay(start, bench.good_card).status == OutcomeStatus.SUCCEEDED


def test_a_later_decline_is_classed_and_moves_nothing(bench):
    for why, card in bench.declines_later.items():
        outcome = bench.gateway.charge_saved(a_charge(saved(bench, card)))
        assert (outcome.status, outcome.decline) == (OutcomeStatus.DECLINED, why)
        assert outcome.amount is None


def test_slow_money_is_pending_and_then_there(bench):
    request = a_charge(saved(bench, bench.slow_card))
    pending = bench.gateway.charge_saved(request)
    assert pending.status == OutcomeStatus.PENDING
    assert pending.expected_by > bench.time()
    bench.time.now = pending.expected_by
    assert bench.gateway.fetch("charge", pending.ref).status == OutcomeStatus.SUCCEEDED
    assert bench.gateway.charge_saved(request).status == OutcomeStatus.SUCCEEDED


@pytest.mark.parametrize(("minor", "currency"), [(1234, "JPY"), (1234, "KWD"), (1, "EUR")])
def test_every_currency_moves_its_own_minor_units(bench, minor, currency):
    outcome = paid(bench, Money(minor, currency))
    assert outcome.amount == Money(minor, currency)
    again = bench.gateway.charge_saved(a_charge(outcome.method, Money(minor, currency)))
    assert again.amount == Money(minor, currency)
    back = bench.gateway.refund(a_refund(again, minor))
    assert back.amount == Money(minor, currency)


# The bank's question


def test_passing_it_pays(bench):
    outcome = bench.pay(bench.gateway.start(asked()), bench.secured_card)
    assert outcome.status == OutcomeStatus.SUCCEEDED


def test_failing_it_leaves_the_start_open(bench):
    start = bench.gateway.start(asked())
    outcome = bench.pay(start, bench.secured_card, passes=False)
    assert outcome.status == OutcomeStatus.ACTION_REQUIRED
    assert outcome.decline == Decline.AUTHENTICATION_REQUIRED
    assert bench.pay(start, bench.good_card).status == OutcomeStatus.SUCCEEDED


def test_a_card_set_up_so_pays_later_charges_alone(bench):
    outcome = bench.gateway.charge_saved(a_charge(saved(bench, bench.secured_card)))
    assert outcome.status == OutcomeStatus.SUCCEEDED


# Refunds


def test_parts_may_go_back_until_nothing_is_left(bench):
    charge = paid(bench)
    for minor in (900, 1000, 1000):
        back = bench.gateway.refund(a_refund(charge, minor))
        assert (back.status, back.amount.minor) == (OutcomeStatus.SUCCEEDED, minor)
    assert bench.gateway.fetch("charge", charge.ref).refunded == EUROS
    with pytest.raises(RequestRejected):
        bench.gateway.refund(a_refund(charge, 1))


@pytest.mark.parametrize("minor", [2901, 0, -1])
def test_more_than_was_paid_or_nothing_is_refused(bench, minor):
    charge = paid(bench)
    with pytest.raises(RequestRejected):
        bench.gateway.refund(a_refund(charge, minor))
    assert bench.gateway.fetch("charge", charge.ref).refunded == Money(0, "EUR")


def test_more_than_is_left_is_refused(bench):
    charge = paid(bench)
    bench.gateway.refund(a_refund(charge, 2000))
    with pytest.raises(RequestRejected):
        bench.gateway.refund(a_refund(charge, 901))


def test_the_same_key_twice_is_one_refund(bench):
    charge = paid(bench)
    request = a_refund(charge, 1000)
    assert bench.gateway.refund(request) == bench.gateway.refund(request)
    assert bench.gateway.fetch("charge", charge.ref).refunded == Money(1000, "EUR")
    with pytest.raises(RequestRejected):
        bench.gateway.refund(replace(request, amount=Money(999, "EUR")))


def test_a_full_refund_asked_for_at_once_by_many_is_given_once(bench):
    charge = paid(bench)

    def ask(_: int) -> bool:
        try:
            return bool(bench.gateway.refund(a_refund(charge, 2900)))
        except RequestRejected:
            return False

    with ThreadPoolExecutor(4) as staff:
        assert sum(staff.map(ask, range(4))) == 1


def test_another_currency_or_an_unknown_charge_is_refused(bench):
    charge = paid(bench)
    with pytest.raises(RequestRejected):
        bench.gateway.refund(replace(a_refund(charge, 100), amount=Money(100, "USD")))
    with pytest.raises(RequestRejected):
        bench.gateway.refund(a_refund(charge, 100, charge_ref="charge_of_nobody"))


def test_money_that_is_not_there_yet_cannot_go_back(bench):
    charge = bench.pay(bench.gateway.start(asked()), bench.slow_card)
    with pytest.raises(RequestRejected):
        bench.gateway.refund(a_refund(charge, 100))


# Asking for the truth


def test_everything_is_found_by_its_ref_and_by_our_key(bench):
    request = asked()
    start = bench.gateway.start(request)
    outcome = bench.pay(start, bench.good_card)
    refund_request = a_refund(outcome, 100)
    back = bench.gateway.refund(refund_request)
    charge = bench.gateway.fetch("charge", outcome.ref)
    fetch = bench.gateway.fetch
    assert fetch("start", start.ref) == fetch("start", key=request.key) == charge
    assert fetch("charge", key=request.key) == charge
    assert fetch("refund", back.ref) == fetch("refund", key=refund_request.key) == back
    assert fetch("method", outcome.method.token).method == outcome.method
    assert fetch("method", key=request.key).method == outcome.method


@pytest.mark.parametrize("kind", ["charge", "refund", "method", "start"])
def test_what_never_was_is_proven_absent(bench, kind):
    assert bench.gateway.fetch(kind, "nobody") == NotFound(kind, ref="nobody")
    assert bench.gateway.fetch(kind, key="nobody") == NotFound(kind, key="nobody")


def test_another_seller_finds_nothing_of_this_one(bench):
    outcome = paid(bench)
    other = bench.stranger()
    assert isinstance(other.fetch("charge", outcome.ref), NotFound)
    assert other.describe_method(outcome.method).status == "gone"
    assert list(other.list_charges(bench.time() - timedelta(days=1))) == []
    with pytest.raises(RequestRejected):
        other.refund(a_refund(outcome, 100))


def test_the_list_names_every_charge_with_our_key(bench):
    request = asked()
    outcome = bench.pay(bench.gateway.start(request), bench.good_card)
    bench.time.pass_(hours=1)
    later = a_charge(outcome.method)
    bench.gateway.charge_saved(later)
    found = list(bench.gateway.list_charges(bench.time() - timedelta(days=1)))
    assert [entry.key for entry in found] == [request.key, later.key]
    recent = bench.gateway.list_charges(bench.time() - timedelta(minutes=1))
    assert [entry.key for entry in recent] == [later.key]


def test_a_charge_that_changed_is_listed_again(bench):
    outcome = paid(bench)
    bench.time.pass_(days=30)
    bench.gateway.refund(a_refund(outcome, 100))
    (entry,) = bench.gateway.list_charges(bench.time() - timedelta(days=1))
    assert (entry.ref, entry.outcome.refunded) == (outcome.ref, Money(100, "EUR"))


# Chargebacks


def test_a_dispute_takes_the_money_until_it_is_won(bench):
    if not bench.gateway.capabilities().disputes:
        pytest.skip("it knows no disputes")
    charge = paid(bench)
    ref = bench.dispute(charge.ref)
    opened = bench.gateway.fetch_dispute(ref)
    assert (opened.charge_ref, opened.status, opened.amount) == (charge.ref, "open", EUROS)
    with pytest.raises(RequestRejected):
        bench.gateway.refund(a_refund(charge, 1))
    bench.decide(ref, won=True)
    assert bench.gateway.fetch_dispute(ref).status == "won"
    assert bench.gateway.refund(a_refund(charge, 1)).status == OutcomeStatus.SUCCEEDED


def test_disputes_are_listed_and_told_of_as_they_change(bench):
    if not bench.gateway.capabilities().disputes:
        pytest.skip("it knows no disputes")
    request = asked(webhook_url=bench.inbox.url)
    charge = bench.pay(bench.gateway.start(request), bench.good_card)
    ref = bench.dispute(charge.ref)
    bench.time.pass_(days=30)
    bench.decide(ref, won=False)
    (entry,) = bench.gateway.list_disputes(bench.time() - timedelta(days=1))
    assert (entry.ref, entry.status) == (ref, "lost")
    told = [event.kind for event in events(bench) if event.ref == ref]
    assert told == [EventKind.DISPUTE_OPENED, EventKind.DISPUTE_CLOSED]


def test_a_dispute_that_never_was_is_not_found(bench):
    assert isinstance(bench.gateway.fetch_dispute("nothing"), NotFound)
    assert list(bench.stranger().list_disputes(bench.time() - timedelta(days=1))) == []


# Webhooks


def test_a_payment_is_told_of_with_its_start_and_key(bench):
    request = asked(webhook_url=bench.inbox.url)
    start = bench.gateway.start(request)
    outcome = bench.pay(start, bench.good_card)
    (event,) = events(bench)
    assert (event.kind, event.ref) == (EventKind.CHARGE_CHANGED, outcome.ref)
    assert (event.start_ref, event.key) == (start.ref, request.key)


def test_a_saved_method_and_a_refund_are_told_of(bench):
    charge = bench.gateway.charge_saved(a_charge(saved(bench, bench.good_card)))
    bench.gateway.refund(a_refund(charge, 100))
    start = bench.gateway.start(asked(Intent.SAVE_ONLY, webhook_url=bench.inbox.url))
    bench.pay(start, bench.good_card)
    kinds = {event.kind for event in events(bench)}
    assert kinds == {
        EventKind.CHARGE_CHANGED,
        EventKind.REFUND_CHANGED,
        EventKind.METHOD_CHANGED,
    }


def test_a_replayed_delivery_carries_the_same_id(bench):
    bench.gateway.charge_saved(a_charge(saved(bench, bench.good_card)))
    (delivery,) = bench.webhooks()
    assert parsed(bench, delivery) == parsed(bench, delivery)
    assert parsed(bench, delivery)[0].id


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: replace(d, body=d.body.replace(b"charge", b"refund", 1)),
        lambda d: replace(d, body=d.body + b" "),
        lambda d: replace(d, headers={}),
        lambda d: replace(d, headers={**d.headers, "webhook-id": "msg_other"}),
        lambda d: replace(d, headers={**d.headers, "webhook-timestamp": "٣"}),
        lambda d: replace(d, headers={**d.headers, "webhook-timestamp": "1" * 400}),
        lambda d: replace(d, headers={**d.headers, "webhook-signature": "v1,AAAA"}),
    ],
    ids=["body", "longer", "bare", "id", "digits", "huge", "signature"],
)
def test_a_spoiled_delivery_is_not_believed(bench, spoil):
    bench.gateway.charge_saved(a_charge(saved(bench, bench.good_card)))
    (delivery,) = bench.webhooks()
    with pytest.raises(BadSignature):
        parsed(bench, spoil(delivery))


def test_after_a_rotation_the_new_secret_signs_and_either_proves(bench):
    bench.gateway.charge_saved(a_charge(saved(bench, bench.good_card)))
    bench.webhooks()
    bench.rotate()
    bench.gateway.charge_saved(a_charge(saved(bench, bench.good_card)))
    before, after = bench.webhooks()
    assert parsed(bench, before)
    assert parsed(bench, after)
    bench.forget_older()
    assert parsed(bench, after)
    with pytest.raises(BadSignature):
        parsed(bench, before)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_early_delivery_is_not_believed(bench, minutes):
    bench.gateway.charge_saved(a_charge(saved(bench, bench.good_card)))
    (delivery,) = bench.webhooks()
    assert parsed(bench, bench.resigned(delivery, age=timedelta(minutes=4)))
    with pytest.raises(BadSignature):
        parsed(bench, bench.resigned(delivery, age=timedelta(minutes=minutes)))


# Card data


def test_no_number_is_ever_kept_or_logged(bench, caplog):
    caplog.set_level(logging.DEBUG)
    for card in bench.every_card:
        outcome = bench.pay(bench.gateway.start(asked()), card)
        if outcome.method:
            bench.gateway.charge_saved(a_charge(outcome.method))
    bench.webhooks()
    kept = bench.kept()
    assert b"4242" in kept
    for card in bench.every_card:
        assert card.encode() not in kept
        assert card not in caplog.text
