"""What a seller changes of a subscription is shown before, and told with who, where and why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import buying, shops
from wainwright.billing.models import Pause
from wainwright.core import clock, events
from wainwright.core.dates import local_day
from wainwright.letters.models import Letter
from wainwright.payments.models import Payment
from wainwright.web import formats


@pytest.fixture
def bought(shop: Cast) -> buying.Bought:
    """Half of Ada's month is over."""
    made = buying.buy(shops.make_price(shops.make_product(shop.own), "monthly"))
    mine = made.subscription
    clock.set_offset(clock.offset() + (mine.current_end - mine.current_start) / 2)
    return made


def at(bought: buying.Bought, act: str = "") -> str:
    return f"/dashboard/subscriptions/{bought.subscription.public_id}/{act}"


def read(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\xa0", " ").split())


def test_who_paused_until_when_and_why_stands_in_history_list_and_files(
    ann: Client, bought: buying.Bought
) -> None:
    typed = {"how_long": "periods", "periods": "2", "reason": "Asked by telephone"}
    page = read(ann.post(at(bought, "pause/"), typed, follow=True).text)
    assert re.search(r"Paused until \d+ \w+ \d{4}: nothing is charged before", page)
    assert "in the dashboard, by ann@agency.example · Asked by telephone" in page
    assert bought.subscription.resume_at == bought.subscription.due(3)
    assert "in the dashboard, by ann@agency.example" in read(
        ann.get("/dashboard/subscriptions/").text
    )
    for path in ("csv/", "acts/csv/"):
        file = ann.get(f"/dashboard/subscriptions/{path}").getvalue().decode()
        assert "ann@agency.example" in file
        assert "dashboard" in file
        assert "Asked by telephone" in file


@pytest.mark.parametrize("typed", [{"how_long": "until"}, {"how_long": "periods", "periods": "25"}])
def test_a_pause_without_a_length_is_refused(
    ann: Client, bought: buying.Bought, typed: dict[str, str]
) -> None:
    assert "Please look at this again" in ann.post(at(bought, "pause/"), typed).text
    assert not Pause.objects.exists()


def test_it_can_end_on_a_day_and_be_brought_back_while_the_rules_allow(
    ann: Client, bought: buying.Bought
) -> None:
    day = local_day(clock.now() + timedelta(days=40), bought.subscription.zone)
    page = ann.post(at(bought, "cancel/"), {"when": "day", "day": day.isoformat()}, follow=True)
    assert "what falls due before is charged" in page.text
    assert local_day(bought.subscription.cancel_at, bought.subscription.zone) == day  # type: ignore[arg-type]
    ann.post(at(bought, "cancel/undo/"))
    ann.post(at(bought, "cancel/"), {"when": "now"})
    assert "29.00 EUR is charged on" in read(ann.get(at(bought, "back/")).text)
    page = ann.post(at(bought, "back/"), {"reason": "A mistake"}, follow=True)
    assert "It is back and goes on" in page.text
    assert "Brought back" in page.text
    assert bought.subscription.state == "active"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "typed", "said"),
    [
        ("cancel/", {"when": "now"}, "Then nothing is charged in the next twelve months."),
        ("cancel/", {"when": "day", "day": "2000-01-01"}, "Choose a day in the future"),
        ("pause/", {"how_long": "open"}, "Then nothing is charged in the next twelve months."),
        ("pause/", {"how_long": "until", "until": "2000-01-01"}, "Please choose a later day"),
    ],
)
def test_what_comes_of_an_end_or_a_pause_is_shown_before_and_nothing_is_done(
    ann: Client, bought: buying.Bought, act: str, typed: dict[str, str], said: str
) -> None:
    assert said in read(ann.post(at(bought, act), typed | {"preview": "1"}).text)
    mine = bought.subscription
    assert (mine.state, mine.cancel_at) == ("active", None)


@pytest.mark.slow
def test_the_coming_bills_of_an_end_on_a_day_and_of_a_pause_are_shown_to_the_cent(
    ann: Client, bought: buying.Bought
) -> None:
    mine = bought.subscription
    day = local_day(mine.due(1) + timedelta(days=3), mine.zone)
    typed = {"when": "day", "day": day.isoformat(), "preview": "1"}
    page = read(ann.post(at(bought, "cancel/"), typed).text)
    assert re.search(r"Then [\d.]+ EUR is charged next, on", page)
    assert "(the last part, until it ends)" in page
    typed = {"how_long": "periods", "periods": "2", "preview": "1"}
    page = read(ann.post(at(bought, "pause/"), typed).text)
    assert f"Then 29.00 EUR is charged next, on {formats.date(mine.due(3), mine.zone)}" in page
    assert "payments of the next twelve months" in page


