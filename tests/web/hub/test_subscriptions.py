"""One subscription: how it stands, what comes, what happened, what can be done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy
from tests.factories.shops import make_price, make_product
from tests.web.hub.browsing import text, words
from wainwright.billing import pausing, switching
from wainwright.billing.cancellation import (
    cancel_at_period_end,
    cancel_now,
    undo_cancellation,
)
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.payments.refunds import refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(sell, signed_in):
    """The page of what was sold, as its buyer sees it."""

    def seen(bought, **query: str) -> str:
        path = f"/hub/subscriptions/{bought.subscription.public_id}/"
        return words(signed_in(bought).see(path, **query))

    return seen


def test_it_says_what_comes_next_and_what_pays_it(sell, page):
    seen = page(sell("monthly", "Studio", tax="19"))
    assert "Next 29.00 EUR on" in seen
    assert "Price 29.00 EUR a month" in seen
    assert "Paid with Visa 4242" in seen


def test_history_tells_charges_declines_pauses_and_refunds_newest_first(business, sell, page):
    bought = sell("monthly", card=LATER_DECLINED)
    refund(bought.payment, amount=Money(500, "EUR"), note="", by=SYSTEM, form_key="once")
    advance(business.account_id, 32)
    pausing.pause(bought.subscription, by=SYSTEM)
    pausing.resume(bought.subscription, by=SYSTEM)
    history = page(bought).partition("History")[2]
    told = ["Resumed", "Paused", "A payment of 29.00 EUR was declined", "5.00 EUR refunded"]
    assert list(dict.fromkeys(re.findall("|".join(told), history))) == told
    assert "29.00 EUR paid TEST-" in history
    assert "TEST-C" in history


def test_history_tells_a_cancellation_and_its_undoing(sell, page):
    bought = sell("monthly")
    cancel_at_period_end(bought.subscription, by=SYSTEM, source="hub")
    undo_cancellation(bought.subscription, by=SYSTEM)
    seen = page(bought)
    assert seen.index("Cancellation taken back") < seen.index("Cancelled for the end")


def test_a_free_trial_tells_no_payment(sell, page):
    assert "0.00 EUR paid" not in page(sell("trial"))


def test_a_long_history_is_complete_page_by_page(business, sell, page):
    bought = sell("daily")
    advance(business.account_id, 60)
    told = [page(bought, page=str(number)).count("29.00 EUR paid") for number in (1, 2)]
    assert sum(told) == 61


@pytest.mark.parametrize("sort", ["monthly", "trial", "limited"])
def test_what_may_be_left_offers_it(sell, page, sort):
    assert "Cancel Nothing more is charged." in page(sell(sort))


def test_split_pay_says_why_not_and_whom_to_ask(business, sell, page):
    business.support_email = "help@agency.example"
    business.save()
    seen = page(sell("split"))
    assert "Cancel Nothing" not in seen
    assert "one price paid in parts, so it cannot be cancelled here" in seen
    assert "please write to help@agency.example" in seen


def test_what_has_ended_offers_the_way_back_for_a_while_then_nothing(business, sell, page):
    bought = sell("monthly")
    cancel_at_period_end(bought.subscription, by=SYSTEM, source="hub")
    advance(business.account_id, 32)
    seen = page(bought)
    assert "What you can do Bring it back" in seen
    assert "Replace card" not in seen
    advance(business.account_id, 31)
    assert "What you can do" not in page(bought)
    assert re.search(r"Cancelled, ended on \d+ \w+ \d{4}\.", seen)


@pytest.mark.slow
def test_a_longer_history_needs_no_more_queries(business, sell, signed_in):
    bought = sell("daily")
    browser = signed_in(bought)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.see(f"/hub/subscriptions/{bought.subscription.public_id}/")
        return len(captured)

    one = queries()
    advance(business.account_id, 2)
    assert queries() == one


def test_a_name_with_markup_is_only_a_name(sell, signed_in):
    bought = sell("monthly", "<script>alert(1)</script>")
    path = f"/hub/subscriptions/{bought.subscription.public_id}/"
    assert "<script>alert" not in text(signed_in(bought).see(path))


def test_credit_left_from_a_change_is_shown_and_what_becomes_of_it(business, page):
    product = make_product(business)
    bought = buy(make_price(product, "monthly", 700, interval="weekly"))
    small = make_price(product, "monthly", 100, interval="weekly", name="Small")
    clock.set_offset(clock.offset() + timedelta(days=3, hours=12))
    mine = bought.subscription
    assert "of credit" not in page(bought)
    switching.switch(mine, switching.proposed(mine, small, now=True), by=SYSTEM)
    assert "You have 3.00 EUR of credit, left over from a change of plan. It lowers" in page(bought)
    cancel_now(mine, by=SYSTEM, source="dashboard")
    assert "To have it back, please write to us." in page(bought)
