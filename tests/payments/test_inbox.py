"""The Test gateway's own deliveries, carried to our own address; only the wire is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.test import Client

from tests import cast
from tests.factories.buying import begin, pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.http import Http
from wainwright.core.signatures import new_secret
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.payments import inbox
from wainwright.payments.connections import adapter_for, connect
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.gateways.test.ledger import LEDGER_FILE
from wainwright.payments.gateways.test.worker import deliver_webhooks
from wainwright.payments.models import Connection, Dispute, InboxItem, Payment
from wainwright.sales.models import Order

pytestmark = pytest.mark.django_db


class Wire(httpx.BaseTransport):
    """Carries what the gateway sends to the application, as often as it is told, or spoils it."""

    def __init__(self, *, times: int = 1, spoil: bool = False) -> None:
        self.times, self.spoil = times, spoil
        self.statuses: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        for _time in range(self.times):
            answer = Client().post(
                request.url.path,
                data=body + b" " if self.spoil else body,
                content_type="application/json",
                headers={
                    name: value
                    for name, value in request.headers.items()
                    if name.startswith("webhook-") or name == "host"
                },
            )
            self.statuses.append(answer.status_code)
        return httpx.Response(self.statuses[-1])


@pytest.fixture
def paid() -> Iterator[Payment]:
    """Paid at the gateway; the buyer closed the window instead of coming back."""
    for file in settings.DATA.glob(f"{LEDGER_FILE}*"):  # where earlier tests left their deliveries
        file.unlink()
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        begin(make_price(make_product(everybody.own)))
        payment = Payment.objects.select_related("connection__business").get()
        pay_at_gateway(payment)
        yield payment


def _deliver(wire: Wire) -> None:
    with Http(transport=wire) as http:
        deliver_webhooks(settings.DATA / LEDGER_FILE, http)


def work_off() -> None:
    for item in InboxItem.objects.filter(state=InboxItem.WAITING):
        inbox.work_on(item)


def test_a_chargeback_is_heard_once_however_often_it_is_told(paid: Payment) -> None:
    _deliver(Wire())
    work_off()
    paid.refresh_from_db()
    gateway = adapter_for(paid.connection)
    assert isinstance(gateway, TestGateway)
    gateway.dispute(paid.gateway_ref)
    _deliver(Wire(times=3))
    work_off()
    assert InboxItem.objects.filter(kind="dispute.opened", state=InboxItem.DONE).count() == 1
    assert Dispute.objects.get().state == Dispute.OPEN


def test_a_webhook_places_the_order_the_buyer_did_not_come_back_for(paid: Payment) -> None:
    _deliver(Wire())
    work_off()
    paid.refresh_from_db()
    assert paid.state == Payment.SUCCEEDED
    assert Order.objects.count() == 1


def test_a_delivery_that_comes_three_times_is_stored_once(paid: Payment) -> None:
    wire = Wire(times=3)
    _deliver(wire)
    assert set(wire.statuses) == {200}
    keys = InboxItem.objects.values_list("key", flat=True)
    assert len(keys) == len(set(keys)) == len(wire.statuses) // 3
    work_off()
    work_off()
    assert Order.objects.count() == 1


def test_a_delivery_that_was_changed_on_the_way_is_refused(paid: Payment) -> None:
    wire = Wire(spoil=True)
    _deliver(wire)
    assert set(wire.statuses) == {400}
    assert not InboxItem.objects.exists()


def test_an_unknown_connection_is_not_found() -> None:
    cast.assemble()
    answer = Client().post(
        "/hooks/con_nobody/",
        data="{}",
        content_type="application/json",
        headers={"host": "127.0.0.1"},
    )
    assert answer.status_code == 404


def test_a_message_the_gateway_refuses_to_explain_is_given_up_after_ten_tries() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, LIVE):  # in which there is no Test gateway
        secrets = {"webhook": new_secret()}
        refusing = connect(everybody.own, gateway="test", label="", secrets=secrets, by=SYSTEM)
        item = InboxItem.objects.create(
            business_id=everybody.own.pk,
            connection=refusing,
            key="one",
            kind="dispute.opened",
            ref="dispute_of_nobody",
            received_at=clock.wall(),
        )
        for tries in range(1, 12):
            assert item.state == (InboxItem.WAITING if tries <= 10 else InboxItem.FAILED)
            inbox.work_on(item)
            item.refresh_from_db()
            assert item.attempts == min(tries, 10)
            assert "test mode only" in item.error


def test_a_message_waits_however_long_the_gateway_is_away(paid: Payment) -> None:
    _deliver(Wire())
    gateway = adapter_for(paid.connection)
    assert isinstance(gateway, TestGateway)
    gateway.misbehave(Faults(unavailable=1))
    for _try in range(inbox.MAX_ATTEMPTS + 1):
        Connection.objects.update(ask_after=None)
        work_off()
    states = set(InboxItem.objects.values_list("state", "attempts", "error"))
    gateway.misbehave(Faults())
    assert states == {(InboxItem.WAITING, 0, "the Test gateway answered 503")}
    Connection.objects.update(ask_after=None)
    assert inbox.work_waiting() == 0  # its task may still be at it
    InboxItem.objects.update(received_at=clock.wall() - timedelta(seconds=50))
    assert inbox.work_waiting() == 0
    InboxItem.objects.update(received_at=clock.wall() - timedelta(minutes=1))
    assert inbox.work_waiting() == InboxItem.objects.count()
    assert Payment.objects.get(pk=paid.pk).state == Payment.SUCCEEDED
