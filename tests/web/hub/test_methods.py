"""A new card is typed on the gateway's page and pays from then on."""

from __future__ import annotations

import pytest

from tests.factories.buying import GOOD, pay_at_gateway
from tests.web.hub.browsing import words
from wainwright.payments.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def replace(signed_in):
    """Goes to the gateway; returns the browser, the attempt and the way back."""

    def started(bought):
        browser = signed_in(bought)
        path = f"/hub/subscriptions/{bought.subscription.public_id}/method/"
        answer = browser.send(path)
        assert answer.status_code == 303
        attempt = Payment.objects.select_related("connection__business").get(purpose="method")
        assert answer.headers["Location"] == attempt.start_url
        return browser, attempt, f"{path}return/{attempt.public_id}/"

    return started


def test_the_new_card_pays_from_now_on(sell, replace):
    bought = sell("monthly", "Studio")
    old = bought.subscription.method_id
    browser, attempt, back = replace(bought)
    pay_at_gateway(attempt, GOOD)
    answer = browser.see(back)
    assert answer.status_code == 303
    seen = words(browser.see(answer.headers["Location"]))
    assert "Saved. Visa 4242 pays Studio from now on; a letter confirms it." in seen
    assert bought.subscription.method_id not in (None, old)


def test_coming_back_twice_changes_nothing_more(sell, replace):
    bought = sell("monthly")
    browser, attempt, back = replace(bought)
    pay_at_gateway(attempt, GOOD)
    browser.see(back)
    method = bought.subscription.method_id
    assert browser.see(back).status_code == 303
    assert bought.subscription.method_id == method


def test_coming_back_without_a_card_changes_nothing(sell, replace):
    bought = sell("monthly")
    old = bought.subscription.method_id
    browser, _attempt, back = replace(bought)
    answer = browser.see(back)
    assert "No new card was saved." in words(browser.see(answer.headers["Location"]))
    assert bought.subscription.method_id == old


def test_the_form_may_lead_to_the_gateway(sell, signed_in):
    bought = sell("monthly")
    path = f"/hub/subscriptions/{bought.subscription.public_id}/"
    policy = signed_in(bought).see(path).headers["Content-Security-Policy"]
    assert "testgateway.localhost" in policy.partition("form-action")[2].partition(";")[0]


def test_a_payment_that_is_not_of_this_subscription_is_not_found(sell, signed_in):
    bought = sell("monthly")
    path = f"/hub/subscriptions/{bought.subscription.public_id}/method/return/"
    browser = signed_in(bought)
    assert browser.see(f"{path}{bought.payment.public_id}/").status_code == 404
    assert browser.see(f"{path}pay_unknown/").status_code == 404


def test_a_cancelled_subscription_asks_for_no_card(sell, signed_in):
    bought = sell("monthly")
    browser = signed_in(bought)
    path = f"/hub/subscriptions/{bought.subscription.public_id}/"
    browser.send(f"{path}cancellation/")
    assert browser.send(f"{path}method/").status_code == 409
