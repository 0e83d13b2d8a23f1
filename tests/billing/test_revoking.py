"""Access ends with the money, as far as the seller's rule says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.baskets import pay_for_basket
from tests.factories.buying import Bought, buy
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, revoking
from wainwright.billing.models import Revocation, Rules, Subscription
from wainwright.billing.revoking import revoked_of, revoked_since
from wainwright.billing.rulebook import change_rules
from wainwright.core import events
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments import disputes, refunds
from wainwright.payments.events import DisputeWon
from wainwright.payments.models import Dispute, Payment, Refund
from wainwright.payments.returning import Wish
from wainwright.reports.invariants import access

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    """Whatever a test does in it, the audit agrees with who has access in the end."""
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody
        assert access.access_ends_with_its_money().broken == []
        assert access.access_was_paid_for().broken == []


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


@pytest.mark.slow
def test_of_a_bill_over_several_only_what_went_back_is_lost(shop: cast.Cast) -> None:
    payment = pay_for_basket(shop)
    mugs, book = payment.bill.lines.order_by("position")
    both = {each.product_id: each for each in Subscription.objects.all()}

    def back(line: int, minor: int) -> None:
        wish = Wish(line, amount=Money(minor, "EUR"))
        refunds.refund(payment, lines=[wish], note="", by=SYSTEM, form_key=new_id("form"))

    def lost() -> list[int]:
        return [key for key in (mugs.product_id, book.product_id) if revoked_since(both[key])]

    change_rules(mugs.product, by=SYSTEM, revoke=Rules.NEVER)
    back(book.pk, 2139)
    assert lost() == []
    back(book.pk, 1)
    assert lost() == [book.product_id]
    [taken] = Revocation.objects.all()
    assert (taken.subscription, taken.until) == (
        both[book.product_id],
        both[book.product_id].current_end,
    )
    give_back(payment, 3000)
    assert lost() == [book.product_id]
    assert EventRow.objects.filter(name="access.revoked").count() == 1
    assert AuditRow.objects.get(action="access.revoked").subject == taken.order.public_id


@pytest.mark.slow
def test_what_others_get_back_costs_nobody_his_access(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own), "one_time", 2900)
    ada, bob, cem = (buy(price, f"{name}@buyer.example") for name in ("ada", "bob", "cem"))
    gateway = gateway_of(shop.own)
    give_back(bob.payment, 2900)
    disputes.ask(cem.payment.connection, gateway.dispute(cem.payment.gateway_ref))
    give_back(ada.payment, 1)
    assert not revoked_of([ada.order.pk])
    others = [each.order_id for each in revoked_of([bob.order.pk, cem.order.pk])]
    assert others == [bob.order.pk, cem.order.pk]
    give_back(ada.payment, 2899)
    [mine] = revoked_of([ada.order.pk])
    assert (mine.order, mine.until) == (ada.order, None)
    Refund.objects.filter(payment=ada.payment).update(state=Refund.DECLINED)
    assert not revoking._is_back(ada.payment.bill.lines.get())
    mine.delete()  # which nothing speaks for any more


@pytest.mark.slow
def test_what_a_chargeback_took_comes_back_once_and_is_told_once(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own), "split", 2900)
    ada, bob = buy(price), buy(price, "bob@buyer.example")
    gateway = gateway_of(shop.own)
    for each in (ada, bob):
        disputes.ask(each.payment.connection, gateway.dispute(each.payment.gateway_ref))
    assert [each.until for each in Revocation.objects.all()] == [None, None]
    mine = Dispute.objects.get(payment=ada.payment)
    Dispute.objects.filter(pk=mine.pk).update(state=Dispute.WON)
    row = EventRow.objects.latest("pk")
    for _twice in range(2):
        revoking.restore_after_dispute(DisputeWon(business_id=shop.own.pk, dispute_id=mine.pk), row)
    assert (revoked_since(ada.subscription), bool(revoked_since(bob.subscription))) == (None, True)
    [told] = EventRow.objects.filter(name="access.restored")
    assert told.payload["subscription_id"] == ada.subscription.pk
    assert AuditRow.objects.filter(action="access.restored").count() == 1


@pytest.mark.slow
def test_who_left_already_loses_nothing_more_but_of_a_split_pay(shop: cast.Cast) -> None:
    product = make_product(shop.own)
    monthly, split = (buy(make_price(product, sort, 2900)) for sort in ("monthly", "split"))
    for each in (monthly, split):
        cancellation.cancel_now(each.subscription, by=SYSTEM, source="hub")
        give_back(each.payment, 2900)
    assert [bool(revoked_since(each.subscription)) for each in (monthly, split)] == [False, True]


@pytest.mark.slow
def test_what_keeps_its_access_by_rule_keeps_nobody_elses(shop: cast.Cast) -> None:
    payment = pay_for_basket(shop)
    mugs, book = payment.bill.lines.order_by("position")
    change_rules(mugs.product, by=SYSTEM, revoke=Rules.NEVER)
    change_rules(book.product, by=SYSTEM, revoke=Rules.ANY)
    give_back(payment, 100)
    assert [each.product_id for each in Revocation.objects.all()] == [book.product_id]
