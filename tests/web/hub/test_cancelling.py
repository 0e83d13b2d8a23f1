"""Leaving takes two clicks from the subscription, and one click takes it back."""

from __future__ import annotations

import re

import pytest

from tests.clocks import advance
from tests.web.hub.browsing import text, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def leave(signed_in):
    """The buyer's browser on the cancellation page of what was sold."""

    def at(bought):
        browser, path = signed_in(bought), _path(bought)
        return browser, path, browser.see(path)

    return at


def _path(bought) -> str:
    return f"/hub/subscriptions/{bought.subscription.public_id}/cancellation/"


def test_the_page_says_what_stops_when_and_what_stays(sell, leave):
    _browser, _path, page = leave(sell("monthly", "Studio"))
    seen = words(page)
    assert re.search(r"What stops Nothing more is charged, also not the 29\.00 EUR due on", seen)
    assert re.search(r"When it ends \d+ \w+ \d{4}", seen)
    assert "Everything stays yours until then" in seen


def test_leaving_and_staying_weigh_the_same(sell, leave):
    _browser, _path, page = leave(sell("monthly", "Studio"))
    pair = text(page).partition('<div class="pair">')[2]
    kinds = re.findall(r'class="(button [^"]*)"', pair)[:2]
    assert kinds[0] == kinds[1]
    assert "Cancel Studio Keep it" in " ".join(re.sub(r"<[^>]+>", " ", pair).split())


def test_two_clicks_cancel_at_the_end_of_the_period(sell, leave):
    bought = sell("monthly", "Studio")
    browser, path, _page = leave(bought)
    answer = browser.send(path)
    assert answer.status_code == 303
    subscription = bought.subscription
    assert subscription.cancel_at == subscription.current_end
    assert (subscription.cancel_source, subscription.cancel_by) == ("hub", "ada@buyer.example")
    seen = words(browser.see(answer.headers["Location"]))
    assert re.search(r"Studio is cancelled Cancelled, yours until \d+ \w+ \d{4}\.", seen)
    assert "A letter to ada@buyer.example is on its way." in seen


def test_one_click_undoes_it(sell, leave):
    bought = sell("monthly", "Studio")
    browser, path, _page = leave(bought)
    due = bought.subscription.next_due_at
    browser.send(path)
    answer = browser.send(f"{path}undo/")
    assert bought.subscription.next_due_at == due
    assert "Studio goes on as before. It renews on" in words(
        browser.see(answer.headers["Location"])
    )


def test_cancelling_twice_changes_nothing_more(sell, leave):
    bought = sell("monthly")
    browser, path, _page = leave(bought)
    browser.send(path)
    version = bought.subscription.version
    assert browser.send(path).status_code == 200
    assert bought.subscription.version == version


def test_looking_cancels_nothing(sell, leave):
    bought = sell("monthly")
    browser, path, _page = leave(bought)
    browser.head(browser._at(path))
    assert browser.see(f"{path}undo/").status_code == 405
    assert bought.subscription.cancel_at is None


def test_another_site_cannot_cancel(sell, leave):
    bought = sell("monthly")
    browser, path, _page = leave(bought)
    browser.token = "x" * 64
    assert browser.send(path).status_code == 403
    assert bought.subscription.cancel_at is None


def test_split_pay_cannot_be_left_by_its_address(sell, leave):
    bought = sell("split")
    browser, path, page = leave(bought)
    assert page.status_code == 303
    browser.send(path)
    assert bought.subscription.cancel_at is None


@pytest.mark.slow
def test_what_has_ended_cannot_be_brought_back_by_its_address(business, sell, leave):
    bought = sell("monthly")
    browser, path, _page = leave(bought)
    browser.send(path)
    advance(business.account_id, 32)
    assert browser.send(f"{path}undo/").status_code == 409
    assert bought.subscription.ended
