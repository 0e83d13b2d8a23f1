"""Each fault does what its name says, and the same plan does it in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.contracts.benches import EUROS, Time, asked
from wainwright.core.http import Http
from wainwright.payments.gateways import adapter
from wainwright.payments.gateways.base import (
    BadSignature,
    ChargeRequest,
    Connection,
    GatewayError,
    GatewayUnavailable,
    Intent,
    MethodRef,
    NotFound,
    OutcomeStatus,
    OutcomeUnknown,
    RefundRequest,
)
from wainwright.payments.gateways.test import faults
from wainwright.payments.gateways.test.faults import Fault, Faults, Mishap
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.gateways.test.ledger import LEDGER_FILE, Ledger
from wainwright.payments.gateways.test.rows import Delayed, Message
from wainwright.payments.gateways.test.worker import deliver_webhooks

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def method(gateway: TestGateway, open_start: Callable) -> MethodRef:
    outcome = gateway.pay_start(open_start(Intent.SAVE_ONLY).ref, "4242424242424242")
    assert outcome.method
    return outcome.method


def a_charge(method: MethodRef, key: str = "pay_1") -> ChargeRequest:
    return ChargeRequest(method, EUROS, key, invoice_ref="bill_1", description="Studio")


def charged(gateway: TestGateway) -> list[int]:
    """The sums in the vendor's books, asked for when nothing goes wrong."""
    gateway.misbehave(Faults())
    return [each.outcome.amount.minor for each in gateway.list_charges(EVER) if each.outcome.amount]


@pytest.mark.parametrize(
    ("fault", "raised", "sums"),
    [
        (Fault.UNAVAILABLE, GatewayUnavailable, []),
        (Fault.SILENT, OutcomeUnknown, []),
        (Fault.DELAYED, OutcomeUnknown, []),
        (Fault.LOST, OutcomeUnknown, [2900]),
        (Fault.BROKEN, OutcomeUnknown, [2900]),
        (Fault.LATE, None, [2900]),
        (Fault.TWICE, None, [2900]),
        (Fault.CHANGED, None, [2901]),
        (Fault.STALE, None, [2900]),
    ],
)
def test_a_charge_meets_its_fault(gateway, method, fault, raised, sums):
    gateway.misbehave(Faults(**{fault: 1}, late_seconds=0.01))
    began = monotonic()
    with pytest.raises(raised) if raised else nullcontext():
        gateway.charge_saved(a_charge(method))
    assert fault != Fault.LATE or monotonic() - began >= 0.01
    assert gateway.mishaps() == {"calls": 1, fault: 1}
    assert charged(gateway) == sums


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.LOST, Fault.BROKEN, Fault.UNAVAILABLE])
def test_a_question_without_answer_may_be_asked_again(gateway, fault):
    gateway.misbehave(Faults(**{fault: 1}))
    with pytest.raises(GatewayUnavailable):
        gateway.fetch("charge", key="pay_1")
    with pytest.raises(GatewayUnavailable):
        list(gateway.list_charges(EVER))


def test_of_no_call_that_moves_something_is_silence_taken_for_a_no(gateway, method, open_start):
    paid, start = gateway.charge_saved(a_charge(method)), open_start()
    gateway.misbehave(Faults(lost=1))
    for ask in (
        lambda: gateway.start(asked()),
        lambda: gateway.close(start.ref),
        lambda: gateway.refund(RefundRequest(paid.ref, EUROS, "ref_1")),
    ):
        with pytest.raises(OutcomeUnknown):
            ask()


def test_a_delayed_charge_is_made_and_told_of_when_its_time_comes(
    connection: Connection, method, folder, time: Time
):
    gateway = adapter("test", replace(connection, webhook_url="http://shop/hooks"), clock=time)
    gateway.misbehave(Faults(delayed=1, delayed_minutes=30))
    with pytest.raises(OutcomeUnknown):
        gateway.charge_saved(a_charge(method))
    gateway.misbehave(Faults())
    time.pass_(minutes=29)
    assert isinstance(gateway.fetch("charge", key="pay_1"), NotFound)
    time.pass_(minutes=1)
    assert gateway.fetch("charge", key="pay_1").status == OutcomeStatus.SUCCEEDED
    with Ledger(folder / LEDGER_FILE).reading() as books:
        assert list(books.rows(Delayed, "TRUE", {})) == []
        [message] = books.rows(Message, "TRUE", {})
    assert json.loads(message.body)["key"] == "pay_1"


def test_a_delayed_charge_repeated_meanwhile_is_made_once(gateway, method, time: Time):
    gateway.misbehave(Faults(delayed=1))
    with pytest.raises(OutcomeUnknown):
        gateway.charge_saved(a_charge(method))
    gateway.misbehave(Faults())
    gateway.charge_saved(a_charge(method))
    time.pass_(minutes=30)
    assert charged(gateway) == [2900]


def test_a_stale_answer_does_not_know_what_is_new(gateway, method, time: Time):
    gateway.charge_saved(a_charge(method))
    gateway.misbehave(Faults(stale=1))
    time.pass_(seconds=59)
    assert isinstance(gateway.fetch("charge", key="pay_1"), NotFound)
    time.pass_(seconds=1)
    assert gateway.fetch("charge", key="pay_1").status == OutcomeStatus.SUCCEEDED