@pytest.mark.slow
def test_the_bill_day_stays_or_moves_as_the_seller_chose_and_saw(
    ann: Client, shop: Cast, bought: buying.Bought
) -> None:
    pro = shops.make_price(shops.make_product(shop.own, "Pro"), "monthly", 5900)
    asked = {"price": pro.public_id, "quantity": "1"}
    due = bought.subscription.next_due_at
    stays = read(ann.get(at(bought, "plan/"), asked).text)
    assert "The bill day stays: today's charge covers the time until" in stays.replace("&#39;", "'")
    page = ann.get(at(bought, "plan/"), asked | {"bill_day": "moves"}).text
    assert "The bill day moves to today: the next payment is due on" in read(page)
    assert "Charged today to Visa 4242 44.50 EUR" in read(page)
    names = "price|quantity|when|bill_day|at|shown"
    agreed = dict(re.findall(rf'type="hidden" name="({names})" value="([^"]*)"', page))
    ann.post(at(bought, "plan/"), agreed | {"reason": "By telephone"})
    mine = bought.subscription
    assert Payment.objects.get(purpose=Payment.CHANGE).amount == 4450
    assert (mine.anchor, mine.next_due_at) == (mine.current_start, mine.current_end)
    assert mine.next_due_at is not None
    assert due is not None
    assert mine.next_due_at > due


@pytest.mark.slow
def test_a_dearer_plan_needs_the_customers_word_and_charges_what_was_shown(
    ann: Client, shop: Cast, bought: buying.Bought
) -> None:
    pro = shops.make_price(shops.make_product(shop.own, "Pro"), "monthly", 5900)
    page = ann.get(at(bought, "plan/"), {"price": pro.public_id, "quantity": "1"}).text
    assert "Charged today to Visa 4242 15.00 EUR" in read(page)
    agreed = dict(
        re.findall(r'type="hidden" name="(price|quantity|at|shown)" value="([^"]*)"', page)
    )
    refused = ann.post(at(bought, "plan/"), agreed).text
    assert "say how and when the customer agreed" in refused
    done = ann.post(at(bought, "plan/"), agreed | {"reason": "By telephone today"}, follow=True)
    assert "It is Pro now" in done.text
    assert "By telephone today" in done.text
    assert Payment.objects.get(purpose=Payment.CHANGE).amount == 1500
    events.deliver_waiting()
    letter = Letter.objects.latest("pk")
    assert letter.kind == "plan_changed"
    assert "By telephone" not in letter.text


@pytest.mark.parametrize("when", ["now", "later"])
def test_another_interval_needs_the_customers_word_though_it_costs_less_a_day(
    ann: Client, shop: Cast, bought: buying.Bought, when: str
) -> None:
    product = shops.make_product(shop.own, "Year")
    year = shops.make_price(product, "monthly", 30_000, interval="yearly")
    asked = {"price": year.public_id, "quantity": "1", "when": when}
    page = ann.post(at(bought, "plan/"), asked).text
    assert "say how and when the customer agreed" in page
    assert bought.subscription.then is None
    assert not Payment.objects.filter(purpose=Payment.CHANGE).exists()


def test_a_slip_of_the_sellers_hand_is_refused_with_the_way_out(
    ann: Client, bought: buying.Bought
) -> None:
    price = bought.subscription.price.public_id
    page = ann.get(at(bought, "plan/"), {"price": price, "quantity": "11"}).text
    assert "more than 5 times what it does now" in read(page)


def test_a_planned_change_is_shown_and_taken_back(
    ann: Client, shop: Cast, bought: buying.Bought
) -> None:
    price = bought.subscription.price.public_id
    asked = {"price": price, "quantity": "3", "when": "later"}
    agreed = asked | {"at": "", "shown": "0", "reason": "Agreed by letter"}
    page = read(ann.post(at(bought, "plan/"), agreed, follow=True).text)
    assert re.search(r"From \d+ \w+ \d{4} on: 3 × Studio", page)
    assert "Change to 3 × Studio asked for" in page
    assert "The planned change is off" in ann.post(at(bought, "plan/keep/"), follow=True).text
    assert bought.subscription.then is None
