from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.contracts.benches import Inbox, asked
from wainwright.core import clock
from wainwright.core.http import Http
from wainwright.core.signatures import new_secret
from wainwright.payments.gateways import adapter
from wainwright.payments.gateways.base import BadSignature
from wainwright.payments.gateways.test.ledger import LEDGER_FILE, Ledger
from wainwright.payments.gateways.test.rows import Message
from wainwright.payments.gateways.test.worker import deliver_webhooks


@pytest.fixture
def inbox():
    with Inbox().open() as inbox:
        yield inbox


@pytest.fixture
def told(gateway, inbox):
    """A payment that the shop has still to hear of."""
    start = gateway.start(asked(webhook_url=inbox.url))
    return gateway.pay_start(start.ref, "4242424242424242")


@pytest.fixture
def later(monkeypatch):
    """Moves the wall."""
    now = clock.wall
    return lambda **much: monkeypatch.setattr(clock, "wall", lambda: now() + timedelta(**much))


def test_nothing_happens_before_there_is_a_ledger(folder):
    assert deliver_webhooks(folder / LEDGER_FILE) == 0
    assert not (folder / LEDGER_FILE).exists()


def test_a_name_under_localhost_is_reached_by_its_host_header(told, inbox, folder):
    assert deliver_webhooks(folder / LEDGER_FILE) == 1
    (delivery,) = inbox.arrived
    assert delivery.headers["Host"].startswith("shop.localhost:")
    assert delivery.url == "/hooks/con_bench/"


def test_what_arrived_is_not_sent_again(told, inbox, folder):
    deliver_webhooks(folder / LEDGER_FILE)
    assert deliver_webhooks(folder / LEDGER_FILE) == 0
    assert len(inbox.arrived) == 1


def test_what_is_being_sent_is_sent_by_nobody_else(told, folder):
    sent = []

    class Slow(httpx.BaseTransport):
        def handle_request(self, request):
            sent.append(deliver_webhooks(folder / LEDGER_FILE))
            return httpx.Response(200)

    with Http(transport=Slow()) as http:
        assert deliver_webhooks(folder / LEDGER_FILE, http) == 1
    assert sent == [0]


def test_what_a_worker_died_over_is_sent_again_after_a_minute(told, inbox, folder, later):
    class Deadly(httpx.BaseTransport):
        def handle_request(self, request):
            raise KeyboardInterrupt

    with Http(transport=Deadly()) as http, pytest.raises(KeyboardInterrupt):
        deliver_webhooks(folder / LEDGER_FILE, http)
    later(seconds=50)
    assert deliver_webhooks(folder / LEDGER_FILE) == 0
    later(seconds=61)
    assert deliver_webhooks(folder / LEDGER_FILE) == 1


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_was_not_accepted_comes_again_later_with_the_same_id(
    told, inbox, folder, later, status
):
    inbox.status = status
    assert deliver_webhooks(folder / LEDGER_FILE) == 0
    assert deliver_webhooks(folder / LEDGER_FILE) == 0
    with Ledger(folder / LEDGER_FILE).reading() as books:
        [message] = books.rows(Message, "TRUE", {})
    assert (message.answer, message.delivered_at) == (str(status), None)
    inbox.status = 204
    later(seconds=6)
    assert deliver_webhooks(folder / LEDGER_FILE) == 1
    first, second = inbox.arrived
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    with Ledger(folder / LEDGER_FILE).reading() as books:
        [message] = books.rows(Message, "TRUE", {})
    assert (message.answer, message.delivered_at is not None) == ("204", True)


def test_a_shop_that_is_gone_is_not_told_again(told, inbox, folder, later):
    inbox.status = 410
    deliver_webhooks(folder / LEDGER_FILE)
    inbox.status = 200
    later(days=30)
    assert deliver_webhooks(folder / LEDGER_FILE) == 0


@pytest.mark.slow
def test_each_try_waits_longer_and_after_the_eighth_there_is_none(told, inbox, folder):
    inbox.status, at = 500, clock.wall()
    pauses = (0, 5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
    with clock.told_by(lambda: at):
        for tries, pause in enumerate(pauses):
            at += timedelta(seconds=pause - 1)
            assert deliver_webhooks(folder / LEDGER_FILE) == 0
            assert len(inbox.arrived) == tries
            at += timedelta(seconds=1)
            deliver_webhooks(folder / LEDGER_FILE)
            assert len(inbox.arrived) == tries + 1
        at += timedelta(days=30)
        deliver_webhooks(folder / LEDGER_FILE)
    assert len(inbox.arrived) == 8


@pytest.mark.slow
def test_trying_ends_after_days(told, inbox, folder, later):
    inbox.status = 500
    for day in range(12):
        later(days=2 * day)
        deliver_webhooks(folder / LEDGER_FILE)
    assert len(inbox.arrived) == 8


def test_a_shop_that_does_not_answer_is_tried_again(gateway, folder, later):
    start = gateway.start(asked(webhook_url="http://127.0.0.1:9/hooks/x/"))
    gateway.pay_start(start.ref, "4242424242424242")
    assert deliver_webhooks(folder / LEDGER_FILE) == 0


def test_pending_money_settles_and_is_told_of_without_anybody_asking(gateway, inbox, folder, later):
    start = gateway.start(asked(webhook_url=inbox.url))
    gateway.pay_start(start.ref, "4000000000007072")
    assert deliver_webhooks(folder / LEDGER_FILE) == 1
    later(minutes=2)
    assert deliver_webhooks(folder / LEDGER_FILE) == 1


def test_a_rotated_secret_still_proves_what_the_old_one_signed(
    told, inbox, folder, connection, gateway
):
    deliver_webhooks(folder / LEDGER_FILE)
    (delivery,) = inbox.arrived
    old = connection.secrets["webhook"]
    rotated = adapter("test", replace(connection, secrets={"webhook": f"{new_secret()} {old}"}))
    assert rotated.parse_webhook(delivery.body, delivery.headers, delivery.url)
    renewed = adapter("test", replace(connection, secrets={"webhook": new_secret()}))
    with pytest.raises(BadSignature):
        renewed.parse_webhook(delivery.body, delivery.headers, delivery.url)


def test_without_a_secret_nothing_is_believed(told, inbox, folder, connection):
    deliver_webhooks(folder / LEDGER_FILE)
    (delivery,) = inbox.arrived
    bare = adapter("test", replace(connection, secrets={}))
    with pytest.raises(BadSignature):
        bare.parse_webhook(delivery.body, delivery.headers, delivery.url)
