"""One bill day: the way there is shown, agreed to and told, and other sums are never agreed to."""

from __future__ import annotations

import re

import pytest

from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from tests.web.hub.browsing import text, words
from wainwright.billing.rulebook import change_rules
from wainwright.core import events
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day
from wainwright.letters.models import Letter

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def sold(business, signed_in):
    """Ada pays two plans, by the month and by the year."""
    change_rules(None, by=SYSTEM, change_day=True)
    studio = make_product(business, "Studio")
    buy(make_price(studio, "monthly", interval="yearly"))
    bought = buy(make_price(make_product(business, "Course"), "monthly", 1900))
    return bought, signed_in(bought)


def path(bought, act: str = "day/") -> str:
    return f"/hub/subscriptions/{bought.subscription.public_id}/{act}"


def other_day(bought) -> int:
    return local_day(bought.subscription.anchor, bought.subscription.zone).day % 28 + 1


def hidden(page) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(day|shown)" value="([^"]*)"', text(page)))


def test_the_way_is_shown_agreed_to_and_told(sold):
    bought, browser = sold
    day = other_day(bought)
    assert "Change date" in words(browser.see(path(bought, "")))
    page = browser.see(path(bought), day=str(day))
    seen = words(page)
    assert re.search(r"Course: \d+\.\d\d EUR on .* from then on 19\.00 EUR a month", seen)
    assert re.search(r"Studio: \d+\.\d\d EUR on .* from then on 29\.00 EUR a year", seen)
    assert "the part until the bill day" in seen
    answer = browser.send(path(bought), **hidden(page))
    seen = words(browser.see(answer.headers["Location"]))
    assert f"Day {day} it is. A letter confirms it." in seen
    assert f"Moved to day {day} of the month" in seen
    assert bought.subscription.bill_day == day
    events.deliver_waiting()
    letter = Letter.objects.latest("pk")
    assert letter.subject == f"Your bill day: day {day} of the month"
    assert "Studio:" in letter.text
    assert "Course:" in letter.text


def test_other_sums_than_those_shown_are_not_agreed_to(sold):
    bought, browser = sold
    page = browser.see(path(bought), day=str(other_day(bought)))
    agreed = hidden(page) | {"shown": "1"}
    assert "The sums have changed" in words(browser.send(path(bought), **agreed))
    assert browser.send(path(bought), day="29").status_code == 400
    assert bought.subscription.bill_day is None


def test_only_where_the_seller_lets_customers_choose(sold):
    bought, browser = sold
    page = browser.see(path(bought), day=str(other_day(bought)))
    change_rules(None, by=SYSTEM, change_day=False)
    assert "Change date" not in words(browser.see(path(bought, "")))
    assert browser.send(path(bought), **hidden(page)).status_code == 303
    assert bought.subscription.bill_day is None
