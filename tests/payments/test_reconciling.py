"""One comparison of the books makes both tell the same, whatever was lost before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from tests.clocks import pass_time
from tests.factories.buying import Bought, begin, buy, pay_at_gateway
from tests.factories.renewing import due_subscriptions, gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import renewals
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.events import known as known_events
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import differences, reconciling, refunds
from wainwright.payments.gateways.base import ChargeRequest, MethodRef, RefundRequest
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import (
    Connection,
    Difference,
    Method,
    Payment,
    Reconciliation,
    Refund,
)
from wainwright.reports import invariants
from wainwright.sales.models import Entry, Order

pytestmark = pytest.mark.django_db

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def gateway(shop: cast.Cast) -> TestGateway:
    return gateway_of(shop.own)


@pytest.fixture
def bought(shop: cast.Cast) -> Bought:
    return buy(make_price(make_product(shop.own), "monthly"))


def compare(shop: cast.Cast) -> Reconciliation:
    """Compares the books an hour later."""
    clock.set_offset(clock.offset() + timedelta(hours=1))
    return reconciling.reconcile(
        Connection.objects.select_related("business").get(business=shop.own)
    )


def opened() -> list[tuple[str, int | None, int | None]]:
    found = Difference.objects.filter(settled_at=None).order_by("pk")
    return list(found.values_list("kind", "ours", "theirs"))


def both_books(gateway: TestGateway) -> tuple[dict[str, int], dict[str, int]]:
    """What was taken by each charge, less what went back: theirs and ours."""
    theirs = {
        charge.ref: charge.outcome.amount.minor - charge.outcome.refunded.minor
        for charge in gateway.list_charges(EVER)
        if charge.outcome.amount
    }
    ours = {
        payment.gateway_ref: payment.amount
        - sum(refund.amount for refund in payment.refunds.all() if refund.state == "succeeded")
        for payment in Payment.objects.filter(state=Payment.SUCCEEDED).prefetch_related("refunds")
    }
    return theirs, ours


def i2() -> list[str]:
    (promise,) = (each for each in invariants.ALL if each.id == "I2")
    return [broken for check in promise.checks for broken in check().broken]


# Lost answers, lost webhooks


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(200, marks=pytest.mark.slow),
        pytest.param(2000, marks=pytest.mark.nightly),
    ],
)
def test_with_a_third_of_the_answers_and_every_webhook_lost_one_comparison_mends_all(
    shop: cast.Cast, gateway: TestGateway, count: int
) -> None:
    due = due_subscriptions(shop.own, count)
    gateway.misbehave(Faults(seed=3, lost=0.3, webhook_lost=1))
    renewals.charge_payers([each.customer_id for each in due])
    lost = Payment.objects.filter(state=Payment.UNKNOWN).count()
    assert 0.2 * count < lost < 0.4 * count
    gateway.misbehave(Faults(webhook_lost=1))
    report = compare(shop)
    theirs, ours = both_books(gateway)
    assert theirs == ours
    assert len(ours) == count + 1
    assert (report.resolved, report.differences) == (lost, 0)
    assert Payment.objects.filter(purpose=Payment.RENEWAL).count() == count
    assert i2() == []


def test_an_order_nobody_came_back_for_is_placed(shop: cast.Cast, gateway: TestGateway) -> None:
    begin(make_price(make_product(shop.own)))
    pay_at_gateway(Payment.objects.select_related("connection__business").get())
    assert compare(shop).resolved == 1
    assert Order.objects.count() == 1


def test_a_refund_without_answer_is_booked(
    shop: cast.Cast, gateway: TestGateway, bought: Bought
) -> None:
    gateway.misbehave(Faults(lost=1))
    refunds.refund(bought.payment, amount=Money(900, "EUR"), note="", by=SYSTEM, form_key="one")
    gateway.misbehave(Faults())
    report = compare(shop)
    assert (report.resolved, opened()) == (1, [])
    assert Refund.objects.get().state == Refund.SUCCEEDED


@pytest.mark.slow
def test_money_that_comes_after_the_attempt_was_given_up_is_found_and_goes_back(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    (subscription,) = due_subscriptions(shop.own, 1)
    gateway.misbehave(Faults(delayed=1, delayed_minutes=600, webhook_lost=1))
    renewals.renew(subscription.pk)
    gateway.misbehave(Faults(webhook_lost=1))
    pass_time(shop.account.pk, timedelta(minutes=40), 3)
    pass_time(shop.account.pk, timedelta(days=1))
    pass_time(shop.account.pk, timedelta(minutes=1))
    theirs, ours = both_books(gateway)
    assert theirs == ours
    assert sorted(ours.values()) == [0, 2900, 2900]
    assert Entry.objects.filter(kind=Entry.REBILL).count() == 1


# Differences


def alien_charge(gateway: TestGateway, amount: Money) -> str:
    """Another program charges the same card with the same account at the gateway."""
    method = Method.objects.get()
    ref = MethodRef(method.gateway_ref, method.customer_ref)
    return gateway.charge_saved(ChargeRequest(ref, amount, "alien_1", "bill", "not ours")).ref


@pytest.mark.slow
def test_a_charge_of_nobody_is_shown_until_it_is_settled(
    shop: cast.Cast, gateway: TestGateway, bought: Bought
) -> None:
    alien_charge(gateway, Money(500, "EUR"))
    assert compare(shop).differences == 1
    assert opened() == [(Difference.NOBODYS, None, 500)]
    assert compare(shop).differences == 0
    assert len(i2()) == 1
    differences.settle(Difference.objects.get(), by=SYSTEM, note="the course platform's")
    compare(shop)
    assert (opened(), i2()) == ([], [])


def test_a_charge_of_nobody_that_was_given_back_there_is_no_difference_any_more(
    shop: cast.Cast, gateway: TestGateway, bought: Bought
) -> None:
    ref = alien_charge(gateway, Money(500, "EUR"))
    compare(shop)
    gateway.refund(RefundRequest(ref, Money(500, "EUR"), "alien_refund"))
    compare(shop)
    assert opened() == []


def test_money_given_back_at_the_gateway_itself_is_shown(
    shop: cast.Cast, gateway: TestGateway, bought: Bought
) -> None:
    gateway.refund(RefundRequest(bought.payment.gateway_ref, Money(700, "EUR"), "by_hand"))
    compare(shop)
    assert opened() == [(Difference.REFUNDED, 0, 700)]


def test_a_payment_the_gateway_does_not_know_is_shown(
    shop: cast.Cast, gateway: TestGateway, bought: Bought
) -> None:
    Payment.objects.filter(pk=bought.payment.pk).update(gateway_ref="charge_of_nobody")
    compare(shop)
    kinds = [kind for kind, _ours, _theirs in opened()]
    assert sorted(kinds) == [Difference.MISSING, Difference.NOBODYS]


@pytest.mark.slow
def test_only_money_that_should_be_on_the_list_by_now_is_missed_there(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    mine = [buy(price, f"{name}@buyer.example").payment for name in "abcde"]
    theirs = buy(make_price(make_product(shop.client))).payment
    now = clock.now() + timedelta(hours=1)
    for payment, changed in zip(
        (*mine, theirs),
        (
            {"settled_at": now - timedelta(minutes=2, seconds=30)},
            {"settled_at": now - timedelta(days=4)},
            {"settled_at": now - timedelta(minutes=1)},
            {"state": Payment.DECLINED},
            {"amount": 0},
            {},
        ),
        strict=True,
    ):
        Payment.objects.filter(pk=payment.pk).update(gateway_ref=payment.public_id, **changed)
    compare(shop)
    missed = Difference.objects.filter(kind=Difference.MISSING)
    assert list(missed.values_list("payment", flat=True)) == [mine[0].pk]


@pytest.mark.slow
def test_what_its_maker_may_still_hear_of_or_a_buyer_is_asked_is_not_asked_about(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    price = make_price(make_product(shop.own))
    begin(price, "at-the-page@buyer.example")
    mine, theirs = buy(price).payment, buy(make_price(make_product(shop.client))).payment
    gateway.misbehave(Faults(silent=1))
    refunds.refund(mine, amount=mine.money, note="", by=SYSTEM, form_key="one")
    for each in (mine, theirs):
        Payment.objects.filter(pk=each.pk).update(
            state=Payment.UNKNOWN, settled_at=None, start_ref="", public_id=f"pay_{each.pk}"
        )
    Payment.objects.filter(pk=mine.pk).update(gateway_ref="")
    neighbour = gateway_of(shop.client)
    neighbour.misbehave(Faults())
    gateway.misbehave(Faults())
    reconciling.reconcile(Connection.objects.select_related("business").get(business=shop.own))
    assert gateway.mishaps()["calls"] == 2  # for the lists of charges and of chargebacks
    compare(shop)
    assert (gateway.mishaps()["calls"], neighbour.mishaps()["calls"]) == (6, 0)
    assert Refund.objects.get().state == Refund.DECLINED


def test_another_sum_is_shown_and_goes_by_itself_when_the_books_agree(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    (subscription,) = due_subscriptions(shop.own, 1)
    gateway.misbehave(Faults(changed=1, webhook_lost=1))
    renewals.renew(subscription.pk)
    payment = Payment.objects.get(purpose=Payment.RENEWAL)
    gateway.misbehave(Faults())
    compare(shop)
    assert opened() == [(Difference.OTHER_SUM, 2900, 2901)]
    gateway.refund(RefundRequest(payment.gateway_ref, Money(2901, "EUR"), "by_hand"))
    compare(shop)
    assert opened() == []
    assert not Entry.objects.filter(kind=Entry.REBILL).exists()


def test_a_difference_is_announced_once(
    shop: cast.Cast, gateway: TestGateway, bought: Bought
) -> None:
    alien_charge(gateway, Money(500, "EUR"))
    compare(shop)
    compare(shop)
    assert "payment.difference_found" in known_events()
    assert EventRow.objects.filter(name="payment.difference_found").count() == 1


# When


def test_the_books_are_compared_once_a_day(
    shop: cast.Cast, sweep: Callable[[timedelta], None]
) -> None:
    sweep(timedelta(0))
    sweep(timedelta(hours=23))
    assert Reconciliation.objects.filter(business=shop.own).count() == 1
    sweep(timedelta(hours=1))
    assert Reconciliation.objects.filter(business=shop.own).count() == 2


def test_books_that_could_not_be_had_are_asked_for_again(
    shop: cast.Cast, gateway: TestGateway, sweep: Callable[[timedelta], None]
) -> None:
    gateway.misbehave(Faults(unavailable=1))
    sweep(timedelta(0))
    assert not Reconciliation.objects.filter(business=shop.own).exists()
    gateway.misbehave(Faults())
    sweep(timedelta(minutes=16))
    assert Reconciliation.objects.filter(business=shop.own).count() == 1


def test_each_comparison_begins_before_the_last_one_ended(shop: cast.Cast) -> None:
    first, second = compare(shop), compare(shop)
    assert second.since == first.until - timedelta(days=2)


@pytest.fixture
def sweep() -> Callable[[timedelta], None]:
    """So much later, what is due is compared."""

    def sweep(passed: timedelta) -> None:
        clock.set_offset(clock.offset() + passed)
        reconciling.reconcile_due()

    return sweep
