"""A gateway that does not answer is asked ever less often, and by one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from tests.factories.buying import begin
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.core import clock
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import calls, janitor
from wainwright.payments.gateways.base import (
    GatewayUnavailable,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
)
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.models import Connection, Payment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MINUTE = timedelta(minutes=1)


@dataclass
class Time:
    now: datetime = datetime(2027, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Iterator[Time]:
    time = Time()
    with clock.told_by(time):
        yield time


@pytest.fixture
def shop(time: Time) -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def connection(shop: cast.Cast) -> Connection:
    found: Connection = Connection.objects.select_related("business").get(business=shop.own)
    return found


AWAY = GatewayUnavailable("it answered 503")


def call(connection: Connection, ends: Exception | None = None) -> None:
    with calls.patient(connection):
        if ends is not None:
            raise ends


def fail(connection: Connection, ends: Exception = AWAY) -> None:
    with pytest.raises(type(ends)) as failed:
        call(connection, ends)
    assert failed.value is ends


def test_what_has_no_answer_is_asked_for_ever_less_often_but_once_a_day(
    shop: cast.Cast, time: Time
) -> None:
    def waits(asks: int, spread: int = 0) -> float:
        return (calls.next_ask(asks, spread) - time.now) / MINUTE

    assert [waits(asks) for asks in range(5)] == [2, 4, 8, 16, 32]
    assert [waits(asks) for asks in (9, 10, 11, 99)] == [1024, 1440, 1440, 1440]
    assert [waits(1, spread) for spread in (0, 8, 15, 16)] == [4, 4.25, 4.46875, 4]


def test_after_ten_calls_without_answer_it_rests_longer_each_time_until_one_is_answered(
    shop: cast.Cast, connection: Connection, time: Time
) -> None:
    for ends in (AWAY, OutcomeUnknown("no answer"), RateLimited("slower", 9)) * 3:
        fail(connection, ends)
    assert (connection.failures, connection.ask_after) == (9, None)
    for minutes in (1, 2, 4, 8, 15, 15):
        fail(connection)
        assert connection.ask_after == time.now + minutes * MINUTE
        assert Connection.objects.get(pk=connection.pk).ask_after == connection.ask_after
        assert calls.rests(connection)
        with pytest.raises(GatewayUnavailable, match="rests"):
            call(connection)
        time.now += minutes * MINUTE
        assert not calls.rests(connection)
    other = Connection.objects.select_related("business").get(pk=connection.pk)
    with calls.patient(connection), pytest.raises(GatewayUnavailable, match="rests"):
        call(other)  # of two who find the rest over, one asks
    for row in (connection, Connection.objects.get(pk=connection.pk)):
        assert (row.failures, row.ask_after) == (0, None)
    untouched = Connection.objects.exclude(pk=connection.pk)
    assert set(untouched.values_list("failures", "ask_after")) == {(0, None)}


def test_a_refusal_is_an_answer(connection: Connection) -> None:
    fail(connection)
    fail(connection, RequestRejected("no"))
    assert (connection.failures, connection.ask_after) == (0, None)


def test_what_rests_holds_up_nobody_else(
    shop: cast.Cast, connection: Connection, time: Time
) -> None:
    waiting = []
    for business in (shop.own, shop.own, shop.client):
        name = f"{business.slug}{len(waiting)}"
        begin(make_price(make_product(business, name)))
        waiting.append(Payment.objects.latest("pk"))
    for place, each in enumerate(waiting):
        Payment.objects.filter(pk=each.pk).update(ask_at=time.now + timedelta(seconds=place))
    gateway_of(shop.own).misbehave(Faults(unavailable=1))
    Connection.objects.filter(pk=connection.pk).update(failures=9)

    def asks() -> list[int]:
        return list(Payment.objects.order_by("pk").values_list("asks", flat=True))

    assert (janitor.resolve_waiting(), asks()) == (1, [1, 0, 0])
    Connection.objects.update(failures=9, ask_after=None)
    Payment.objects.update(ask_at=time.now)
    time.now += MINUTE
    for place, each in enumerate(waiting):
        Payment.objects.filter(pk=each.pk).update(ask_at=time.now - timedelta(seconds=9 - place))
    assert (janitor.resolve_waiting(), asks()) == (3, [2, 0, 1])
    assert (janitor.resolve_waiting(), asks()) == (0, [2, 0, 1])
    rested = Payment.objects.select_related("connection__business").get(pk=waiting[0].pk)
    assert janitor.resolve(rested) is rested
    time.now += MINUTE  # the rest is over
    assert (janitor.resolve_waiting(), asks()) == (1, [2, 1, 1])


def test_what_is_over_or_was_made_without_a_gateway_is_asked_for_by_nobody(
    shop: cast.Cast, time: Time
) -> None:
    begin(make_price(make_product(shop.own)))
    payment = Payment.objects.get()
    time.now += timedelta(days=1)
    for over in (
        {"state": Payment.DECLINED, "settled_at": time.now},
        {"state": Payment.ABANDONED, "settled_at": time.now},
        {"connection": None},
        {"ask_at": time.now + MINUTE},
    ):
        before = {name: getattr(payment, name) for name in over}
        Payment.objects.update(**over)
        assert janitor.resolve_waiting() == 0, over
        Payment.objects.update(**before)
    assert payment.ask_at == payment.started_at + 2 * MINUTE
    assert janitor.resolve_waiting() == 1
    assert Payment.objects.get().ask_at == calls.next_ask(1, payment.pk)
