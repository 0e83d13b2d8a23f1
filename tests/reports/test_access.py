"""The audit names who has access without money, and who has none in spite of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import Bought, buy
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, reactivating
from wainwright.billing.models import Revocation, Rules, Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import disputes, refunds
from wainwright.payments.models import Payment, Refund
from wainwright.reports.invariants import access

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def bought(shop: cast.Cast, sort: str = "one_time") -> Bought:
    return buy(make_price(make_product(shop.own, sort), sort, 2900))


def give_back(payment: Payment, part: int = 1) -> None:
    amount = type(payment.money)(payment.amount // part, payment.currency)
    refunds.refund(payment, amount=amount, note="", by=SYSTEM, form_key=new_id("form"))


def named() -> str:
    return "\n".join(access.access_ends_with_its_money().broken)


@pytest.mark.parametrize("sort", ["one_time", "monthly", "split"])
def test_access_that_did_not_end_with_its_money_is_named(shop: cast.Cast, sort: str) -> None:
    purchase = bought(shop, sort)
    give_back(purchase.payment)
    assert named() == ""
    Revocation.objects.all().delete()
    bill = purchase.payment.bill
    assert named() == f"{bill.public_id}: its money went back, but access to it did not end"


def test_a_part_ends_it_only_where_the_rule_says_so(shop: cast.Cast) -> None:
    change_rules(None, by=SYSTEM, revoke=Rules.ANY)
    purchase = bought(shop)
    give_back(purchase.payment, 2)
    Revocation.objects.all().delete()
    assert purchase.payment.bill.public_id in named()
    Rules.objects.update(revoke=Rules.FULL)
    assert named() == ""


def test_one_of_several_payments_of_a_split_pay_ends_nothing(shop: cast.Cast) -> None:
    purchase = bought(shop, "split")
    advance(shop.account.pk, 32)
    give_back(purchase.payment)
    assert not Revocation.objects.exists()
    assert named() == ""


def test_a_rule_that_came_later_is_not_held_against_what_went_back_before(shop: cast.Cast) -> None:
    change_rules(None, by=SYSTEM, revoke=Rules.NEVER)
    give_back(bought(shop).payment)
    change_rules(None, by=SYSTEM, revoke=Rules.FULL)
    assert named() == ""
    give_back(bought(shop, "monthly").payment)
    Revocation.objects.all().delete()
    assert named() != ""


def test_what_is_given_back_of_time_that_is_over_or_had_ended_ends_nothing(shop: cast.Cast) -> None:
    old, ended = bought(shop, "daily"), bought(shop, "monthly")
    advance(shop.account.pk, 1)
    give_back(old.payment)
    cancellation.cancel_now(ended.subscription, by=SYSTEM, source="dashboard")
    give_back(ended.payment)
    reactivating.reactivate(ended.subscription, by=SYSTEM)
    assert not Revocation.objects.exists()
    assert named() == ""


def test_access_taken_for_a_refund_that_the_bank_refused_is_named(shop: cast.Cast) -> None:
    purchase = bought(shop)
    give_back(purchase.payment)
    Refund.objects.update(state=Refund.DECLINED)
    order = purchase.order.public_id
    assert named() == f"{order}: access was taken back, but its money was not"


def test_access_given_again_while_the_bank_has_the_money_is_named(shop: cast.Cast) -> None:
    purchase = bought(shop)
    gateway = gateway_of(shop.own)
    ref = gateway.dispute(purchase.payment.gateway_ref)
    disputes.book(purchase.payment.connection, gateway.fetch_dispute(ref))
    assert named() == ""
    Revocation.objects.update(restored_at=clock.now())
    assert f"{purchase.order.public_id}: access was given again, but its money was not" in named()
    gateway.decide(ref, won=True)
    disputes.book(purchase.payment.connection, gateway.fetch_dispute(ref))
    assert named() == ""


def test_time_that_was_not_paid_is_named(shop: cast.Cast) -> None:
    subscription = bought(shop, "monthly").subscription
    assert access.access_was_paid_for().broken == []
    later = subscription.current_end + timedelta(days=30)
    Subscription.objects.filter(pk=subscription.pk).update(current_end=later)
    [broken] = access.access_was_paid_for().broken
    assert broken == f"{subscription.public_id}: runs for a time that was not paid"
