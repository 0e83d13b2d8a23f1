"""A renewal that the bank wants confirmed waits for the buyer, and is charged once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance, pass_time
from tests.factories.buying import GOOD, buy, pay_at_gateway
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, confirming, methods, paying, renewals, states
from wainwright.billing.models import Subscription
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments import inbox, janitor
from wainwright.payments.booking import book
from wainwright.payments.gateways.base import Decline, Outcome, OutcomeStatus
from wainwright.payments.models import Bill, Payment
from wainwright.reports import invariants

pytestmark = pytest.mark.django_db

ASKS_ALWAYS = "4000002760003184"
HOME = "http://shop.example/"


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def asked(shop: cast.Cast) -> Subscription:
    """Its renewal fell due, and the bank wants to see the buyer."""
    price = make_price(make_product(shop.own, tax="19"), "monthly")
    subscription = buy(price, card=ASKS_ALWAYS).subscription
    pass_time(shop.account.pk, subscription.next_due_at - clock.now() + timedelta(hours=1))
    return again(subscription)


def again(subscription: Subscription) -> Subscription:
    subscription.refresh_from_db()
    return subscription


def renewal() -> Payment:
    rows = Payment.objects.select_related("connection__business", "method")
    found: Payment = rows.get(purpose=Payment.RENEWAL)
    return found


def give_another_card(subscription: Subscription) -> None:
    address = methods.start_replacing(subscription, by=SYSTEM, return_url=HOME, cancel_url=HOME)
    replacement = Payment.objects.select_related("connection__business").get(start_url=address)
    pay_at_gateway(replacement, GOOD)
    methods.finish_replacing(replacement, {})


def nothing_is_broken() -> None:
    events.deliver_waiting()
    assert [each for verdict in invariants.evaluate() for each in verdict.broken] == []


@pytest.mark.slow
def test_the_same_payment_is_finished_by_the_buyer_and_charged_once(
    shop: cast.Cast, asked: Subscription
) -> None:
    payment = renewal()
    assert (payment.state, asked.state, asked.failures) == (Payment.ACTION, states.PAST_DUE, 0)
    assert paying.start_paying(asked, by=SYSTEM, return_url=HOME, cancel_url=HOME) == (
        payment.start_url
    )
    pay_at_gateway(payment)
    done = paying.finish_paying(asked)
    assert done is not None
    assert (done.pk, done.state) == (payment.pk, Payment.SUCCEEDED)
    assert again(asked).state == states.ACTIVE
    assert asked.payments_made == 2
    charges = list(gateway_of(shop.own).list_charges(payment.started_at))
    assert [charge.key for charge in charges] == [payment.public_id]
    nothing_is_broken()


@pytest.mark.slow
def test_one_letter_leads_to_the_question_in_the_hub(asked: Subscription) -> None:
    letters = Letter.objects.exclude(kind="receipt")
    assert list(letters.values_list("kind", flat=True)) == ["confirm_payment"]
    letter = letters.get()
    assert f"/hub/subscriptions/{asked.public_id}/payment/" in letter.text
    assert "Your bank wants you to confirm 29.00\u00a0EUR" in letter.text
    assert "/pay/test_start" not in letter.text


@pytest.mark.slow
def test_it_is_no_decline_until_its_days_are_over(shop: cast.Cast, asked: Subscription) -> None:
    days = timedelta(days=3)
    pass_time(shop.account.pk, days - timedelta(hours=1))
    assert (renewal().state, again(asked).failures) == (Payment.ACTION, 0)
    pass_time(shop.account.pk, timedelta(hours=2))
    assert (renewal().state, again(asked).failures) == (Payment.DECLINED, 1)
    assert asked.state == states.PAST_DUE
    nothing_is_broken()


@pytest.mark.slow
def test_another_card_is_charged_at_once_and_the_question_closed(
    shop: cast.Cast, asked: Subscription
) -> None:
    question = renewal()
    give_another_card(asked)
    advance(shop.account.pk, 1)
    assert again(asked).state == states.ACTIVE
    gateway_of(shop.own).pay_start(question.start_ref, "")
    question.refresh_from_db()
    assert janitor.ask(question).state == Payment.ABANDONED
    assert Payment.objects.filter(purpose=Payment.RENEWAL, state=Payment.SUCCEEDED).count() == 1
    nothing_is_broken()


@pytest.mark.slow
def test_a_question_found_closed_after_another_card_was_given_is_no_try_of_that_card(
    shop: cast.Cast, asked: Subscription
) -> None:
    question = renewal()
    give_another_card(asked)
    gateway_of(shop.own).close(question.start_ref)  # by a worker that died right after
    assert janitor.ask(question).state == Payment.DECLINED
    assert again(asked).failures == 0
    advance(shop.account.pk, 1)
    assert (again(asked).state, asked.payments_made) == (states.ACTIVE, 2)
    nothing_is_broken()


@pytest.mark.slow
def test_who_cancels_is_not_asked_any_more(shop: cast.Cast, asked: Subscription) -> None:
    question = renewal()
    cancellation.cancel_at_period_end(asked, by=SYSTEM, source="hub")
    advance(shop.account.pk, 1)
    gateway_of(shop.own).pay_start(question.start_ref, "")
    inbox.work_waiting()
    question.refresh_from_db()
    assert question.state == Payment.ABANDONED
    assert Bill.objects.get(pk=question.bill_id).state == Bill.VOID
    nothing_is_broken()


@pytest.mark.slow
def test_questions_end_with_their_time_or_their_bill_and_nobody_elses_with_them(
    shop: cast.Cast, asked: Subscription
) -> None:
    bob = buy(asked.price, "bob@buyer.example", card=ASKS_ALWAYS).subscription
    Subscription.objects.filter(pk=bob.pk).update(next_due_at=clock.now())
    renewals.renew(bob.pk)
    bobs = Payment.objects.get(customer_id=bob.customer_id, purpose=Payment.RENEWAL)
    mine = Payment.objects.get(customer_id=asked.customer_id, purpose=Payment.RENEWAL)
    methods.start_replacing(asked, by=SYSTEM, return_url=HOME, cancel_url=HOME)
    page = Payment.objects.get(purpose=Payment.METHOD)

    def states_of() -> list[str]:
        return [Payment.objects.get(pk=each.pk).state for each in (mine, bobs, page)]

    confirming.close_needless()
    confirming.settle_due([asked.customer_id])
    assert states_of() == [Payment.ACTION] * 3
    Subscription.objects.update(next_due_at=clock.now())
    confirming.settle_due([asked.customer_id])
    assert states_of() == [Payment.DECLINED, Payment.ACTION, Payment.ACTION]
    assert (again(asked).failures, again(bob).failures) == (1, 0)
    Bill.objects.filter(pk=bobs.bill_id).update(state=Bill.VOID, closed_at=clock.now())
    confirming.close_needless()
    assert states_of() == [Payment.DECLINED, Payment.ABANDONED, Payment.ACTION]


@pytest.mark.slow
def test_a_page_to_type_a_card_stands_in_the_way_for_an_hour_and_its_decline_is_no_try(
    shop: cast.Cast, asked: Subscription
) -> None:
    confirming.settle_due([asked.customer_id])
    Subscription.objects.update(next_due_at=clock.now())
    confirming.settle_due([asked.customer_id])
    Subscription.objects.update(next_due_at=clock.now())
    paying.start_paying(again(asked), by=SYSTEM, return_url=HOME, cancel_url=HOME)
    typed = Payment.objects.get(purpose=Payment.RENEWAL, method=None)
    begun = typed.started_at
    for ago, state in ((59, Payment.ACTION), (60, Payment.ABANDONED)):
        Payment.objects.filter(pk=typed.pk).update(
            started_at=min(begun, clock.now() - timedelta(minutes=ago))
        )
        confirming.settle_due([asked.customer_id])
        typed.refresh_from_db()
        assert typed.state == state
    failures = again(asked).failures
    Payment.objects.filter(pk=typed.pk).update(state=Payment.ACTION, settled_at=None)
    book(typed.pk, Outcome(OutcomeStatus.DECLINED, "", decline=Decline.GENERIC))
    assert again(asked).failures == failures
