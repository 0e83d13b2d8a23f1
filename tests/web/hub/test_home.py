"""The first page answers in the order of what a customer asks, and is complete."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED
from tests.web.hub.browsing import text, words
from wainwright.billing.cancellation import cancel_at_period_end
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.payments.models import Method
from wainwright.payments.refunds import refund
from wainwright.sales.models import Line, Order

pytestmark = pytest.mark.django_db


def headings(page) -> list[str]:
    found = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", text(page), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", heading).split()) for heading in found]


def bring_in(customer, count: int) -> None:
    """Purchases from before, as an import makes them."""
    for number in range(count):
        order = Order.objects.create(
            public_id=new_id("ord"),
            business_id=customer.business_id,
            customer=customer,
            source=Order.IMPORT,
            order_ref=f"CD-{number}",
            placed_at=clock.now() - timedelta(days=10 * number),
            currency="USD",
            net=1000,
            tax=0,
            gross=1000,
        )
        Line.objects.create(
            business_id=customer.business_id,
            order=order,
            name=f"Record {number}",
            currency="USD",
            net=1000,
            tax=0,
            gross=1000,
        )


@pytest.mark.slow
def test_parts_stand_in_the_order_of_what_is_asked(business, sell, signed_in):
    sell("monthly", "Toolbox", card=LATER_DECLINED)
    advance(business.account_id, 32)
    cancel_at_period_end(sell("monthly", "Newsletter").subscription, by=SYSTEM, source="hub")
    advance(business.account_id, 32)
    page = signed_in(sell("monthly", "Studio", tax="19")).see("/hub/")
    assert headings(page) == [
        "Hello Ada Byron",
        "Next",
        "Active 1",
        "Ended 2",
        "Purchases 3",
        "Payment methods",
        "Your details",
        "Help",
    ]


def test_what_is_empty_is_left_out(sell, signed_in):
    page = signed_in(sell("one_time", "Workbook")).see("/hub/")
    assert headings(page) == ["Hello Ada Byron", "Purchases 1", "Your details", "Help"]


@pytest.mark.slow
def test_an_overdue_payment_says_why_and_when_it_is_tried_again(business, sell, signed_in):
    bought = sell("monthly", card=LATER_DECLINED)
    advance(business.account_id, 32)
    seen = words(signed_in(bought).see("/hub/"))
    assert "Needs you" in seen
    assert "29.00 EUR for Studio could not be charged" in seen
    assert "It is tried again on" in seen
    assert f"/hub/subscriptions/{bought.subscription.public_id}/method/" in text(
        signed_in(bought).see("/hub/")
    )


@pytest.mark.parametrize(
    ("months", "said"),
    [(0, "expires this month"), (-1, "has expired"), (1, None)],
)
def test_a_card_that_ends_soon_is_named_with_what_it_pays(sell, signed_in, months, said):
    bought = sell("monthly")
    day = clock.today("Europe/Berlin").replace(day=15) + timedelta(days=30 * months)
    Method.objects.update(exp_month=day.month, exp_year=day.year)
    seen = words(signed_in(bought).see("/hub/"))
    assert ("Your card ending 4242" in seen) == bool(said)
    if said:
        assert f"Your card ending 4242 {said}. It pays Studio." in seen


def test_a_card_that_pays_nothing_needs_nobody(sell, signed_in):
    bought = sell("monthly")
    Method.objects.update(exp_month=1, exp_year=2020)
    cancel_at_period_end(bought.subscription, by=SYSTEM, source="hub")
    assert "Needs you" not in words(signed_in(bought).see("/hub/"))


def test_the_next_charge_shows_its_lines(sell, signed_in):
    seen = words(signed_in(sell("monthly", "Studio", tax="19")).see("/hub/"))
    assert "Next 29.00 EUR on" in seen
    assert "24.37 EUR Tax 19 % 4.63 EUR Sum 29.00 EUR" in seen


def test_the_earliest_charge_is_next(sell, signed_in):
    sell("yearly", "Yearbook")
    assert re.search(
        r"Next 29\.00 EUR on [^,]+, Daily", words(signed_in(sell("daily", "Daily")).see("/hub/"))
    )


@pytest.mark.parametrize(
    ("sort", "sentence"),
    [
        ("monthly", r"Active, renews on \d+ \w+ \d{4}\."),
        ("trial", r"Trial until \d+ \w+ \d{4}, then the first payment\."),
        ("split", r"1 of 3 paid, the next on \d+ \w+ \d{4}\."),
        ("limited", r"1 of 6 paid, the next on \d+ \w+ \d{4}\."),
    ],
)
def test_states_are_words_with_full_dates(sell, signed_in, sort, sentence):
    assert re.search(sentence, words(signed_in(sell(sort)).see("/hub/")))


@pytest.mark.slow
def test_two_hundred_and_seventeen_purchases_are_all_there(sell, signed_in):
    bought = sell("one_time", "Workbook")
    bring_in(bought.order.customer, 216)
    browser = signed_in(bought)
    listed = []
    for number in range(1, 6):
        page = browser.see("/hub/", page=str(number))
        assert "Purchases 217" in headings(page)
        listed += re.findall(r"Record \d+|Workbook", words(page))
    assert len(listed) == len(set(listed)) == 217


def test_purchases_are_found_by_word_number_year_and_kind(sell, signed_in):
    bought = sell("one_time", "Workbook")
    sell("monthly", "Studio")
    bring_in(bought.order.customer, 80)
    browser = signed_in(bought)

    def found(**query: str) -> set[str]:
        seen = words(browser.see("/hub/", **query)).partition("Purchases")[2]
        return set(re.findall(r"Record \d+|Workbook|Studio(?= \d)", seen))

    assert found(q="workBOOK") == {"Workbook"}
    assert found(q="CD-17") == {"Record 17"}
    assert found(q="0002") == {"Studio"}
    assert found(kind="subscription") == {"Studio"}
    oldest = (clock.now() - timedelta(days=790)).year
    assert found(year=str(oldest)) <= {f"Record {number}" for number in range(80)}
    assert found(q="nothing like it") == set()
    assert "Record 0" in found(year="soon", kind="%%", page="x\x00")


def test_a_refund_stands_beside_its_purchase(sell, signed_in):
    bought = sell("one_time", "Workbook")
    refund(bought.payment, amount=Money(900, "EUR"), note="", by=SYSTEM, form_key="once")
    seen = words(signed_in(bought).see("/hub/"))
    assert re.search(r"9\.00 EUR refunded: TEST-\S+ \( PDF \)", seen)


def test_one_card_saved_twice_is_one_card(sell, signed_in):
    sell("monthly", "Studio")
    seen = words(signed_in(sell("split", "Course")).see("/hub/"))
    assert seen.count("Visa 4242") == 1
    assert "Pays Course, Studio" in seen


def test_the_sellers_message_is_harmless_and_greets(business, sell, signed_in):
    business.hub_message = "<p onclick=x>Dear {name} <script>alert(1)</script>{{ 7*7 }}</p>"
    business.save()
    bought = sell("one_time", name="Workbook")
    bought.order.customer.name = "<b>Ada</b>"
    bought.order.customer.save()
    page = text(signed_in(bought).see("/hub/"))
    assert "<p>Dear &lt;b&gt;Ada&lt;/b&gt; {{ 7*7 }}</p>" in page
    assert "alert(1)" not in page


def test_a_test_hub_says_that_no_money_moves(sell, signed_in):
    assert "Test mode: no money moves here." in words(signed_in(sell()).see("/hub/"))


def test_the_customers_language_is_spoken_unless_another_is_chosen(sell, signed_in):
    bought = sell()
    bought.order.customer.language = "de"
    bought.order.customer.save()
    browser = signed_in(bought)
    assert browser.see("/hub/").headers["Content-Language"] == "de"
    assert browser.see("/hub/", language="en").headers["Content-Language"] == "en"
    assert browser.see("/hub/").headers["Content-Language"] == "en"


def test_more_rows_need_no_more_queries(sell, signed_in):
    browser = signed_in(sell("monthly", "Studio"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.see("/hub/")
        return len(captured)

    one = queries()
    for name in ("Second", "Third"):
        bought = sell("monthly", name)
        refund(bought.payment, amount=Money(100, "EUR"), note="", by=SYSTEM, form_key=name)
    assert queries() == one
