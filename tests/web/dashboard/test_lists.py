"""Transactions, subscriptions and customers: found, counted, taken along."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.cast import Cast
from tests.factories import buying, shops
from wainwright.accounts.models import Business
from wainwright.billing import cancellation, pausing, renewals
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.invoicing.models import Document
from wainwright.payments.refunds import refund

pytestmark = pytest.mark.slow

LISTS = ["transactions", "subscriptions", "customers", "documents", "products"]


def sell(business: Business, email: str, name: str = "Ada Byron") -> buying.Bought:
    product = shops.make_product(business, f"Plan of {email}")
    return buying.buy(shops.make_price(product, "monthly"), email, name=name)


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode()
    assert text.count("\r\n") == len(text.splitlines())
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    shop: Cast, ann: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sell(shop.own, "ada@buyer.example")
    ann.get(f"/dashboard/{name}/")
    with django_assert_max_num_queries(100) as one:
        ann.get(f"/dashboard/{name}/")
    sell(shop.own, "bob@buyer.example")
    sell(shop.client, "cyd@buyer.example")
    with django_assert_max_num_queries(len(one)):
        assert ann.get(f"/dashboard/{name}/").status_code == 200


def test_the_home_page_asks_as_often_for_three_sales_as_for_one(
    shop: Cast, ann: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sell(shop.own, "ada@buyer.example")
    ann.get("/dashboard/")
    with django_assert_max_num_queries(100) as one:
        ann.get("/dashboard/")
    sell(shop.own, "bob@buyer.example")
    sell(shop.client, "cyd@buyer.example")
    with django_assert_max_num_queries(len(one)):
        assert "Recurring revenue: 87.00" in ann.get("/dashboard/").text


def test_a_client_user_finds_nothing_of_another_business(shop: Cast, cleo: Client) -> None:
    sell(shop.own, "secret@buyer.example", "Sol Secret")
    sell(shop.client, "cyd@buyer.example", "Cyd")
    for name in LISTS[:4]:
        for query in ("", "?q=secret", f"?business={shop.own.public_id}"):
            page = cleo.get(f"/dashboard/{name}/{query}", follow=True)
            assert "secret@" not in page.text.replace('value="secret"', "")
            assert "Sol Secret" not in page.text
    for name in ("transactions", "subscriptions", "customers"):
        assert {row["email"] for row in rows_of(cleo, f"/dashboard/{name}/csv/")} == {
            "cyd@buyer.example"
        }
        assert rows_of(cleo, f"/dashboard/{name}/csv/?q=secret") == []
    tabs = cleo.get("/dashboard/subscriptions/").text.partition('<nav class="tabs"')[2]
    assert re.findall(r'"count">(\d+)<', tabs) == ["1", "1", "0", "0", "0", "0", "0", "0"]
    assert "Sol Secret" not in cleo.get("/dashboard/search/?q=secret").text


def test_an_owner_may_look_at_one_business_only(shop: Cast, ann: Client) -> None:
    sell(shop.own, "ada@buyer.example")
    sell(shop.client, "cyd@buyer.example", "Cyd")
    page = ann.get(f"/dashboard/customers/?business={shop.client.public_id}", follow=True)
    assert "cyd@buyer.example" in page.text
    assert "ada@buyer.example" not in page.text
    assert "ada@buyer.example" in ann.get("/dashboard/customers/?business=all", follow=True).text


@pytest.mark.parametrize("words", ["ada@BUYER", "byron", "number", "order"])
def test_a_transaction_is_found_by_name_mail_document_or_order(
    shop: Cast, ann: Client, words: str
) -> None:
    bought = sell(shop.own, "ada@buyer.example")
    sell(shop.own, "bob@buyer.example", "Bob")
    named = {
        "number": Document.objects.get(order=bought.order).number_text,
        "order": bought.order.public_id,
    }
    rows = rows_of(ann, f"/dashboard/transactions/csv/?q={named.get(words, words)}")
    assert [row["email"] for row in rows] == ["ada@buyer.example"]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 5000,
        "since=0001-01-01&until=9999-12-31",
        "since=soon",
        "page=999999999999999999999",
        "page=-1&sort=oops&kind=oops&product=%00",
        "view=oops",
    ],
)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers_whatever_is_asked(shop: Cast, ann: Client, name: str, query: str) -> None:
    assert ann.get(f"/dashboard/{name}/?{query}").status_code == 200


def test_dates_and_kinds_narrow_the_ledger(shop: Cast, ann: Client) -> None:
    bought = sell(shop.own, "ada@buyer.example")
    refund(bought.payment, amount=Money(500, "EUR"), note="", by=SYSTEM, form_key="k" * 20)
    today = clock.today(shop.own.zone)
    address = "/dashboard/transactions/csv/"
    assert len(rows_of(ann, f"{address}?since={today}&until={today}")) == 2
    assert rows_of(ann, f"{address}?until={today - timedelta(days=1)}") == []
    (row,) = rows_of(ann, f"{address}?kind=refund")
    assert (row["total"], row["currency"]) == ("-5.00", "EUR")


def test_a_formula_in_a_name_stays_text_and_a_refund_a_number(shop: Cast, ann: Client) -> None:
    bought = sell(shop.own, "ada@buyer.example", '=HYPERLINK("http://evil.example")')
    refund(bought.payment, amount=Money(500, "EUR"), note="", by=SYSTEM, form_key="k" * 20)
    rows = rows_of(ann, "/dashboard/transactions/csv/")
    assert {row["customer_name"] for row in rows} == {'\'=HYPERLINK("http://evil.example")'}
    assert sorted(row["total"] for row in rows) == ["-5.00", "29.00"]


def test_each_subscription_stands_in_exactly_one_view(shop: Cast, ann: Client) -> None:
    sell(shop.own, "active@buyer.example")
    pausing.pause(sell(shop.own, "paused@buyer.example").subscription, by=SYSTEM)
    ending = sell(shop.own, "ending@buyer.example").subscription
    cancellation.cancel_at_period_end(ending, by=SYSTEM, source="hub")
    ended = sell(shop.own, "ended@buyer.example").subscription
    cancellation.cancel_now(ended, by=SYSTEM, source="hub")
    found = {
        view: [
            row["email"].partition("@")[0]
            for row in rows_of(ann, f"/dashboard/subscriptions/csv/?view={view}")
        ]
        for view in ("active", "trial", "past_due", "paused", "ending", "cancelled", "completed")
    }
    assert found == {
        "active": ["active"],
        "trial": [],
        "past_due": [],
        "paused": ["paused"],
        "ending": ["ending"],
        "cancelled": ["ended"],
        "completed": [],
    }


def test_a_list_has_pages_of_fifty(shop: Cast, ann: Client) -> None:
    price = shops.make_price(shops.make_product(shop.own), "one_time", 0)
    for number in range(52):
        buying.buy(price, f"buyer{number}@buyer.example")
    first = ann.get("/dashboard/customers/")
    assert "1 to 50 of 52" in first.text
    assert "51 to 52 of 52" in ann.get("/dashboard/customers/?page=2").text


def test_htmx_gets_the_rows_alone(shop: Cast, ann: Client) -> None:
    sell(shop.own, "ada@buyer.example")
    part = ann.get("/dashboard/transactions/", headers={"HX-Request": "true"})
    assert "Ada Byron" in part.text
    assert "<html" not in part.text


def test_the_page_of_an_order_shows_what_was_paid_for_it_then_and_since(
    shop: Cast, ann: Client
) -> None:
    bought = sell(shop.own, "ada@buyer.example")
    sell(shop.own, "bob@buyer.example")
    due = bought.subscription.next_due_at
    clock.set_offset(due - clock.wall() + timedelta(hours=1))
    renewals.renew_due()
    page = ann.get(f"/dashboard/orders/{bought.order.public_id}/").text
    assert 'Payments <span class="count">2</span>' in page


def test_a_document_that_is_not_fit_for_archives_says_so_and_is_found(
    shop: Cast, ann: Client
) -> None:
    odd, plain = (
        Document.objects.get(order=sell(shop.own, email, name).order)
        for email, name in (("odd@buyer.example", "田中\ue000"), ("bob@buyer.example", "Bob"))
    )
    for document in (odd, plain):
        assert ann.get(f"/dashboard/documents/{document.public_id}/pdf/").status_code == 200
    everything = ann.get("/dashboard/documents/").text
    badge = "<span>Not fit for archives</span>"
    assert everything.count(badge) == 1
    found = ann.get("/dashboard/documents/?drawn=flagged").text
    assert odd.number_text in found
    assert plain.number_text not in found
    order = ann.get(f"/dashboard/orders/{odd.order.public_id}/").text
    assert badge in order
    assert "could not be displayed" in order


def test_lists_and_files_say_in_words_who_cancelled_from_where_and_why(
    shop: Cast, ann: Client
) -> None:
    mine = sell(shop.own, "ada@buyer.example").subscription
    cancellation.cancel_now(mine, by=SYSTEM, source="dashboard", reason="Moved: far away")
    said = "in the dashboard, by Wainwright · Moved: far away"
    for name in ("subscriptions", "transactions"):
        assert said in ann.get(f"/dashboard/{name}/").text
    ledger = rows_of(ann, "/dashboard/transactions/csv/")
    assert [row["note"] for row in ledger] == [said, ""]
    (row,) = rows_of(ann, "/dashboard/subscriptions/csv/")
    assert (row["cancel_source"], row["cancel_reason"]) == ("in the dashboard", "Moved: far away")
    deeds = rows_of(ann, "/dashboard/subscriptions/acts/csv/")
    assert {row["source"] for row in deeds} == {"in the dashboard"}
