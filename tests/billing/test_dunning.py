"""Declined payments follow the account's calendar, the decline's kind and the schemes' limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from tests import cast
from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy, pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, dunning, methods, owing, renewals, states, switching
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Period, Subscription
from wainwright.billing.rulebook import RuleBook, change_rules, drop_rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import Refused
from wainwright.core.ids import new_id
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import schemes
from wainwright.payments.booking import book
from wainwright.payments.gateways.base import Decline, Outcome, OutcomeStatus
from wainwright.payments.models import Bill, Method, Payment
from wainwright.sales.models import Entry

pytestmark = pytest.mark.django_db

HOME = "http://shop.example/"


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def failed(shop: cast.Cast) -> Subscription:
    """Its first renewal was declined today."""
    price = make_price(make_product(shop.own), "daily")
    subscription = buy(price, card=LATER_DECLINED).subscription
    advance(shop.account.pk, 1)
    return again(subscription)


def again(subscription: Subscription) -> Subscription:
    subscription.refresh_from_db()
    return subscription


def tries() -> int:
    return Payment.objects.filter(purpose=Payment.RENEWAL).count()


@pytest.mark.slow
def test_the_calendar_is_the_products_before_the_accounts(shop: cast.Cast) -> None:
    product = make_product(shop.own)
    change_rules(None, by=SYSTEM, retry_after_days=[9])
    change_rules(product, by=SYSTEM, retry_after_days=[2])
    subscription = buy(make_price(product, "daily"), card=LATER_DECLINED).subscription
    advance(shop.account.pk, 1)
    wait = again(subscription).next_due_at - clock.now()
    assert timedelta(days=1, hours=23) < wait <= timedelta(days=2)
    advance(shop.account.pk, 2)
    assert (tries(), again(subscription).state) == (2, states.CANCELLED)


def test_a_calendar_out_of_bounds_is_refused(shop: cast.Cast) -> None:
    for days in ([0], [61], [1] * 9):
        with pytest.raises(Refused):
            change_rules(None, by=SYSTEM, retry_after_days=days)
    assert change_rules(None, by=SYSTEM, retry_after_days=[1, 60] * 4).then == "cancel"


@pytest.mark.slow
def test_the_accounts_rules_hold_again_for_a_product_whose_own_are_dropped(shop: cast.Cast) -> None:
    product, other = make_product(shop.own), make_product(shop.own, "Other")
    change_rules(None, by=SYSTEM, grace_days=1)
    change_rules(other, by=SYSTEM, grace_days=2)
    change_rules(product, by=SYSTEM, retry_after_days=[4])

    def rules() -> list[tuple[int, list[int]]]:
        book = RuleBook.read()
        found = [book.account, book.of(other.pk), book.of(product.pk)]
        return [(each.grace_days, each.retry_after_days) for each in found]

    assert rules() == [(1, [1, 3, 5]), (2, [1, 3, 5]), (1, [4])]
    change_rules(product, by=SYSTEM, grace_days=3)
    assert rules() == [(1, [1, 3, 5]), (2, [1, 3, 5]), (3, [4])]
    for _again in range(2):
        drop_rules(product, by=SYSTEM)
    assert rules() == [(1, [1, 3, 5]), (2, [1, 3, 5]), (1, [1, 3, 5])]
    written = AuditRow.objects.filter(action__startswith="collecting.").order_by("pk")
    assert list(written.values_list("action", "subject")) == [
        ("collecting.rules_changed", "account"),
        ("collecting.rules_changed", other.public_id),
        ("collecting.rules_changed", product.public_id),
        ("collecting.rules_changed", product.public_id),
        ("collecting.rules_dropped", product.public_id),
    ]


@pytest.mark.slow
def test_grace_comes_after_the_last_try_and_makes_none(
    shop: cast.Cast, failed: Subscription
) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], grace_days=5)
    advance(shop.account.pk, 4)
    assert (tries(), again(failed).state) == (2, states.PAST_DUE)
    advance(shop.account.pk, 3)
    assert (tries(), again(failed).state) == (2, states.CANCELLED)


@pytest.mark.slow
def test_a_card_given_in_the_grace_pays(shop: cast.Cast, failed: Subscription) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], grace_days=5)
    advance(shop.account.pk, 4)
    address = methods.start_replacing(failed, by=SYSTEM, return_url=HOME, cancel_url=HOME)
    payment = Payment.objects.select_related("connection__business").get(start_url=address)
    pay_at_gateway(payment)
    methods.finish_replacing(payment, {})
    advance(shop.account.pk, 1)
    paid = again(failed)
    assert (paid.state, paid.failures, paid.open_bill, paid.payments_made) == (
        states.ACTIVE,
        0,
        None,
        2,
    )


def test_it_may_pause_instead_of_ending(shop: cast.Cast, failed: Subscription) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], then="pause")
    advance(shop.account.pk, 1)
    assert again(failed).state == states.PAUSED
    assert Bill.objects.get(kind=Bill.RENEWAL).state == Bill.WRITTEN_OFF


def bank_answers(subscription: Subscription, why: Decline) -> None:
    """Its next try, made on its time."""
    clock.set_offset(again(subscription).next_due_at - clock.wall() + timedelta(minutes=1))
    [charge] = renewals.begin([subscription.customer_id])
    book(charge.payment.pk, Outcome(OutcomeStatus.DECLINED, "", decline=why))


def next_wait(subscription: Subscription) -> timedelta:
    """Until its next try, to the minute."""
    minutes = (again(subscription).next_due_at - clock.now()) / timedelta(minutes=1)
    return timedelta(minutes=round(minutes))


@pytest.fixture
def due(shop: cast.Cast) -> Subscription:
    """Its first renewal is due in a month."""
    return buy(make_price(make_product(shop.own), "monthly")).subscription


SOON, FROM_1_TO_5 = [timedelta(hours=6)] * 2, [timedelta(days=days) for days in (1, 3, 5)]


@pytest.mark.slow
def test_a_bank_that_is_busy_three_times_a_day_is_one_failed_try(due: Subscription) -> None:
    waits = []
    while again(due).state != states.CANCELLED:
        bank_answers(due, Decline.TRY_AGAIN)
        if due.state != states.CANCELLED and again(due).next_due_at is not None:
            waits.append(next_wait(due))
    assert waits == [*SOON, FROM_1_TO_5[0], *SOON, FROM_1_TO_5[1], *SOON, FROM_1_TO_5[2], *SOON]
    told = EventRow.objects.filter(name="subscription.renewal_failed").order_by("pk")
    assert [each.payload["failures"] for each in told] == [1, 2, 3, 4]


@pytest.mark.slow
def test_a_busy_bank_uses_up_no_try_and_moves_no_date_beyond_its_wait(due: Subscription) -> None:
    bank_answers(due, Decline.TRY_AGAIN)
    assert (again(due).state, due.failures, next_wait(due)) == (states.ACTIVE, 0, SOON[0])
    assert dunning.gives_up_at(due) == due.next_due_at + timedelta(days=9)
    bank_answers(due, Decline.INSUFFICIENT_FUNDS)
    assert (again(due).state, due.failures, next_wait(due)) == (states.PAST_DUE, 1, FROM_1_TO_5[0])
    assert dunning.gives_up_at(due) == due.next_due_at + timedelta(days=8)
    bank_answers(due, Decline.TRY_AGAIN)
    assert (again(due).failures, next_wait(due)) == (1, SOON[0])
    assert dunning.gives_up_at(due) == due.next_due_at + timedelta(days=8)


@pytest.mark.slow
def test_a_new_cards_busy_bank_is_asked_again_in_the_grace(
    shop: cast.Cast, failed: Subscription
) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], grace_days=5)
    other = buy(make_price(make_product(shop.own, "Other"), "monthly")).subscription.method_id
    Subscription.objects.filter(pk=failed.pk).update(
        failures=2, method=other, next_due_at=clock.now() + timedelta(minutes=1)
    )
    for _try in range(2):
        bank_answers(failed, Decline.TRY_AGAIN)
        assert (again(failed).failures, next_wait(failed)) == (2, SOON[0])
    bank_answers(failed, Decline.TRY_AGAIN)
    assert again(failed).state == states.CANCELLED


@pytest.mark.slow
def test_soon_is_not_sooner_than_the_card_scheme_allows(due: Subscription) -> None:
    bank_answers(due, Decline.TRY_AGAIN)
    declined = Payment.objects.get(purpose=Payment.RENEWAL)
    for _try in range(14):
        declined.pk, declined.public_id = None, new_id("pay")
        declined.save()
    clock.set_offset(again(due).next_due_at - clock.wall() + timedelta(minutes=1))
    assert renewals.begin([due.customer_id]) == []
    assert (again(due).failures, next_wait(due)) == (0, timedelta(days=1))


def test_an_order_to_stop_ends_it_at_once(shop: cast.Cast, failed: Subscription) -> None:
    payment = Payment.objects.get(purpose=Payment.RENEWAL)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.UNKNOWN, settled_at=None)
    book(
        payment.pk,
        Outcome(OutcomeStatus.DECLINED, "", decline=Decline.DO_NOT_RETRY, stop_series=True),
    )
    ended = again(failed)
    assert (ended.state, ended.next_due_at, ended.open_bill) == (states.CANCELLED, None, None)
    assert ended.cancel_at == ended.cancel_asked_at == ended.ended_at
    assert (ended.cancel_source, ended.cancel_by) == (dunning.DUNNING, SYSTEM.label)
    bill = Bill.objects.get(pk=payment.bill_id)
    assert (bill.state, set(Period.objects.filter(bill=bill).values_list("void", flat=True))) == (
        Bill.WRITTEN_OFF,
        {True},
    )
    told = EventRow.objects.get(name="subscription.cancelled").payload
    assert (told["announced"], told["source"], told["reason"]) == (False, dunning.DUNNING, "")
    assert Entry.objects.get(kind=Entry.CANCEL).note == f"dunning: {SYSTEM.label}"


@pytest.mark.slow
def test_what_is_owed_is_given_up_after_the_tries_to_come_and_the_grace(
    failed: Subscription,
) -> None:
    first = failed.next_due_at
    change_rules(None, by=SYSTEM, retry_after_days=[1, 3])
    assert dunning.gives_up_at(failed) == first + timedelta(days=3)
    change_rules(None, by=SYSTEM, grace_days=5)
    assert dunning.gives_up_at(failed) == first + timedelta(days=8)
    failed.failures = 2
    assert dunning.gives_up_at(failed) == first + timedelta(days=5)
    assert not dunning.has_no_try_left(failed)
    failed.failures = 3
    assert dunning.has_no_try_left(failed)
    failed.next_due_at = None
    assert dunning.gives_up_at(failed) is None


@pytest.mark.slow
def test_of_what_is_cancelled_no_failed_try_is_counted_any_more(failed: Subscription) -> None:
    for cancel in (
        lambda: cancellation.cancel_now(failed, by=SYSTEM, source="hub"),
        lambda: cancellation.cancel_on(
            failed, clock.now() + timedelta(days=9), by=SYSTEM, source="hub"
        ),
    ):
        with transaction.atomic():
            cancel()
            assert (again(failed).failures, failed.cancel_at is not None) == (0, True)
            transaction.set_rollback(True)
        assert again(failed).failures == 1


@pytest.mark.slow
def test_what_cannot_be_tried_now_is_looked_at_again_uncounted(failed: Subscription) -> None:
    waits = {
        dunning.wait_for_gateway: timedelta(minutes=15),
        dunning.wait_for_answer: timedelta(hours=1),
        dunning.wait_for_bank: timedelta(hours=6),
        dunning.wait_for_scheme: timedelta(days=1),
    }
    for wait, after in waits.items():
        wait(owing.debtors(failed.open_bill_id))
        late = clock.now() + after - again(failed).next_due_at
        assert (timedelta(0) <= late < timedelta(seconds=9), failed.failures) == (True, 1)
    Subscription.objects.filter(pk=failed.pk).update(next_due_at=None)
    dunning.wait_for_answer(owing.debtors(failed.open_bill_id))
    assert again(failed).next_due_at is None


def test_no_more_tries_than_the_card_scheme_allows(shop: cast.Cast, failed: Subscription) -> None:
    declined = Payment.objects.get(purpose=Payment.RENEWAL)
    assert not schemes.forbid(failed.method)
    for _try in range(14):
        declined.pk, declined.public_id = None, new_id("pay")
        declined.save()
    assert schemes.forbid(failed.method)
    Subscription.objects.update(next_due_at=clock.now())
    renewals.renew_due()
    assert tries() == 15
    assert again(failed).next_due_at > clock.now()


def declined_too_often(method: Method) -> None:
    """As often as any scheme allows, for another bill."""
    paid = Payment.objects.filter(customer=method.customer_id).latest("pk")
    names = [field.attname for field in Payment._meta.fields if field.attname != "id"]
    copy = {name: getattr(paid, name) for name in names} | {"bill_id": None, "method_id": method.pk}
    copy |= {"state": Payment.DECLINED, "settled_at": clock.now()}
    Payment.objects.bulk_create(
        Payment(**copy | {"public_id": new_id("pay")}) for _try in range(15)
    )


def test_a_new_bill_waits_as_well_while_the_card_scheme_allows_no_try(due: Subscription) -> None:
    clock.set_offset(due.next_due_at - clock.wall() + timedelta(minutes=1))
    declined_too_often(due.method)
    renewals.renew_due()
    assert tries() == 0
    assert (again(due).state, due.failures, next_wait(due)) == (
        states.ACTIVE,
        0,
        timedelta(days=1),
    )
    assert due.open_bill.state == Bill.OPEN


def test_no_change_of_plan_is_charged_while_the_card_scheme_allows_no_try(
    due: Subscription,
) -> None:
    clock.set_offset(timedelta(days=9))
    declined_too_often(due.method)
    act = switching.proposed(due, make_price(due.product, "monthly", 9900))
    with pytest.raises(MoveRefused, match="declined too often"):
        switching.switch(due, act, by=SYSTEM)
    assert not Bill.objects.filter(kind=Bill.CHANGE).exists()
