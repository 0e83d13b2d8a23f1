"""Another price or quantity: what it costs, when it is in force, and what is left of the old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import GOOD, LATER_DECLINED, buy
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, changeover, owing, previewing, renewals, switching
from wainwright.billing.course import Switch
from wainwright.billing.crediting import Purse
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Change, Credit, Period, Subscription
from wainwright.billing.planning import Reason
from wainwright.billing.rulebook import change_rules
from wainwright.billing.standing import plan_of
from wainwright.billing.switching import Switched
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.models import EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import Document
from wainwright.payments import charging, janitor, refunds
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.gateways.base import NotFound
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.models import Bill, Method, Payment
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def weekly(shop: cast.Cast) -> Price:
    return price(shop, "Studio", 700)


def price(shop: cast.Cast, name: str, amount: int, interval: str = "weekly") -> Price:
    return make_price(make_product(shop.own, name, tax="19"), "monthly", amount, interval=interval)


def half_a_week(each: Subscription) -> Subscription:
    """Half of its week is over."""
    clock.set_offset(clock.offset() + (each.current_end - each.current_start) / 2)
    return Subscription.objects.get(pk=each.pk)


def later(each: Subscription) -> Subscription:
    return Subscription.objects.get(pk=each.pk)


def changes() -> list[Payment]:
    return list(Payment.objects.filter(purpose=Payment.CHANGE).order_by("pk"))


def last_renewal() -> int:
    bill = Bill.objects.filter(kind=Bill.RENEWAL).latest("pk")
    return int(bill.gross)


def assert_sound() -> None:
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_an_upgrade_is_at_once_and_costs_the_difference(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    assert switching.switch(mine, act, by=SYSTEM) == Switched.DONE
    [payment] = changes()
    assert (payment.amount, [line.gross for line in payment.bill.lines.order_by("position")]) == (
        350,
        [700, -350],
    )
    mine = later(mine)
    assert (mine.name, mine.amount, mine.next_due_at) == ("Studio Pro", 1400, mine.due(1))
    assert (mine.quantity, mine.vouched_gross) == (1, 1400)
    change = Change.objects.get()
    assert (change.state, change.bill, change.left) == (Change.DONE, payment.bill, 0)
    old, new = Period.objects.filter(subscription=mine).order_by("starts_at")
    assert (old.ends_at, new.starts_at, new.ends_at) == (change.at, change.at, mine.current_end)
    assert (new.kind, new.number, new.bill) == (Period.CHANGE, 0, payment.bill)
    assert (
        mine.current_start,
        EventRow.objects.filter(name="subscription.plan_changed").count(),
    ) == (
        change.at,
        1,
    )
    changeover.take_effect(_succeeded(payment), EventRow())  # heard twice
    owing.drop_changes([mine.pk], why="a test", by=SYSTEM)
    assert Change.objects.get().state == Change.DONE
    assert Period.objects.filter(subscription=mine).count() == 2
    assert Document.objects.filter(bill=payment.bill, gross=350).exists()
    advance(shop.account.pk, 4)
    assert last_renewal() == 1400
    assert_sound()


def _succeeded(payment: Payment) -> PaymentSucceeded:
    return PaymentSucceeded(business_id=payment.business_id, payment_id=payment.pk)


def test_a_moment_that_is_not_paid_for_cannot_be_changed(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    dearer = plan_of(mine)
    for at in (None, mine.current_start, mine.current_end):
        with pytest.raises(MoveRefused):
            changeover.foreseen(mine, Switch(dearer, at), Purse())
    mine.current_end -= timedelta(days=1)  # only a part of the period is paid
    with pytest.raises(MoveRefused, match="last part"):
        changeover.foreseen(mine, Switch(dearer, clock.now()), Purse())


def test_a_change_needs_a_way_to_pay_unless_it_costs_nothing(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = half_a_week(buy(weekly).subscription)
    dearer = switching.proposed(mine, price(shop, "Pro", 1400))
    cheaper = switching.proposed(mine, price(shop, "Small", 100), now=True)
    Method.objects.update(gone_at=clock.now())
    with pytest.raises(MoveRefused, match="save a card"):
        switching.switch(mine, dearer, by=SYSTEM)
    assert switching.switch(mine, cheaper, by=SYSTEM) == Switched.DONE
    kept = Credit.objects.get()
    assert (kept.left, kept.gross, kept.left_tax) == (300, 300, 48)
    assert (kept.since, kept.until) == (cheaper.at, mine.current_end)
    assert kept.customer_id == mine.customer_id


def test_while_the_gateway_is_away_nothing_changes_and_nothing_is_owed(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Pro", 1400))
    gateway_of(shop.own).misbehave(Faults(unavailable=1))
    assert switching.switch(mine, act, by=SYSTEM) == Switched.AWAY
    [change] = Change.objects.all()
    assert (change.state, change.bill.state) == (Change.DROPPED, Bill.VOID)
    assert later(mine).name == mine.name


def test_a_downgrade_waits_for_the_next_period(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Small", 300))
    assert switching.switch(mine, act, by=SYSTEM) == Switched.PLANNED
    assert (later(mine).name, changes()) == ("Studio", [])
    advance(shop.account.pk, 4)
    assert (later(mine).name, last_renewal(), later(mine).then) == ("Small", 300, None)
    assert Bill.objects.latest("pk").tax == 48  # the new product's own tax
    assert_sound()


def test_a_downgrade_at_once_leaves_credit_for_the_next_bills(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Small", 100), now=True)
    assert switching.switch(mine, act, by=SYSTEM) == Switched.DONE
    assert [payment.amount for payment in changes()] == [0]
    assert Credit.objects.get().left == 350 - 50
    for _week in range(4):
        advance(shop.account.pk, 7)
    bills = Bill.objects.filter(kind=Bill.RENEWAL).order_by("pk")
    assert [bill.gross for bill in bills] == [0, 0, 0, 100]
    assert Credit.objects.get().left == 0
    assert_sound()


def test_more_of_the_same_is_an_upgrade_and_less_waits(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    more = switching.proposed(mine, weekly, quantity=3)
    assert switching.switch(mine, more, by=SYSTEM) == Switched.DONE
    assert changes()[0].amount == 3 * 350 - 350
    less = switching.proposed(later(mine), weekly, quantity=2)
    assert switching.switch(mine, less, by=SYSTEM) == Switched.PLANNED
    advance(shop.account.pk, 4)
    assert (later(mine).quantity, last_renewal()) == (2, 1400)
    assert_sound()


def test_another_interval_begins_today_and_moves_the_bill_day(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Year", 70_000, "yearly"))
    assert switching.switch(mine, act, by=SYSTEM) == Switched.DONE
    assert changes()[0].amount == 70_000 - 350
    mine = later(mine)
    assert (mine.anchor, mine.current_end) == (act.at, mine.due(1))
    assert_sound()


def test_the_bill_day_can_move_to_today(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400), move=True)
    switching.switch(mine, act, by=SYSTEM)
    assert act.at is not None
    assert (changes()[0].amount, later(mine).next_due_at) == (1400 - 350, act.at + timedelta(7))


def test_a_declined_upgrade_leaves_the_old_plan_in_force(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly, card=LATER_DECLINED).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    assert switching.switch(mine, act, by=SYSTEM) == Switched.DECLINED
    now = later(mine)
    assert (now.name, now.state, now.next_due_at) == ("Studio", mine.state, mine.next_due_at)
    assert (changes()[0].bill.state, Credit.objects.count()) == (Bill.VOID, 0)
    assert_sound()


def test_asking_twice_changes_and_charges_once(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    results = [switching.switch(mine, act, by=SYSTEM) for _time in range(2)]
    assert (results, len(changes())) == ([Switched.DONE] * 2, 1)


def test_money_for_a_change_that_is_off_goes_back(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    gateway_of(shop.own).misbehave(Faults(lost=1))
    assert switching.switch(mine, act, by=SYSTEM) == Switched.WAITING
    assert switching.switch(mine, act, by=SYSTEM) == Switched.WAITING
    cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    gateway_of(shop.own).misbehave(Faults())
    [unknown] = changes()
    paid = janitor.resolve(unknown)
    assert (paid.stray, Change.objects.get().state) == (True, Change.DROPPED)
    assert later(mine).name == "Studio"


def test_a_change_of_who_cancels_before_its_call_is_not_charged(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    begun = changeover.open_change(Subscription.locked(mine.pk), act, SYSTEM)
    cancellation.cancel_at_period_end(mine, by=SYSTEM, source="hub")
    assert charging.charge(begun, description="Studio Pro").state == Payment.ABANDONED
    assert gateway_of(shop.own).fetch("charge", key=begun.public_id) == NotFound(
        "charge", key=begun.public_id
    )
    assert (Change.objects.get().state, later(mine).name) == (Change.DROPPED, "Studio")


def test_the_next_period_ends_a_change_without_an_answer(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    waiting = changeover.open_change(Subscription.locked(mine.pk), act, SYSTEM)
    Payment.objects.filter(pk=waiting.pk).update(state=Payment.PENDING, ask_at=None)
    clock.set_offset(clock.offset() + timedelta(days=4))
    renewals.renew_due()
    assert (Change.objects.get().state, last_renewal()) == (Change.DROPPED, 700)


def test_a_refund_after_a_change_still_brings_its_credit_note(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = half_a_week(buy(weekly).subscription)
    switching.switch(mine, switching.proposed(mine, price(shop, "Pro", 1400)), by=SYSTEM)
    [payment] = changes()
    refunds.refund(payment, amount=payment.money, note="", by=SYSTEM, form_key="once")
    assert Document.objects.get(kind="credit_note").gross == 350
    assert_sound()


def test_what_was_given_back_leaves_no_credit(shop: cast.Cast, weekly: Price) -> None:
    bought = buy(weekly)
    refunds.refund(bought.payment, amount=bought.payment.money, note="", by=SYSTEM, form_key="once")
    mine = half_a_week(bought.subscription)
    switching.switch(mine, switching.proposed(mine, price(shop, "Pro", 1400)), by=SYSTEM)
    assert changes()[0].amount == 700


def test_in_a_trial_nothing_is_charged(shop: cast.Cast, weekly: Price) -> None:
    trial = make_price(weekly.product, "trial", 900, interval="weekly")
    mine = buy(trial).subscription
    act = switching.proposed(mine, weekly, quantity=2)
    assert switching.switch(mine, act, by=SYSTEM) == Switched.DONE
    advance(shop.account.pk, 15)
    assert (changes(), last_renewal()) == ([], 1400)


def test_what_was_chosen_in_a_trial_is_agreed_to_however_far_above(
    shop: cast.Cast, weekly: Price
) -> None:
    mine = buy(make_price(weekly.product, "trial", 100, interval="weekly")).subscription
    switching.switch(mine, switching.proposed(mine, weekly), by=SYSTEM)
    advance(shop.account.pk, 15)
    assert last_renewal() == 700


@pytest.mark.parametrize("now", [True, False, None])
def test_the_seller_puts_nobody_on_a_plan_far_above_the_present_one(
    shop: cast.Cast, weekly: Price, now: bool | None
) -> None:
    mine, dear = half_a_week(buy(weekly).subscription), price(shop, "Pro", 3501)
    with pytest.raises(MoveRefused, match="more than 5 times"):
        switching.proposed(mine, dear, now=now, by_seller=True)
    assert switching.proposed(mine, dear, now=now).plan.amount == 3501
    assert switching.proposed(mine, weekly, quantity=5, now=now, by_seller=True).plan.quantity == 5
    change_rules(None, by=SYSTEM, charge_factor=0)
    assert switching.proposed(mine, dear, now=now, by_seller=True).plan.amount == 3501


def test_every_line_of_a_change_says_what_it_is_for(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly).subscription)
    small = switching.proposed(mine, price(shop, "Small", 100), now=True)
    first, second, *_rest = previewing.preview(mine, small)
    assert [reason for _line, reason in first.rows] == [Reason.NEW_PLAN, Reason.UNUSED_TIME]
    assert [reason for _line, reason in second.rows] == [Reason.RENEWAL, Reason.CREDIT]


@pytest.mark.parametrize("which", ["limited", "other currency", "one_time", "archived"])
def test_only_a_price_that_can_follow_is_taken(shop: cast.Cast, weekly: Price, which: str) -> None:
    mine = buy(weekly).subscription
    dollars = make_product(shop.own, "Dollars", currency="USD")
    wanted = {
        "limited": lambda: make_price(weekly.product, "limited"),
        "other currency": lambda: make_price(dollars, "monthly"),
        "one_time": lambda: make_price(weekly.product, "one_time"),
        "archived": lambda: _archived(make_price(weekly.product, "monthly")),
    }[which]()
    with pytest.raises(MoveRefused):
        switching.proposed(mine, wanted)


def _archived(price: Price) -> Price:
    price.archived_at = clock.now()
    return price


def test_what_ends_or_was_shown_long_ago_is_not_changed(shop: cast.Cast, weekly: Price) -> None:
    mine = half_a_week(buy(weekly, card=GOOD).subscription)
    act = switching.proposed(mine, price(shop, "Studio Pro", 1400))
    clock.set_offset(clock.offset() + timedelta(minutes=61))
    with pytest.raises(MoveRefused, match="too old"):
        switching.switch(mine, act, by=SYSTEM)
    cancellation.cancel_at_period_end(mine, by=SYSTEM, source="hub")
    with pytest.raises(MoveRefused, match="cancelled"):
        switching.switch(mine, act, by=SYSTEM)
    assert Period.objects.filter(kind=Period.CHANGE).count() == 0
