"""What a customer owes on one day is one bill and one charge, and each subscription is its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import (
    DECLINED,
    GOOD,
    LATER_DECLINED,
    MASTERCARD,
    begin,
    buy,
    pay_at_gateway,
)
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, methods, pausing, previewing, renewals, states
from wainwright.billing.models import Period, Subscription
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Bill, Method, Payment
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def two(shop: cast.Cast, card: str = GOOD) -> tuple[Subscription, Subscription]:
    """Two daily subscriptions of one customer, each bought with the same card."""
    product = make_product(shop.own, tax="19")
    first = buy(make_price(product, "daily", 1000), card=card).subscription
    second = buy(make_price(product, "daily", 500), card=card).subscription
    return first, second


def renewals_made() -> list[Payment]:
    return list(Payment.objects.filter(purpose=Payment.RENEWAL).order_by("pk"))


def again(*subscriptions: Subscription) -> None:
    for each in subscriptions:
        each.refresh_from_db()


def test_one_day_is_one_bill_one_charge_and_one_invoice(shop: cast.Cast) -> None:
    both = two(shop)
    advance(shop.account.pk, 1)
    again(*both)
    [payment] = renewals_made()
    assert (payment.state, payment.amount) == (Payment.SUCCEEDED, 1500)
    assert [line.gross for line in payment.bill.lines.order_by("position")] == [1000, 500]
    assert [each.payments_made for each in both] == [2, 2]
    assert Document.objects.filter(bill=payment.bill).count() == 1
    assert Letter.objects.filter(kind="renewal_receipt").count() == 1
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_a_card_saved_with_each_purchase_is_charged_by_what_was_saved_last(shop: cast.Cast) -> None:
    both = two(shop)
    older, newer = Method.objects.order_by("pk")
    foreseen = previewing.preview(both[0])[0]
    advance(shop.account.pk, 1)
    again(*both)
    [payment] = renewals_made()
    assert (payment.amount, payment.method) == (foreseen.totals.gross.minor, newer)
    assert [each.method_id for each in both] == [newer.pk, newer.pk]
    assert Method.objects.get(pk=older.pk).gone_at is None


def test_what_was_saved_of_it_and_does_not_work_any_more_is_not_charged(shop: cast.Cast) -> None:
    two(shop)
    older, newer = Method.objects.order_by("pk")
    Method.objects.filter(pk=newer.pk).update(gone_at=clock.now())
    advance(shop.account.pk, 1)
    assert [payment.method for payment in renewals_made()] == [older]


@pytest.mark.parametrize("told", [{"exp_year": 2040}, {"last4": "1111"}])
def test_cards_that_are_told_apart_are_charged_each(
    shop: cast.Cast, told: dict[str, object]
) -> None:
    both = two(shop)
    Method.objects.filter(pk=both[0].method_id).update(**told)
    foreseen = [draft.totals.gross.minor for draft in previewing.preview(both[0])[:2]]
    advance(shop.account.pk, 1)
    assert [payment.amount for payment in renewals_made()] == foreseen == [1000, 500]


def test_methods_of_which_no_digits_are_known_are_charged_each(shop: cast.Cast) -> None:
    two(shop)
    Method.objects.update(last4="", brand="")
    advance(shop.account.pk, 1)
    assert [payment.amount for payment in renewals_made()] == [1000, 500]


def test_what_falls_due_later_that_day_is_taken_along(shop: cast.Cast) -> None:
    first, second = two(shop)
    noon = clock.now().replace(hour=12, minute=0) + timedelta(days=3)
    Subscription.objects.filter(pk=first.pk).update(next_due_at=noon)
    Subscription.objects.filter(pk=second.pk).update(next_due_at=noon + timedelta(hours=3))
    clock.set_offset(noon + timedelta(minutes=1) - clock.wall())
    renewals.renew_due()
    assert [payment.amount for payment in renewals_made()] == [1500]


def test_another_day_method_or_customer_is_another_bill(shop: cast.Cast) -> None:
    first, _second = two(shop)
    price = make_price(make_product(shop.own, "Other"), "daily", 700)
    buy(price, "bob@buyer.example")
    buy(price, card=MASTERCARD)  # by the same customer
    advance(shop.account.pk, 1)
    assert sorted(payment.amount for payment in renewals_made()) == [700, 700, 1500]
    assert first.customer_id in {payment.customer_id for payment in renewals_made()}


def test_a_decline_fails_all_on_the_bill_and_each_keeps_its_state(shop: cast.Cast) -> None:
    both = two(shop, LATER_DECLINED)
    advance(shop.account.pk, 1)
    again(*both)
    assert [each.state for each in both] == [states.PAST_DUE] * 2
    assert both[0].open_bill_id == both[1].open_bill_id
    assert Letter.objects.filter(kind="payment_failed").count() == 1


def test_cancelling_one_leaves_the_other_owing_only_its_own(shop: cast.Cast) -> None:
    both = two(shop, LATER_DECLINED)
    advance(shop.account.pk, 1)
    shared = Bill.objects.get(kind=Bill.RENEWAL)
    cancellation.cancel_at_period_end(both[0], by=SYSTEM, source="hub")
    again(*both)
    shared.refresh_from_db()
    assert (shared.state, both[0].state, both[0].open_bill) == (Bill.VOID, states.CANCELLED, None)
    assert (both[1].open_bill.gross, both[1].failures) == (500, 1)
    owed = Period.objects.get(subscription=both[1], number=1, void=False)
    assert (owed.bill_id, owed.position) == (both[1].open_bill_id, 0)


def test_pausing_one_leaves_the_other_owing_only_its_own(shop: cast.Cast) -> None:
    both = two(shop, LATER_DECLINED)
    advance(shop.account.pk, 1)
    pausing.pause(both[1], by=SYSTEM)
    again(*both)
    assert both[0].open_bill.gross == 1000
    assert [each.state for each in both] == [states.PAST_DUE, states.PAUSED]


def test_the_rest_waits_while_the_old_bill_may_still_be_paid(shop: cast.Cast) -> None:
    both = two(shop, LATER_DECLINED)
    advance(shop.account.pk, 1)
    payment = renewals_made()[-1]
    Payment.objects.filter(pk=payment.pk).update(state=Payment.UNKNOWN, settled_at=None)
    cancellation.cancel_now(both[0], by=SYSTEM, source="hub")
    Subscription.objects.filter(pk=both[1].pk).update(next_due_at=clock.now())
    renewals.renew_due()
    assert renewals_made() == [payment]
    again(both[1])
    assert both[1].next_due_at > clock.now()


def give_a_card(subscription: Subscription, card: str) -> None:
    methods.start_replacing(
        subscription, by=SYSTEM, return_url="http://x/{payment}", cancel_url="http://x"
    )
    asked = Payment.objects.select_related("connection__business").get(purpose=Payment.METHOD)
    pay_at_gateway(asked, card)
    methods.finish_replacing(asked, {})


def test_the_same_card_given_again_is_tried_at_once(shop: cast.Cast) -> None:
    both = two(shop, LATER_DECLINED)
    advance(shop.account.pk, 1)
    give_a_card(both[0], LATER_DECLINED)
    renewals.renew_due()
    again(*both)
    assert [payment.amount for payment in renewals_made()] == [1500, 1000]
    assert renewals_made()[-1].method_id == Method.objects.latest("pk").pk
    assert [each.failures for each in both] == [2, 1]


def test_a_new_method_for_one_charges_only_what_that_one_owes(shop: cast.Cast) -> None:
    both = two(shop, LATER_DECLINED)
    advance(shop.account.pk, 1)
    give_a_card(both[0], GOOD)
    renewals.renew_due()
    again(*both)
    assert [each.state for each in both] == [states.ACTIVE, states.PAST_DUE]
    assert renewals_made()[-1].amount == 1000
    assert both[0].method_id == Method.objects.latest("pk").pk


def test_one_customers_trouble_does_not_stop_the_others(
    shop: cast.Cast, caplog: pytest.LogCaptureFixture
) -> None:
    first, _second = two(shop)
    other = buy(make_price(make_product(shop.own, "Other"), "daily"), "bob@buyer.example")
    Subscription.objects.filter(pk=first.pk).update(interval="unheard_of")
    clock.set_offset(timedelta(days=1, hours=1))
    renewals.renew_due()
    assert [payment.customer_id for payment in renewals_made()] == [other.order.customer_id]
    assert "could not be charged" in caplog.text


def test_a_refused_purchase_owes_nothing_later(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own), "daily"))
    payment = Payment.objects.select_related("connection__business").get()
    pay_at_gateway(payment, DECLINED)
    advance(shop.account.pk, 2)
    assert renewals_made() == []
