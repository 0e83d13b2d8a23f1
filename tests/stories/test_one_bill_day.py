"""A customer with two plans chooses one bill day, and from then on pays both by one bill."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browsers import DESKTOP, PHONE, axe
from tests.server import Server
from tests.stories.people import Buyer, Seller, count

# What one bill of hers charged, for the two plans together.
TOGETHER = """
    SELECT count(*) FROM payments_bill
    JOIN customers_customer ON customer_id = customers_customer.id
    WHERE customers_customer.email = ? AND payments_bill.state = 'paid' AND gross = 4800
"""


def test_one_bill_day(open_page: Callable[..., Page], server: Server) -> None:
    al = Seller(open_page(DESKTOP), server, "acme")
    ada = Buyer(open_page(PHONE), server, "acme", "ada@buyer.example")

    al_sells_two_plans_and_lets_customers_choose_the_day(al)
    ada_has_both_ten_days_apart(ada)
    she_sees_what_each_costs_until_the_day_she_wants(ada)
    she_agrees_and_a_letter_says_the_same(ada)
    two_months_later_both_are_on_one_bill(ada)
    al_reads_that_she_chose_it_in_the_hub(al)
    assert "0 broken" in server.run("audit")


def al_sells_two_plans_and_lets_customers_choose_the_day(al: Seller) -> None:
    al.opens_an_account().connects_the_test_gateway()
    for name, price in (("Studio", "29.00"), ("Course", "19.00")):
        al.makes_a_product(name).sets_a_price("Subscription, until cancelled", price)
    al.opens("collecting/").page.get_by_label("Customers may choose the bill day").check()
    al.clicks("Save").reads("It holds from now on")


def ada_has_both_ten_days_apart(ada: Buyer) -> None:
    ada.buys("studio")
    passes(ada, 10)
    ada.buys("course")
    assert ada.letter(after=1)


def she_sees_what_each_costs_until_the_day_she_wants(ada: Buyer) -> None:
    ada.opens_the_link(ada.asks_at_the_door()).follows(re.compile("^Studio"))
    ada.follows("Change date")
    axe(ada.page)
    ada.page.get_by_label("Day of the month").select_option(str(day_she_wants(ada)))
    ada.clicks("Show what it costs").reads("Nothing is charged today.")
    ada.reads(re.compile(r"Studio: \d+\.\d\d\sEUR on .* from then on 29\.00\sEUR a month"))
    ada.reads(re.compile(r"Course: \d+\.\d\d\sEUR on .* from then on 19\.00\sEUR a month"))
    axe(ada.page)


def she_agrees_and_a_letter_says_the_same(ada: Buyer) -> None:
    ada.clicks(re.compile("^Choose day")).reads("A letter confirms it.")
    ada.reads("Moved to day")
    letter = ada.letter("Your bill day: day")
    assert "from then on 29.00\u00a0EUR a month" in letter.text
    assert "from then on 19.00\u00a0EUR a month" in letter.text


def two_months_later_both_are_on_one_bill(ada: Buyer) -> None:
    passes(ada, 62)
    assert count(ada.server, TOGETHER, ada.email) >= 1


def al_reads_that_she_chose_it_in_the_hub(al: Seller) -> None:
    al.opens("subscriptions/").follows("Studio").reads("Moved to day")
    al.reads("in the customer's hub, by ada@buyer.example")
    axe(al.page)


def day_she_wants(ada: Buyer) -> int:
    """One on which neither is billed now: the first is the form's own choice."""
    now = int(ada.page.get_by_label("Day of the month").input_value())
    return (now + 14) % 28 + 1


def passes(ada: Buyer, days: int) -> None:
    ada.server.run("clock", "advance", "--account", ada.slug, "--days", str(days))
