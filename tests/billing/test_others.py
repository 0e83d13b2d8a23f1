"""Whatever happens to a customer, nothing of another who stands just like her moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from tests import cast
from tests.factories.buying import GOOD, LATER_DECLINED, buy, pay_at_gateway
from tests.factories.others import all_of
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import (
    aligning,
    arrears,
    cancellation,
    holds,
    methods,
    pausing,
    paying,
    renewals,
    states,
    switching,
)
from wainwright.billing.models import Change, Hold, Instalment, Subscription
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day
from wainwright.core.ids import new_id
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import disputes, refunds
from wainwright.payments.events import PartPaid
from wainwright.payments.models import Bill, Dispute, Payment
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HOME = "http://shop.example/"
BOB = "bob@buyer.example"


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def price(shop: cast.Cast) -> Price:
    return make_price(make_product(shop.own, tax="19"), "monthly")


def again(subscription: Subscription) -> Subscription:
    rows = Subscription.objects.select_related("open_bill", "business", "customer", "product")
    found: Subscription = rows.get(pk=subscription.pk)
    return found


def nothing_is_broken() -> None:
    assert [each for verdict in invariants.evaluate() for each in verdict.broken] == []


def test_of_two_who_owe_one_pays_in_parts_with_a_new_card(price: Price) -> None:
    ada, bob = (
        buy(price, email, card=LATER_DECLINED).subscription for email in ("ada@buyer.example", BOB)
    )
    clock.set_offset(ada.next_due_at - clock.wall() + timedelta(hours=1))
    renewals.renew_due()
    bobs_bill = again(bob).open_bill
    assert bobs_bill is not None
    arrears.agree(
        again(bob), arrears.in_parts(arrears.limits(again(bob)), 2, clock.now()), by=SYSTEM
    )
    before = all_of(bob.customer_id)

    allowed = arrears.limits(again(ada))
    assert allowed.most_parts == 3
    parts = arrears.in_parts(allowed, 3, clock.now() + timedelta(hours=2))
    Subscription.objects.filter(pk=ada.pk).update(failures=4)
    arrears.agree(again(ada), parts, by=SYSTEM)
    assert (again(ada).failures, again(ada).next_due_at) == (3, parts[0].at)  # one try is left
    agreed = AuditRow.objects.filter(action="bill.instalments_agreed").order_by("pk")
    bills_of = [again(each).open_bill.public_id for each in (bob, ada)]
    assert list(agreed.values_list("subject", flat=True)) == bills_of
    mine = Instalment.objects.filter(bill=again(ada).open_bill_id)
    assert list(mine.values_list("number", "amount")) == [(1, 967), (2, 967), (3, 966)]
    assert list(Instalment.objects.filter(bill=bobs_bill).values_list("amount", flat=True)) == [
        1450,
        1450,
    ]
    clock.set_offset(clock.offset() + timedelta(hours=2))
    page = paying.start_paying(again(ada), by=SYSTEM, return_url=HOME, cancel_url=HOME)
    payment = Payment.objects.select_related("connection__business").get(start_url=page)
    assert (paying.in_flight(again(ada)), paying.in_flight(again(bob))) == (payment, None)
    pay_at_gateway(payment, GOOD)
    assert paying.finish_paying(again(ada)) == payment
    assert paying.finish_paying(again(bob)) is None
    paid = again(ada)
    assert (paid.state, paid.failures, paid.next_due_at) == (states.PAST_DUE, 0, parts[1].at)
    assert paid.method_id not in (ada.method_id, bob.method_id)
    assert paid.version > ada.version
    heard = PartPaid(business_id=payment.business_id, payment_id=payment.pk)
    methods.use_paid_with(heard, EventRow())  # once more
    assert again(ada).version == paid.version
    assert Payment.objects.get(pk=payment.pk).method_id == paid.method_id
    bill = Bill.objects.get(pk=paid.open_bill_id)
    told = [(each.amount, is_paid) for each, is_paid in arrears.instalments_of(bill)]
    assert told == [(967, True), (967, False), (966, False)]
    assert all_of(bob.customer_id) == before
    assert [each for _row, each in arrears.instalments_of(bobs_bill)] == [False, False]

    cancellation.cancel_at_period_end(paid, by=SYSTEM, source="hub")
    refunds.return_strays()
    assert Payment.objects.get(pk=payment.pk).stray
    assert payment.refunds.get().amount == 967
    assert all_of(bob.customer_id) == before
    nothing_is_broken()


def test_of_two_whose_bank_takes_the_payment_back_each_gets_the_end_of_his_own(
    shop: cast.Cast, price: Price
) -> None:
    ada, bob = buy(price), buy(price, BOB)
    gateway = gateway_of(shop.own)

    def take_back(payment: Payment) -> str:
        ref = gateway.dispute(payment.gateway_ref)
        disputes.ask(payment.connection, ref)
        return ref

    hers, his = take_back(ada.payment), take_back(bob.payment)
    before = all_of(bob.order.customer_id)
    again_taken = all_of(ada.order.customer_id)
    disputes.ask(ada.payment.connection, hers)
    assert all_of(ada.order.customer_id) == again_taken  # told twice, stopped once
    assert holds.charged_back(ada.subscription, Dispute.OPEN)
    gateway.decide(hers, won=True)
    disputes.ask(ada.payment.connection, hers)
    assert not holds.charged_back(ada.subscription, Dispute.OPEN, Dispute.LOST)
    assert ada.subscription.next_due_at == ada.subscription.due(1)
    assert Hold.objects.get(subscription=ada.subscription).decision == Hold.GO_ON
    assert all_of(bob.order.customer_id) == before
    gateway.decide(his, won=False)
    disputes.ask(bob.payment.connection, his)
    assert bob.subscription.next_due_at is None
    refunded = refunds.refundable(ada.payment)
    assert refunded == ada.payment.money
    assert not refunds.refundable(bob.payment)
    nothing_is_broken()


def test_of_two_on_the_way_to_another_plan_one_thinks_again(shop: cast.Cast, price: Price) -> None:
    ada, bob = (
        buy(price, email, card=LATER_DECLINED).subscription for email in ("ada@buyer.example", BOB)
    )
    dearer = make_price(make_product(shop.own, "Pro"), "monthly", 9900)
    clock.set_offset(clock.offset() + timedelta(days=9))
    for each in (ada, bob):
        with transaction.atomic():
            act = switching.proposed(again(each), dearer)
            begun = switching._begin(
                Subscription.locked(each.pk), act, switching.By(SYSTEM, "hub", "")
            )
            assert isinstance(begun, Payment)
    before = all_of(bob.customer_id)
    act = switching.proposed(again(ada), dearer)
    assert switching.switch(ada, act, by=SYSTEM) == switching.Switched.WAITING
    mine = Change.objects.get(subscription=ada)
    assert mine.state == Change.OPEN
    cancellation.cancel_at_period_end(ada, by=SYSTEM, source="hub")
    mine.refresh_from_db()
    assert (mine.state, mine.bill.state) == (Change.DROPPED, Bill.VOID)
    assert all_of(bob.customer_id) == before
    other = Change.objects.get(subscription=bob)
    assert (other.state, other.bill.state) == (Change.OPEN, Bill.OPEN)


def test_of_two_who_run_one_pauses_moves_her_day_and_gets_money_back(
    shop: cast.Cast, price: Price
) -> None:
    ada, bob = buy(price), buy(price, BOB)
    pausing.pause(bob.subscription, by=SYSTEM, periods=2)
    before = all_of(bob.order.customer_id)
    hers = ada.subscription
    pausing.pause(hers, by=SYSTEM, until=clock.now() + timedelta(days=3))
    assert pausing.resume_due() == 0
    clock.set_offset(clock.offset() + timedelta(days=4))
    assert pausing.resume_due() == 1
    assert again(hers).next_due_at == hers.next_due_at
    dollars = make_price(make_product(shop.own, "Dollars", currency="USD"), "monthly")
    weekly = make_price(make_product(shop.own, "Weekly"), "monthly", interval="weekly")
    for other in (dollars, weekly, price):
        last = buy(other)
    cancellation.cancel_now(last.subscription, by=SYSTEM, source="hub")
    together = aligning.together(again(hers))
    assert [each.pk for each in together] == [hers.pk]
    day = local_day(hers.anchor, hers.zone).day % 28 + 1
    aligning.align(aligning.proposed(together, day), by=SYSTEM)
    assert again(hers).bill_day == day
    refunds.refund(
        ada.payment, amount=ada.payment.money, note="", by=SYSTEM, form_key=new_id("form")
    )
    assert not refunds.refundable(ada.payment)
    assert refunds.refundable(bob.payment) == bob.payment.money
    assert all_of(bob.order.customer_id) == before
    nothing_is_broken()
