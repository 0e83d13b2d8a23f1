"""Another plan: the sums are shown, agreed to and charged, the same to the cent."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy, pay_at_gateway
from tests.factories.shops import make_price, make_product
from tests.web.hub.browsing import text, words
from wainwright.billing import confirming, switching
from wainwright.billing.rulebook import change_rules
from wainwright.billing.switching import Switched
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.letters.models import Letter
from wainwright.payments.models import Payment
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def allowed(business):
    change_rules(None, by=SYSTEM, change_price=True, change_quantity=True)


@pytest.fixture
def sold(business, allowed, signed_in):
    """Ada has the monthly plan of a product with two more, and half of a month is over."""

    def begin(card: str = "4242424242424242"):
        product = make_product(business, "Studio", tax="19")
        monthly = make_price(product, "monthly", 2900, name="Basic")
        prices = {
            "basic": monthly,
            "pro": make_price(product, "monthly", 5900, name="Pro"),
            "small": make_price(product, "monthly", 900, name="Small"),
        }
        bought = buy(monthly, card=card)
        mine = bought.subscription
        clock.set_offset(clock.offset() + (mine.current_end - mine.current_start) / 2)
        return bought, prices, signed_in(bought)

    return begin


def path(bought, act: str = "plan/") -> str:
    return f"/hub/subscriptions/{bought.subscription.public_id}/{act}"


def hidden(page) -> dict[str, str]:
    found = re.findall(
        r'type="hidden" name="(price|quantity|at|shown)" value="([^"]*)"', text(page)
    )
    return dict(found)


def test_an_upgrade_is_charged_as_shown_and_brings_its_own_letter(sold):
    bought, prices, browser = sold()
    page = browser.see(path(bought), price=prices["pro"].public_id, quantity="1")
    seen = words(page)
    assert "Studio, Pro" in seen
    assert "Charged today to Visa 4242 15.00 EUR" in seen
    assert "Order and pay 15.00 EUR, then 59.00 EUR a month" in seen
    assert "The 12 payments of the next twelve months" in seen
    answer = browser.send(path(bought), **hidden(page))
    assert "You have Studio, Pro. A letter confirms it." in words(
        browser.see(answer.headers["Location"])
    )
    [paid] = Payment.objects.filter(purpose=Payment.CHANGE)
    assert (paid.state, paid.amount) == ("succeeded", 1500)
    events.deliver_waiting()
    letter = Letter.objects.latest("pk")
    assert (letter.kind, letter.subject) == ("plan_changed", "Your plan is now Studio, Pro")
    assert "Already paid, not used: Studio, Basic: -14.50\u00a0EUR" in letter.text
    assert len(letter.attachments) == 1


def test_what_costs_less_waits_and_can_be_taken_back(sold):
    bought, prices, browser = sold()
    page = browser.see(path(bought), price=prices["small"].public_id, quantity="1")
    assert "Charged today nothing" in words(page)
    seen = words(browser.see(browser.send(path(bought), **hidden(page)).headers["Location"]))
    assert re.search(r"From \d+ \w+ \d{4} on you have Studio, Small\.", seen)
    browser.send(path(bought, "plan/keep/"))
    assert bought.subscription.then is None
    events.deliver_waiting()
    kinds = list(Letter.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["receipt", "plan_change_asked", "plan_kept"]


def test_other_sums_than_those_shown_are_never_charged(sold):
    bought, prices, browser = sold()
    page = browser.see(path(bought), price=prices["pro"].public_id, quantity="1")
    agreed = hidden(page) | {"shown": "1"}
    assert "The sums have changed" in words(browser.send(path(bought), **agreed))
    clock.set_offset(clock.offset() + timedelta(hours=2))
    assert browser.send(path(bought), **hidden(page)).status_code == 409
    assert not Payment.objects.filter(purpose=Payment.CHANGE).exists()


def test_a_declined_change_says_so_and_leaves_everything(sold):
    bought, prices, browser = sold(LATER_DECLINED)
    page = browser.see(path(bought), price=prices["basic"].public_id, quantity="2")
    seen = words(browser.see(browser.send(path(bought), **hidden(page)).headers["Location"]))
    assert "The payment was declined, so everything is as it was." in seen
    assert "The change to 2 × Studio, Basic could not be paid" in seen
    assert bought.subscription.quantity == 1
    events.deliver_waiting()
    assert Letter.objects.latest("pk").kind == "plan_change_failed"


def test_only_what_the_seller_allows_can_be_had(business, sold):
    bought, prices, browser = sold()
    change_rules(None, by=SYSTEM, change_quantity=False)
    page = browser.see(path(bought), price=prices["pro"].public_id)
    other = make_price(make_product(business, "Other"), "monthly").public_id
    for typed in ({"price": other}, {"price": "x"}):
        assert browser.send(path(bought), **hidden(page) | typed).status_code == 400
    change_rules(None, by=SYSTEM, changes_a_year=0)
    assert browser.see(path(bought)).status_code == 303
    browser.send(path(bought), **hidden(page))
    assert bought.subscription.price == prices["basic"]


def test_what_is_shown_for_the_year_is_what_is_billed(business, sold):
    bought, prices, browser = sold()
    page = browser.see(path(bought), price=prices["pro"].public_id, quantity="2")
    year = words(page).partition("payments of the next twelve months")[2]
    first = re.search(r"Sum ([\d.]+) EUR", year)
    assert first
    browser.send(path(bought), **hidden(page))
    advance(business.account_id, 20)
    renewal = Payment.objects.filter(purpose=Payment.RENEWAL).latest("pk")
    assert renewal.money.plain() == first[1]


ASKS_ALWAYS = "4000000000003220"


def asked_by_his_bank(sold):
    """Ada agreed to the dearer plan, and her bank wants to see her."""
    bought, prices, browser = sold(ASKS_ALWAYS)
    page = browser.see(path(bought), price=prices["pro"].public_id, quantity="1")
    answer = browser.send(path(bought), **hidden(page))
    return bought, browser, answer, change_payment()


def change_payment():
    rows = Payment.objects.select_related("connection__business")
    return rows.filter(purpose=Payment.CHANGE).latest("pk")


def back(browser, bought) -> str:
    answer = browser.see(path(bought, "plan/return/"))
    return words(browser.see(answer.headers["Location"]))


def test_a_bank_that_asks_is_answered_on_its_page_and_the_plan_changes_then(sold):
    bought, browser, answer, asked = asked_by_his_bank(sold)
    assert (answer.status_code, answer.headers["Location"]) == (303, asked.start_url)
    assert (asked.state, bought.subscription.name) == (Payment.ACTION, "Studio, Basic")
    pay_at_gateway(asked)
    for _again in range(2):
        assert "You have Studio, Pro. A letter confirms it." in back(browser, bought)
    assert [paid.state for paid in Payment.objects.filter(purpose=Payment.CHANGE)] == ["succeeded"]
    assert change_payment().amount == 1500
    assert bought.subscription.name == "Studio, Pro"
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_who_walks_away_from_his_bank_keeps_the_old_plan_and_is_told(sold):
    bought, browser, _answer, _asked = asked_by_his_bank(sold)
    assert "Nothing was paid yet. Everything is as it was." in back(browser, bought)
    clock.set_offset(clock.offset() + confirming.AT_THE_PAGE - timedelta(minutes=1))
    confirming.leave_changes_be()
    assert change_payment().state == Payment.ACTION
    clock.set_offset(clock.offset() + timedelta(minutes=2))
    confirming.leave_changes_be()
    assert (change_payment().state, change_payment().bill.state) == (Payment.DECLINED, "void")
    assert bought.subscription.name == "Studio, Basic"
    events.deliver_waiting()
    assert Letter.objects.latest("pk").kind == "plan_change_failed"
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_asked_for_anew_the_page_before_is_closed_and_one_payment_is_made(sold):
    bought, browser, _answer, first = asked_by_his_bank(sold)
    page = browser.see(path(bought), price=first.bill.lines.first().price.public_id, quantity="2")
    answer = browser.send(path(bought), **hidden(page))
    second = change_payment()
    first.refresh_from_db()
    assert (first.state, first.bill.state) == (Payment.ABANDONED, "void")
    assert answer.headers["Location"] == second.start_url != first.start_url
    pay_at_gateway(second)
    assert "You have 2 × Studio, Pro" in back(browser, bought)


def test_a_change_by_the_seller_still_needs_a_card_that_does_not_ask(sold):
    bought, prices, _browser = sold(ASKS_ALWAYS)
    act = switching.proposed(bought.subscription, prices["pro"])
    assert switching.switch(bought.subscription, act, by=SYSTEM) == Switched.DECLINED
    assert bought.subscription.name == "Studio, Basic"
