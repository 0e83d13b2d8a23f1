"""What is owed is paid from the hub: on the bank's page, or with a card typed there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clocks import pass_time
from tests.factories.buying import GOOD, LATER_DECLINED, pay_at_gateway
from tests.web.hub.browsing import words
from wainwright.billing import states
from wainwright.core import clock
from wainwright.payments.models import Payment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ASKS_ALWAYS = "4000000000003220"


@pytest.fixture
def overdue(business, sell, signed_in):
    """Somebody's browser after his renewal fell due, what he has, and its page to pay."""

    def fell_due(card):
        bought = sell("monthly", "Studio", card=card)
        subscription = bought.subscription
        pass_time(business.account_id, subscription.next_due_at - clock.now() + timedelta(hours=1))
        path = f"/hub/subscriptions/{subscription.public_id}/payment/"
        return signed_in(bought), bought, path

    return fell_due


def newest():
    return Payment.objects.select_related("connection__business").order_by("-pk")[0]


def test_the_banks_question_is_answered_from_the_hub(overdue):
    browser, bought, path = overdue(ASKS_ALWAYS)
    assert "for Studio waits for you" in words(browser.see("/hub/"))
    seen = words(browser.see(path))
    assert "The bank wants you to confirm the payment yourself." in seen
    assert "If it is not paid by" in seen
    answer = browser.send(path)
    assert answer.headers["Location"] == newest().start_url
    pay_at_gateway(newest())
    answer = browser.see(f"{path}return/")
    assert "29.00 EUR is paid." in words(browser.see(answer.headers["Location"]))
    assert bought.subscription.state == states.ACTIVE


def test_a_card_typed_now_pays_what_is_owed_and_what_comes(overdue):
    browser, bought, path = overdue(LATER_DECLINED)
    old = bought.subscription.method_id
    assert "29.00 EUR for Studio is open" in words(browser.see(path))
    browser.send(path)
    assert browser.send(path).headers["Location"] == newest().start_url
    assert Payment.objects.filter(intent="pay_and_save", purpose="renewal").count() == 1
    pay_at_gateway(newest(), GOOD)
    browser.see(f"{path}return/")
    now = bought.subscription
    assert (now.state, now.failures, now.payments_made) == (states.ACTIVE, 0, 2)
    assert now.method_id not in (None, old)


def test_who_leaves_the_page_loses_nothing(business, overdue):
    browser, bought, path = overdue(LATER_DECLINED)
    browser.see(path)
    browser.send(path)
    answer = browser.see(f"{path}return/")
    assert "Nothing was paid yet." in words(browser.see(answer.headers["Location"]))
    pass_time(business.account_id, timedelta(hours=26), 2)
    tries = Payment.objects.filter(purpose="renewal", state=Payment.DECLINED)
    assert tries.count() == bought.subscription.failures == 2


def test_a_part_is_paid_now_and_the_rest_is_agreed(overdue):
    browser, bought, path = overdue(LATER_DECLINED)
    seen = words(browser.see(f"{path}terms/"))
    assert "29.00 EUR for Studio is open. All of it is to be paid by" in seen
    assert "At least 9.67 EUR now" in seen
    refused = browser.send(f"{path}terms/", how="part", amount="1")
    assert "Choose a sum from 9.67 to less than 29.00 EUR." in words(refused)
    browser.send(f"{path}terms/", how="part", amount="15,00")
    seen = words(browser.see(path))
    assert "Please pay the first part, 15.00 EUR, now." in seen
    browser.send(path)
    pay_at_gateway(newest(), GOOD)
    browser.see(f"{path}return/")
    assert "Pay 14.00 EUR now" in words(browser.see(path))
    assert bought.subscription.state == states.PAST_DUE


def test_where_nothing_is_owed_nothing_can_be_paid(sell, signed_in):
    bought = sell("monthly", "Studio")
    path = f"/hub/subscriptions/{bought.subscription.public_id}/payment/"
    browser = signed_in(bought)
    assert browser.send(path).status_code == 303
    answer = browser.see(path)
    assert "Nothing is owed for Studio." in words(browser.see(answer.headers["Location"]))
    assert not Payment.objects.filter(purpose="renewal").exists()
