"""Access ends with the money, as far as the seller's rule says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import Bought, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing.models import Revocation, Rules
from wainwright.billing.revoking import revoked_of, revoked_since
from wainwright.billing.rulebook import change_rules
from wainwright.core import events
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments import refunds
from wainwright.payments.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def give_back(payment: Payment, minor: int) -> None:
    refunds.refund(payment, amount=Money(minor, "EUR"), note="", by=SYSTEM, form_key=new_id("form"))


def bought(shop: cast.Cast, sort: str = "one_time") -> Bought:
    return buy(make_price(make_product(shop.own), sort, 2900))


@pytest.mark.parametrize(
    ("rule", "given", "ended"),
    [
        (Rules.NEVER, [2900], 0),
        (Rules.FULL, [2899], 0),
        (Rules.FULL, [900, 2000], 1),
        (Rules.ANY, [1, 1], 1),
    ],
)
def test_access_to_a_purchase_ends_when_the_rule_says(
    shop: cast.Cast, rule: str, given: list[int], ended: int
) -> None:
    change_rules(None, by=SYSTEM, revoke=rule)
    purchase = bought(shop)
    for minor in given:
        give_back(purchase.payment, minor)
    assert len(revoked_of([purchase.order.pk])) == ended


def test_the_products_rule_stands_before_the_accounts(shop: cast.Cast) -> None:
    purchase = bought(shop)
    change_rules(purchase.order.lines.get().product, by=SYSTEM, revoke=Rules.NEVER)
    give_back(purchase.payment, 2900)
    assert not revoked_of([purchase.order.pk])


@pytest.mark.slow
def test_the_next_paid_period_gives_access_again(shop: cast.Cast) -> None:
    subscription = bought(shop, "monthly").subscription
    give_back(Payment.objects.get(), 2900)
    assert revoked_since(subscription)
    advance(shop.account.pk, 32)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.payments_made) == ("active", 2)
    assert revoked_since(subscription) is None


@pytest.mark.slow
def test_a_period_that_is_over_takes_nothing_with_it(shop: cast.Cast) -> None:
    purchase = bought(shop, "monthly")
    advance(shop.account.pk, 32)
    give_back(purchase.payment, 2900)
    assert revoked_since(purchase.subscription) is None


@pytest.mark.slow
def test_of_a_split_pay_every_payment_counts(shop: cast.Cast) -> None:
    subscription = bought(shop, "split").subscription
    advance(shop.account.pk, 32)
    first, second = Payment.objects.order_by("pk")
    give_back(first, 2900)
    assert revoked_since(subscription) is None
    give_back(second, 2900)
    assert revoked_since(subscription)


def test_the_subscription_ends_with_it_where_the_rule_says(shop: cast.Cast) -> None:
    change_rules(None, by=SYSTEM, end_then=True)
    purchase = bought(shop, "monthly")
    give_back(purchase.payment, 2900)
    subscription = purchase.subscription
    assert (subscription.state, subscription.cancel_source) == ("cancelled", "refund")
    assert Revocation.objects.get().subscription == subscription


def test_the_letter_of_the_refund_says_what_ended(shop: cast.Cast) -> None:
    give_back(bought(shop).payment, 2900)
    events.deliver_waiting()
    assert "Your access to Studio has ended" in Letter.objects.get(kind="refund").text
