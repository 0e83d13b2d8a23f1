"""An answer that never came is asked for until it is known, and nothing is charged twice for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from tests.clocks import pass_time
from tests.factories.buying import Bought, buy
from tests.factories.renewing import due_subscriptions, gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import renewals
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import charging, differences, janitor, refunds
from wainwright.payments.abandoning import give_up
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Bill, Connection, Difference, Payment, Refund
from wainwright.reports import invariants
from wainwright.sales.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVER = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def gateway(shop: cast.Cast) -> TestGateway:
    return gateway_of(shop.own)


def renewed(shop: cast.Cast, gateway: TestGateway, plan: Faults) -> Payment:
    """The one renewal that is due, charged under these faults, which then are over."""
    (subscription,) = due_subscriptions(shop.own, 1)
    gateway.misbehave(plan)
    renewals.renew(subscription.pk)
    gateway.misbehave(Faults())
    found: Payment = Payment.objects.get(purpose=Payment.RENEWAL)
    return found


def later(shop: cast.Cast, minutes: int, steps: int = 1) -> None:
    pass_time(shop.account.pk, minutes * MINUTE, steps)


def kept(gateway: TestGateway) -> list[int]:
    """What the gateway took for renewals and did not give back."""
    charges = [charge.outcome for charge in gateway.list_charges(EVER) if charge.start_ref is None]
    left = [each.amount.minor - each.refunded.minor for each in charges if each.amount]
    return [sum_ for sum_ in left if sum_]


def broken() -> dict[str, list[str]]:
    ids = {"I1", "I2", "I3", "I4", "I7"}
    verdicts = invariants.evaluate()
    return {v.invariant.id: v.broken for v in verdicts if v.broken and v.invariant.id in ids}


def test_a_lost_answer_is_asked_for(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(lost=1))
    assert payment.state == Payment.UNKNOWN
    later(shop, 3)
    payment.refresh_from_db()
    assert payment.state == Payment.SUCCEEDED
    assert kept(gateway) == [2900]


def test_absence_is_not_believed_while_the_charge_may_still_come(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    payment = renewed(shop, gateway, Faults(silent=1))
    later(shop, 3, steps=9)
    payment.refresh_from_db()
    assert payment.state == Payment.UNKNOWN


def test_what_never_arrived_is_charged_anew_once_it_cannot_come_any_more(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    payment = renewed(shop, gateway, Faults(silent=1))
    later(shop, 10, steps=13)
    payment.refresh_from_db()
    assert payment.state == Payment.ABANDONED
    assert kept(gateway) == [2900]
    assert payment.bill.state == Bill.PAID


def test_who_wakes_after_his_attempt_was_given_up_charges_nothing(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    [subscription] = due_subscriptions(shop.own, 1)
    [asleep] = renewals.begin([subscription.customer_id])
    give_up(asleep.payment.pk, among=(Payment.STARTED,), by=SYSTEM)
    [payment] = charging.charge_all([asleep])
    assert (payment.state, payment.bill.state) == (Payment.ABANDONED, Bill.OPEN)
    assert kept(gateway) == []


def test_a_charge_that_is_made_late_is_the_one(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(delayed=1, delayed_minutes=20))
    later(shop, 5, steps=24)
    payment.refresh_from_db()
    assert payment.state == Payment.SUCCEEDED
    assert kept(gateway) == [2900]


def test_a_charge_that_is_made_too_late_goes_back(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(delayed=1, delayed_minutes=300))
    later(shop, 10, steps=13)
    assert payment.bill.payments.filter(state=Payment.SUCCEEDED).count() == 1
    later(shop, 300)
    janitor.resolve(Payment.objects.select_related("connection__business").get(pk=payment.pk))
    refunds.return_strays()
    payment.refresh_from_db()
    assert (payment.state, payment.stray) == (Payment.SUCCEEDED, True)
    assert kept(gateway) == [2900]
    assert Entry.objects.filter(kind=Entry.REBILL).count() == 1
    assert broken() == {}


def test_a_stale_answer_changes_nothing(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(lost=1))
    gateway.misbehave(Faults(stale=1))
    janitor.resolve(Payment.objects.select_related("connection__business").get(pk=payment.pk))
    payment.refresh_from_db()
    assert payment.state == Payment.UNKNOWN


def test_asking_grows_rare(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(changed=1))
    later(shop, 10, steps=6 * 24)
    payment.refresh_from_db()
    assert payment.asks <= 10
    later(shop, 24 * 60, steps=10)
    payment.refresh_from_db()
    assert payment.asks <= 20


# Another sum


def test_another_sum_is_no_success_of_ours(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(changed=1))
    assert (payment.state, payment.bill.state) == (Payment.UNKNOWN, Bill.OPEN)
    found = Difference.objects.get()
    assert (found.kind, found.ours, found.theirs) == (Difference.OTHER_SUM, 2900, 2901)
    assert not Entry.objects.filter(kind=Entry.REBILL).exists()


def test_another_sum_is_told_of_once(shop: cast.Cast, gateway: TestGateway) -> None:
    payment = renewed(shop, gateway, Faults(changed=1))
    later(shop, 60, steps=3)
    assert Difference.objects.count() == 1
    payment.refresh_from_db()
    assert payment.state == Payment.UNKNOWN


def test_once_settled_by_a_person_it_may_be_charged_anew(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    payment = renewed(shop, gateway, Faults(changed=1))
    differences.settle(Difference.objects.get(), by=SYSTEM, note="given back by hand")
    payment.refresh_from_db()
    assert payment.state == Payment.ABANDONED
    later(shop, 61, steps=2)
    assert payment.bill.payments.filter(state=Payment.SUCCEEDED).count() == 1
    assert Difference.objects.filter(settled_at=None).count() == 0


# Refunds


@pytest.fixture
def bought(shop: cast.Cast) -> Bought:
    return buy(make_price(make_product(shop.own)))


def give_back(bought: Bought) -> Refund:
    amount = Money(1000, "EUR")
    return refunds.refund(bought.payment, amount=amount, note="", by=SYSTEM, form_key="one")


@pytest.mark.parametrize("fault", ["lost", "broken", "silent", "unavailable"])
def test_a_refund_without_answer_is_made_once(
    shop: cast.Cast, gateway: TestGateway, bought: Bought, fault: str
) -> None:
    gateway.misbehave(Faults(**{fault: 1}))
    assert give_back(bought).state == Refund.UNKNOWN
    gateway.misbehave(Faults())
    later(shop, 3)
    assert Refund.objects.get().state == Refund.SUCCEEDED
    assert gateway.fetch("charge", bought.payment.gateway_ref).refunded == Money(1000, "EUR")


# An outage


def test_an_outage_costs_few_calls_and_all_is_paid_within_the_hour_after(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    due_subscriptions(shop.own, 40)
    gateway.misbehave(Faults(unavailable=1))
    later(shop, 5, steps=24)
    assert gateway.mishaps()["calls"] <= 25
    gateway.misbehave(Faults())
    later(shop, 5, steps=12)
    paid = Payment.objects.filter(purpose=Payment.RENEWAL, state=Payment.SUCCEEDED)
    assert (paid.count(), len(kept(gateway))) == (40, 40)
    assert Connection.objects.filter(business=shop.own, failures=0, ask_after=None).exists()
    assert broken() == {}


def test_a_gateway_that_swallows_calls_is_left_in_peace(
    shop: cast.Cast, gateway: TestGateway
) -> None:
    due_subscriptions(shop.own, 40)
    gateway.misbehave(Faults(silent=1))
    later(shop, 5, steps=24)
    assert gateway.mishaps()["calls"] <= 25
    gateway.misbehave(Faults())
    later(shop, 5, steps=24)
    paid = Payment.objects.filter(purpose=Payment.RENEWAL, state=Payment.SUCCEEDED)
    assert (paid.count(), len(kept(gateway))) == (40, 40)
    assert clock.now() > paid.latest("settled_at").settled_at
