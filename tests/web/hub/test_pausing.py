"""Pausing, going on and coming back: said before it is done, and only as far as the seller lets."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.clocks import advance
from tests.web.hub.browsing import words
from wainwright.billing import pausing
from wainwright.billing.cancellation import cancel_now
from wainwright.billing.models import Pause
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def allowed(business):
    change_rules(None, by=SYSTEM, pause_periods=2, pauses_a_year=1)


def path(bought, act: str = "") -> str:
    return f"/hub/subscriptions/{bought.subscription.public_id}/{act}"


def test_a_pause_says_when_it_goes_on_and_what_is_charged_then(allowed, sell, signed_in):
    bought = sell("monthly", "Studio", tax="19")
    browser = signed_in(bought)
    seen = words(browser.see(path(bought, "pause/")))
    assert re.search(r"2 payments left out Continues on \d+ \w+ \d{4}; 29\.00 EUR is char", seen)
    due = bought.subscription.due(3)
    answer = browser.send(path(bought, "pause/"), how_long="2")
    assert bought.subscription.resume_at == due
    assert "Studio is paused until" in words(browser.see(answer.headers["Location"]))
    kept = Pause.objects.get()
    assert (kept.source, kept.by) == ("hub", "ada@buyer.example")


@pytest.mark.parametrize("typed", [{"how_long": "3"}, {"how_long": "until"}, {}])
def test_longer_than_the_seller_lets_or_no_day_is_refused(allowed, sell, signed_in, typed):
    bought = sell("monthly")
    assert signed_in(bought).send(path(bought, "pause/"), **typed).status_code == 400
    assert bought.subscription.state == "active"


@pytest.mark.slow
def test_a_day_of_ones_own_lies_ahead_and_within_the_limit(allowed, sell, signed_in):
    bought = sell("monthly")
    browser = signed_in(bought)
    for days, status in ((-1, 409), (120, 409), (20, 303)):
        day = (clock.now() + timedelta(days)).date().isoformat()
        answer = browser.send(path(bought, "pause/"), how_long="until", until=day)
        assert answer.status_code == status
    assert bought.subscription.state == "paused"


def test_nothing_is_offered_unless_the_seller_says_so(sell, signed_in):
    bought = sell("monthly")
    browser = signed_in(bought)
    assert "Nothing is charged for a while" not in words(browser.see(path(bought)))
    assert browser.see(path(bought, "pause/")).status_code == 303


@pytest.mark.slow
def test_so_often_a_year_and_no_more(allowed, sell, signed_in):
    bought = sell("monthly")
    browser = signed_in(bought)
    browser.send(path(bought, "pause/"), how_long="1")
    seen = words(browser.see(path(bought, "resume/")))
    assert "nothing is charged today" in seen
    browser.send(path(bought, "resume/"))
    assert bought.subscription.state == "active"
    assert browser.see(path(bought, "pause/")).status_code == 303


def test_what_the_seller_paused_the_seller_resumes(allowed, sell, signed_in):
    bought = sell("monthly")
    pausing.pause(bought.subscription, by=SYSTEM, source="dashboard")
    browser = signed_in(bought)
    assert browser.see(path(bought, "resume/")).status_code == 303
    browser.send(path(bought, "resume/"))
    assert bought.subscription.state == "paused"


@pytest.mark.slow
def test_coming_back_after_the_paid_time_says_the_sum_before_it_is_charged(
    business, sell, signed_in
):
    bought = sell("monthly", "Studio")
    advance(business.account_id, 32)
    cancel_now(bought.subscription, by=SYSTEM, source="hub")
    advance(business.account_id, 29)
    browser = signed_in(bought)
    seen = words(browser.see(path(bought, "back/")))
    assert "A new period begins today, and 29.00 EUR is charged for it now." in seen
    assert "Order and pay 29.00 EUR" in seen
    browser.send(path(bought, "back/"))
    assert bought.subscription.state == "active"
    assert browser.see(path(bought, "back/")).status_code == 303


@pytest.mark.slow
def test_nobody_comes_back_too_late_or_after_the_seller_ended_it(business, sell, signed_in):
    bought, ended = sell("monthly"), sell("monthly", "Other")
    cancel_now(bought.subscription, by=SYSTEM, source="hub")
    cancel_now(ended.subscription, by=SYSTEM, source="dashboard")
    advance(business.account_id, 31)
    browser = signed_in(bought)
    for each in (bought, ended):
        assert browser.see(path(each, "back/")).status_code == 303
        browser.send(path(each, "back/"))
        assert each.subscription.ended