def test_a_delayed_charge_is_as_old_as_its_time_whoever_asks_for_it_first(
    gateway, method, time: Time
):
    gateway.misbehave(Faults(delayed=1, delayed_minutes=10))
    with pytest.raises(OutcomeUnknown):
        gateway.charge_saved(a_charge(method))
    gateway.misbehave(Faults(stale=1))
    time.pass_(minutes=31)
    assert gateway.fetch("charge", key="pay_1").status == OutcomeStatus.SUCCEEDED


def test_a_refund_whose_answer_is_lost_was_made(gateway, method):
    charge = gateway.charge_saved(a_charge(method))
    gateway.misbehave(Faults(lost=1))
    with pytest.raises(OutcomeUnknown):
        gateway.refund(RefundRequest(charge.ref, EUROS, "ref_1"))
    gateway.misbehave(Faults())
    assert gateway.fetch("charge", charge.ref).refunded == EUROS


def story(gateway: TestGateway, method: MethodRef, keys: list[str]) -> list[str]:
    """What each of the calls met."""
    lines = []
    for key in keys:
        try:
            lines.append(gateway.charge_saved(a_charge(method, key)).status.value)
        except GatewayError as error:
            lines.append(str(error))
    return lines


def test_the_same_seed_meets_the_same_faults(gateway, method, connection: Connection, time: Time):
    plan = Faults(seed=7, unavailable=0.2, lost=0.3, broken=0.1)
    gateway.misbehave(plan)
    first = story(gateway, method, [f"a{number}" for number in range(40)])
    gateway.misbehave(plan)
    elsewhere = adapter("test", connection, clock=time)  # as another process would have it
    assert story(elsewhere, method, [f"b{number}" for number in range(40)]) == first
    assert len(set(first)) == 4
    gateway.misbehave(replace(plan, seed=8))
    assert story(gateway, method, [f"c{number}" for number in range(40)]) != first


def test_faults_befall_one_seller_only(gateway, method, connection: Connection, time: Time):
    gateway.misbehave(Faults(unavailable=1))
    neighbour = adapter("test", replace(connection, id="con_neighbour"), clock=time)
    assert neighbour.check().ok
    assert neighbour.mishaps() == {}


@pytest.mark.parametrize("shares", [{"lost": 1.1}, {"lost": -0.1}, {"lost": 0.6, "broken": 0.6}])
def test_shares_beyond_the_whole_are_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        Faults(**shares)


# Webhooks


class Wire(httpx.BaseTransport):
    """Carries deliveries to the adapter and answers as the shop does."""

    def __init__(self, gateway: TestGateway) -> None:
        self.gateway = gateway
        self.heard: list[str] = []
        self.refused = 0
        self.ages: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == request.headers["host"] == "shop"
        signed = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        self.ages.append(round((datetime.now(UTC) - signed).total_seconds() / 60))
        try:
            (event,) = self.gateway.parse_webhook(request.read(), request.headers, "")
        except BadSignature:
            self.refused += 1
            return httpx.Response(400)
        self.heard.append(event.key or "")
        return httpx.Response(200)


@pytest.fixture
def told(connection: Connection, time: Time, folder: Path) -> Iterator[Callable[[Faults], Wire]]:
    """Three payments told of in that weather."""

    def told(plan: Faults) -> Wire:
        gateway = adapter("test", replace(connection, webhook_url="http://shop/hooks"), clock=time)
        assert isinstance(gateway, TestGateway)
        start = gateway.start(asked(Intent.SAVE_ONLY))
        method = gateway.pay_start(start.ref, "4242424242424242").method
        for key in ("pay_1", "pay_2", "pay_3"):
            gateway.charge_saved(a_charge(method, key))
        gateway.misbehave(plan)
        wire = Wire(gateway)
        with Http(transport=wire) as http:
            deliver_webhooks(connection.settings["ledger"], http)
        return wire

    return told


def test_webhooks_arrive_in_order_without_a_plan(told):
    assert told(Faults()).heard == ["pay_1", "pay_2", "pay_3"]


def test_each_delivery_draws_its_fault_from_the_seed_and_its_own_number(told):
    assert told(Faults(seed=1, webhook_lost=0.5)).heard == ["pay_3"]


def test_lost_webhooks_never_arrive(told):
    wire = told(Faults(webhook_lost=1))
    assert (wire.heard, wire.refused) == ([], 0)


def test_repeated_webhooks_arrive_twice(told):
    assert sorted(told(Faults(webhook_repeated=1)).heard) == sorted(2 * ["pay_1", "pay_2", "pay_3"])


def test_reordered_webhooks_arrive_newest_first(told):
    assert told(Faults(webhook_reordered=1)).heard == ["pay_3", "pay_2", "pay_1"]


def test_a_forged_copy_is_refused_and_the_true_one_believed(told):
    wire = told(Faults(webhook_forged=1))
    assert (wire.heard, wire.refused) == (["pay_1", "pay_2", "pay_3"], 3)


def test_stale_webhooks_are_refused(told):
    wire = told(Faults(webhook_stale=1))
    assert (wire.heard, wire.refused, wire.ages) == ([], 3, [10, 10, 10])


def test_every_fault_can_be_planned():
    assert {*Fault, *Mishap} <= set(Faults.__slots__)
    assert {getattr(Faults(), each) for each in (*Fault, *Mishap)} == {0}
    assert (Faults().late_seconds, Faults().delayed_minutes) == (1, 10)
    assert faults.FAIR.arrives == 1
    assert faults.Weather(Fault.TWICE, Faults()).arrives == 2
