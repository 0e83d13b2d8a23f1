"""An attempt's page at the gateway: opened, come back from, closed; and the sending of charges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.factories.buying import begin, buy, pay_at_gateway
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import renewals
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.models import AuditRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import attempts, charging, inbox, janitor, reconciling, refunds
from wainwright.payments.abandoning import give_up
from wainwright.payments.errors import AttemptRunning, GatewayAway, NotRefundable
from wainwright.payments.gateways.base import Buyer, Decline
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import (
    Connection,
    InboxItem,
    Method,
    Payment,
    Reconciliation,
    Refund,
)
from wainwright.payments.queries import last_comparisons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SHOP = "https://shop.example/"
FAIR, AWAY = Faults(), Faults(unavailable=1)


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def gateway(shop: cast.Cast) -> TestGateway:
    return gateway_of(shop.own)


def fresh(payment: Payment) -> Payment:
    rows = Payment.objects.select_related("connection__business", "customer")
    found: Payment = rows.get(pk=payment.pk)
    return found


def at_the_page(shop: cast.Cast, name: str = "Book") -> Payment:
    begin(make_price(make_product(shop.own, name)))
    return fresh(Payment.objects.latest("pk"))


def test_a_page_that_cannot_be_opened_charges_nothing_and_may_be_tried_again(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    payment = at_the_page(shop)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.STARTED, start_ref="", start_url="")
    visit = attempts.Visit(SHOP, SHOP, Buyer("ada@buyer.example"), "en", statement="Studio")
    for fault in (AWAY, Faults(lost=1)):
        gateway.misbehave(fault)
        with pytest.raises(GatewayAway):
            attempts.ask_buyer(fresh(payment), visit)
        assert (fresh(payment).state, fresh(payment).start_ref) == (Payment.STARTED, "")
    gateway.misbehave(FAIR)
    refused = attempts.Visit("ftp://x", SHOP, Buyer("ada@buyer.example"), "en")
    with pytest.raises(GatewayAway):
        attempts.ask_buyer(fresh(payment), refused)


def test_an_opened_page_is_noted_of_its_own_attempt_unless_that_was_given_up(
    shop: cast.Cast,
) -> None:
    bought = buy(make_price(make_product(shop.own), "monthly")).payment
    mine, other, over = (at_the_page(shop, name) for name in "abc")
    rows = Payment.objects.filter(pk__in=[mine.pk, other.pk, over.pk])
    rows.update(state=Payment.STARTED, start_ref="", customer=bought.customer, intent=bought.intent)
    for each in rows:
        Payment.objects.filter(pk=each.pk).update(public_id=f"pay_{each.pk}")
    give_up(over.pk, among=(Payment.STARTED,), by=SYSTEM)
    visit = attempts.Visit(SHOP, SHOP, Buyer("ada@buyer.example"), "en")
    for each in (mine, over):
        start = attempts.ask_buyer(fresh(each), visit)
    assert [row.state for row in rows.order_by("pk")] == [
        Payment.ACTION,
        Payment.STARTED,
        Payment.ABANDONED,
    ]
    pay_at_gateway(fresh(mine))
    janitor.resolve(fresh(mine))
    assert start.ref != fresh(mine).start_ref
    known = fresh(mine).raw["method"]["customer_ref"]
    assert known == bought.raw["method"]["customer_ref"]  # who paid there before is known there


def test_coming_back_asks_only_for_what_is_open(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = at_the_page(shop)
    pay_at_gateway(payment)
    gateway.misbehave(FAIR)
    over = fresh(payment)
    over.state = Payment.ABANDONED
    unopened = fresh(payment)
    unopened.start_ref = ""
    for each in (over, unopened):
        assert attempts.finish(each, {}, by=SYSTEM) is each
    assert gateway.mishaps()["calls"] == 0
    gateway.misbehave(AWAY)
    assert attempts.finish(fresh(payment), {}, by=SYSTEM).state == Payment.ACTION
    gateway.misbehave(FAIR)
    assert attempts.finish(fresh(payment), {}, by=SYSTEM).state == Payment.SUCCEEDED


def test_a_page_is_closed_unless_it_was_paid_before(shop: cast.Cast, gateway: TestGateway) -> None:
    left, refused, paid, away = (at_the_page(shop, name) for name in "abcd")
    pay_at_gateway(paid)
    assert attempts.close_page(left, by=SYSTEM).state == Payment.ABANDONED
    closed = attempts.close_page(refused, by=SYSTEM, declined=True)
    assert (closed.state, closed.decline) == (Payment.DECLINED, Decline.AUTHENTICATION_REQUIRED)
    assert attempts.close_page(paid, by=SYSTEM).state == Payment.SUCCEEDED
    gateway.misbehave(AWAY)
    assert attempts.close_page(away, by=SYSTEM).state == Payment.ACTION
    gateway.misbehave(FAIR)
    over = fresh(left)
    assert attempts.close_page(over, by=SYSTEM) is over
    assert gateway.mishaps()["calls"] == 0


def test_of_two_attempts_for_one_bill_the_second_is_refused(shop: cast.Cast) -> None:
    payment = at_the_page(shop)
    second = attempts.prepared(
        business_id=payment.business_id,
        purpose=payment.purpose,
        intent=payment.intent,
        amount=payment.money,
        bill=payment.bill,
        connection=payment.connection,
        subject=payment.subject,
    )
    assert (second.part, second.raw, second.asks) == (False, {}, 0)
    with pytest.raises(AttemptRunning):
        attempts.begin(second)
    assert attempts.abandon(payment, by=SYSTEM).state == Payment.ABANDONED
    assert attempts.begin(second).pk is not None
    assert attempts.settle_free(second, by=SYSTEM).state == Payment.SUCCEEDED


def test_each_of_several_charges_is_told_of_and_none_holds_up_the_others(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    price = make_price(make_product(shop.own), "daily")
    names = ("gone", "refused", "paid")
    due = [buy(price, f"{name}@buyer.example").subscription for name in names]
    clock.set_offset(clock.offset() + timedelta(days=1, hours=1))
    begun = renewals.begin([each.customer_id for each in due])
    assert [charge.payment.part for charge in begun] == [False] * 3
    assert begun[0].return_url.startswith("http")
    give_up(begun[0].payment.pk, among=(Payment.STARTED,), by=SYSTEM)
    method = begun[1].payment.method
    assert method is not None
    Method.objects.filter(pk=method.pk).update(customer_ref="another")
    method.refresh_from_db()
    settled = {each.pk: each.state for each in charging.charge_all(begun)}
    states = [settled.get(each.payment.pk) for each in begun]
    assert states == [Payment.ABANDONED, Payment.ABANDONED, Payment.SUCCEEDED]
    assert "belongs to another" in fresh(begun[1].payment).raw["error"]
    assert "error" not in fresh(begun[0].payment).raw
    alone = charging.charge(begun[0].payment, description="again")
    assert alone.state == Payment.ABANDONED


def test_answers_wait_a_moment_for_each_other_and_after_a_minute_each_attempt_is_claimed(
    shop: cast.Cast,
) -> None:
    price = make_price(make_product(shop.own), "daily")
    due = [buy(price, f"{name}@buyer.example").subscription for name in "abcd"]
    clock.set_offset(clock.offset() + timedelta(days=1, hours=1))
    at = clock.wall()
    booked: list[int] = []

    class Slowly(list[charging.Charge]):
        def __iter__(self) -> Iterator[charging.Charge]:
            nonlocal at
            for charge, seconds in zip(super().__iter__(), (1, 1, 58, 0), strict=True):
                paid = Payment.objects.filter(purpose=Payment.RENEWAL, state=Payment.SUCCEEDED)
                booked.append(paid.count())
                yield charge
                at += timedelta(seconds=seconds)

    with clock.told_by(lambda: at):
        began = clock.now()
        begun = renewals.begin([each.customer_id for each in due])
        settled = charging.charge_all(Slowly(begun))
    assert booked == [0, 0, 0, 3]
    assert {each.state for each in settled} == {Payment.SUCCEEDED}
    asked = [fresh(each.payment).ask_at - began for each in begun]
    assert asked == [timedelta(minutes=2)] * 3 + [timedelta(minutes=3)]


def test_refunds_without_answer_are_asked_for_and_a_gateway_that_rests_is_not(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    product = make_product(shop.own)
    mine = [buy(make_price(product), f"{name}@buyer.example").payment for name in ("ada", "bob")]
    theirs = buy(make_price(make_product(shop.client))).payment
    for each in (shop.own, shop.client):
        gateway_of(each).misbehave(Faults(lost=1))
    for payment in (*mine, theirs):
        money = payment.money
        refunds.refund(payment, amount=money, note="", by=SYSTEM, form_key="one")

    def waits() -> list[int]:
        rows = Refund.objects.order_by("pk").values_list("ask_at", flat=True)
        return [round((ask_at - clock.now()) / timedelta(minutes=1)) for ask_at in rows]

    gateway_of(shop.client).misbehave(FAIR)
    gateway.misbehave(AWAY)
    Connection.objects.filter(business=shop.own).update(failures=9)
    assert refunds.resolve_waiting() == 0  # not yet
    assert waits() == [2, 2, 2]
    for place, row in enumerate(Refund.objects.order_by("pk")):
        ago = timedelta(seconds=9 - place)
        Refund.objects.filter(pk=row.pk).update(ask_at=clock.now() - ago)
    assert refunds.resolve_waiting() == 3
    assert waits() == [4, 0, 4]
    found = list(Refund.objects.order_by("pk").values_list("state", "asks"))
    assert found == [(Refund.UNKNOWN, 1), (Refund.UNKNOWN, 0), (Refund.SUCCEEDED, 1)]
    gateway.misbehave(FAIR)
    Connection.objects.update(ask_after=None)
    assert refunds.resolve_waiting() == 1
    Refund.objects.update(ask_at=clock.now())
    assert refunds.resolve_waiting() == 1
    assert set(Refund.objects.values_list("state", flat=True)) == {Refund.SUCCEEDED}


def test_a_refund_the_gateway_refuses_is_over_and_may_be_asked_for_anew(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    bought = buy(make_price(make_product(shop.own))).payment
    Payment.objects.filter(pk=bought.pk).update(gateway_ref="charge_of_nobody")

    def give_back(key: str) -> Refund:
        amount = Money(2900, "EUR")
        return refunds.refund(bought, amount=amount, note="", by=SYSTEM, form_key=key)

    refused = give_back("one")
    assert (refused.state, refused.settled_at is not None) == (Refund.DECLINED, True)
    assert "no settled charge" in refused.raw["error"]
    Payment.objects.filter(pk=bought.pk).update(gateway_ref=bought.gateway_ref)
    assert give_back("one") == refused
    given = give_back("two")
    assert (given.state, given.raw["state"]) == (Refund.SUCCEEDED, "succeeded")
    assert given.gateway_ref.startswith("test_refund")
    written = AuditRow.objects.filter(subject__in=[refused.public_id, given.public_id])
    assert list(written.order_by("pk").values_list("action", flat=True)) == [
        "refund.started",
        "refund.declined",
        "refund.started",
        "refund.succeeded",
    ]
    assert refunds.ask(given) is given
    with pytest.raises(NotRefundable):
        give_back("three")


def test_of_several_books_each_is_compared_once_a_day_whatever_becomes_of_the_others(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    gateway.misbehave(AWAY)
    began = clock.now()
    assert reconciling.reconcile_due() == 3
    done = Reconciliation.objects.order_by("pk").values_list("business_id", flat=True)
    assert list(done) == [shop.client.pk, shop.other_client.pk]
    again = Connection.objects.get(business=shop.own).compare_at - began
    later = Connection.objects.get(business=shop.client).compare_at - began
    assert timedelta(minutes=15) <= again < timedelta(minutes=16)
    assert timedelta(days=1) <= later < timedelta(days=1, minutes=1)
    assert reconciling.reconcile_due() == 0
    clock.set_offset(clock.offset() + timedelta(days=1, hours=1))
    gateway.misbehave(FAIR)
    assert reconciling.reconcile_due() == 3
    both = list(Connection.objects.filter(business__in=[shop.own, shop.client]))
    newest = last_comparisons(both)
    assert {each.business_id for each in newest.values()} == {shop.own.pk, shop.client.pk}
    assert all(each.until > began + timedelta(days=1) for each in newest.values())
    row = Connection.objects.get(business=shop.own)
    assert [reconciling._claimed(row, began) for _worker in range(2)] == [True, False]


def test_a_message_about_a_refund_or_a_charge_finds_ours_at_its_own_gateway_only(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    bought = buy(make_price(make_product(shop.own))).payment
    gateway.misbehave(Faults(lost=1))
    row = refunds.refund(bought, amount=Money(900, "EUR"), note="", by=SYSTEM, form_key="one")
    gateway.misbehave(FAIR)

    def heard(ref: str, business_id: int) -> str:
        item = InboxItem.objects.create(
            business_id=business_id,
            connection=Connection.objects.get(business=business_id),
            key=f"{ref} at {business_id}",
            kind="refund.changed",
            ref=ref,
            received_at=clock.wall(),
        )
        inbox.work_on(item)
        assert InboxItem.objects.get(pk=item.pk).state == InboxItem.DONE
        state: str = Refund.objects.get(pk=row.pk).state
        return state

    assert heard(row.public_id, shop.client.pk) == Refund.UNKNOWN
    assert heard("nobodys", shop.own.pk) == Refund.UNKNOWN
    assert heard(row.public_id, shop.own.pk) == Refund.SUCCEEDED
    ref = Refund.objects.get(pk=row.pk).gateway_ref
    Refund.objects.filter(pk=row.pk).update(state=Refund.UNKNOWN, settled_at=None)
    assert heard(ref, shop.own.pk) == Refund.SUCCEEDED
    assert janitor.resolve(fresh(bought)).state == Payment.SUCCEEDED
