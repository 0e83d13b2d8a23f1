"""Credits as rows: whose they are, what bills took of them, and that it comes back once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import transaction

from tests import cast
from tests.factories import standings
from tests.factories.baskets import pay_for_basket
from tests.factories.buying import LATER_DECLINED, Bought, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import changeover, credit, dunning, owing, renewals, switching
from wainwright.billing.crediting import Use
from wainwright.billing.models import Credit, CreditUse, Rules, Subscription
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import refunds
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.payments.returning import Wish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def grant(bought: Bought, left: int, tax: int) -> Credit:
    of = bought.subscription
    row: Credit = Credit.objects.create(
        business_id=of.business_id,
        customer_id=of.customer_id,
        subscription=of,
        line=bought.payment.bill.lines.get(),
        currency="EUR",
        gross=700,
        left=left,
        left_tax=tax,
        since=of.current_start,
        until=of.current_end,
        granted_at=clock.now(),
    )
    return row


def test_bills_take_of_their_own_customers_credit_and_give_it_back_once(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own, tax="19"), "monthly", 700)
    ada, bob = buy(price), buy(price, "bob@buyer.example")
    mine, hers = ada.order.customer_id, bob.order.customer_id
    rows = [grant(ada, 0, 0), grant(ada, 700, 112), grant(bob, 500, 80)]
    first, second = ada.payment.bill, bob.payment.bill

    def left() -> list[tuple[int, int]]:
        return list(Credit.objects.order_by("pk").values_list("left", "left_tax"))

    purse = credit.purse_of([mine])
    assert (purse.left(mine, "EUR"), purse.left(hers, "EUR")) == (euros(700), euros(0))
    [use] = purse.take(mine, euros(300))
    assert (use.credit.id, use.amount, use.tax) == (rows[1].pk, 300, 48)
    planned = Use(standings.credit(90, 10, id=0), 90, 10)
    credit.note_uses([(first, [use, planned])])
    assert left() == [(0, 0), (400, 64), (500, 80)]
    credit.note_uses([(second, credit.purse_of([mine]).take(mine, euros(400)))])
    assert left() == [(0, 0), (0, 0), (500, 80)]

    held = credit.purse_of([mine], bills=[first.pk])
    assert [(use.amount, use.tax) for use in held.on_bill(first.pk)] == [(300, 48)]
    assert held.on_bill(second.pk) == ()
    for _again in range(2):
        credit.give_back(first)
        assert left() == [(0, 0), (300, 48), (500, 80)]
    assert credit.purse_of([mine], bills=[first.pk]).on_bill(first.pk) == ()
    assert list(CreditUse.objects.order_by("pk").values_list("void", flat=True)) == [True, False]


def test_of_a_line_only_what_did_not_go_back_is_worth_credit(shop: cast.Cast) -> None:
    payment = pay_for_basket(shop)
    mugs, book = payment.bill.lines.order_by("position")

    def back(**what: Wish) -> Refund:
        wishes = list(what.values())
        [key] = what
        return refunds.refund(payment, lines=wishes, note="", by=SYSTEM, form_key=key)

    assert (changeover._kept(mugs), changeover._kept(book)) == (1, 1)
    back(one_mug=Wish(mugs.pk, pieces=1))
    assert (changeover._kept(mugs), changeover._kept(book)) == (Fraction(2, 3), 1)
    refused = back(book=Wish(book.pk, amount=euros(1070)))
    assert changeover._kept(book) == Fraction(1, 2)
    Refund.objects.filter(pk=refused.pk).update(state=Refund.DECLINED)
    assert changeover._kept(book) == 1
    mugs.gross = 0
    assert changeover._kept(mugs) == 0
    assert Bill.objects.get(pk=payment.bill_id).state == Bill.PAID


def test_what_credit_had_paid_of_a_line_is_not_lost_with_a_refund(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own, tax="19"), "daily", 700)
    lines = []
    for email in ("ada@buyer.example", "bob@buyer.example"):
        bought = buy(price, email)
        grant(bought, 300, 48)
        clock.set_offset(clock.offset() + timedelta(days=1, hours=1))
        renewals.renew(bought.subscription.pk)
        paid = Payment.objects.get(purpose=Payment.RENEWAL, customer=bought.order.customer)
        assert paid.amount == 400
        lines.append(paid.bill.lines.get(position=0))
        money = paid.money
        refunds.refund(paid, amount=money, note="", by=SYSTEM, form_key=email)
        assert [changeover._kept(each) for each in lines] == [Fraction(3, 7)] * len(lines)


def test_what_a_bill_took_that_is_given_up_or_of_a_change_that_is_off_is_there_again(
    shop: cast.Cast,
) -> None:
    price = make_price(make_product(shop.own, tax="19"), "monthly", 700)
    bought = buy(price, card=LATER_DECLINED)
    mine = bought.subscription
    row = grant(bought, 100, 16)

    def left() -> tuple[int, int]:
        return Credit.objects.values_list("left", "left_tax").get(pk=row.pk)

    clock.set_offset(clock.offset() + timedelta(days=9))
    dearer = switching.proposed(mine, make_price(price.product, "monthly", 9900))
    assert switching.switch(mine, dearer, by=SYSTEM) == switching.Switched.DECLINED
    events.deliver_waiting()
    assert list(CreditUse.objects.values_list("amount", "void")) == [(100, True)]
    assert left() == (100, 16)
    clock.set_offset(mine.next_due_at - clock.wall() + timedelta(hours=1))
    renewals.renew_due()
    assert left() == (0, 0)
    with transaction.atomic():
        owed = Subscription.objects.get(pk=mine.pk).open_bill_id
        dunning.give_up(owing.debtors(owed), then=Rules.CANCEL)
    assert left() == (100, 16)
