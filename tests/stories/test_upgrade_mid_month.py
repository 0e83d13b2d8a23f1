"""A customer changes plan in the middle of a month, and pays what she was shown, now and later."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browsers import DESKTOP, PHONE, axe
from tests.server import Server
from tests.stories.people import Buyer, Seller, count, pdf_words

CHARGED = """
    SELECT coalesce(sum(amount), 0) FROM payments_payment
    JOIN customers_customer ON customer_id = customers_customer.id
    WHERE customers_customer.email = ? AND purpose = ? AND payments_payment.state = 'succeeded'
"""


def test_upgrade_mid_month(open_page: Callable[..., Page], server: Server) -> None:
    al = Seller(open_page(DESKTOP), server, "acme")
    ada = Buyer(open_page(PHONE), server, "acme", "ada@buyer.example")

    al_sells_three_plans_and_lets_customers_change(al)
    ada_buys_the_basic_plan(ada)
    a_fortnight_passes(ada)
    today = she_sees_what_pro_costs_today_and_later(ada)
    she_agrees_and_is_charged_exactly_that(ada, today)
    her_letter_and_her_invoice_say_the_same(ada, today)
    a_smaller_plan_waits_for_the_next_month_and_costs_nothing_today(ada)
    the_month_ends_and_the_smaller_plan_is_charged(ada)
    al_reads_who_changed_what_and_from_where(al)
    assert "0 broken" in server.run("audit")


def al_sells_three_plans_and_lets_customers_change(al: Seller) -> None:
    al.opens_an_account().connects_the_test_gateway()
    al.makes_a_product("Studio")
    al.sets_a_price("Subscription, until cancelled", "29.00", name="Basic")
    al.adds_a_price("Subscription, until cancelled", "59.00", name="Pro")
    al.adds_a_price("Subscription, until cancelled", "9.00", name="Small")
    al.opens("collecting/").reads("If a card fails, day by day")
    axe(al.page)
    al.page.get_by_label("Customers may change to another price").check()
    al.clicks("Save").reads("It holds from now on")


def ada_buys_the_basic_plan(ada: Buyer) -> None:
    ada.looks_at("studio")
    ada.page.get_by_role("radio", name=re.compile("^Basic")).check()
    ada.fills_in().orders().pays()


def a_fortnight_passes(ada: Buyer) -> None:
    ada.server.run("clock", "advance", "--account", ada.slug, "--days", "15")


def she_sees_what_pro_costs_today_and_later(ada: Buyer) -> str:
    """Nothing is charged by looking. Returns today's sum as the page writes it."""
    ada.opens_the_link(ada.asks_at_the_door()).follows(re.compile("^Studio"))
    ada.follows("Change plan")
    axe(ada.page)
    wants(ada, "Pro").reads("the new plan until the next payment")
    axe(ada.page)
    ada.reads("paid for the old plan, not used").reads("of the next twelve months")
    ada.reads("You can cancel online at any time, without giving a reason.")
    button = ada.page.get_by_role("button", name=re.compile("^Order and pay")).inner_text()
    found = re.search(r"Order and pay (\d+\.\d\d\sEUR), then 59\.00\sEUR a month", button)
    assert found, button
    assert charged(ada, "change") == 0
    return found[1]


def she_agrees_and_is_charged_exactly_that(ada: Buyer, today: str) -> None:
    ada.clicks(re.compile("^Order and pay")).reads("You have Studio, Pro. A letter confirms it.")
    axe(ada.page)
    ada.reads(f"{today} paid").reads("Changed to Studio, Pro")
    assert charged(ada, "change") == cents(today)
    assert 1_400 < cents(today) < 1_700  # about half of the difference between the plans


def her_letter_and_her_invoice_say_the_same(ada: Buyer, today: str) -> None:
    letter = ada.letter("Your plan is now Studio, Pro")
    assert f"and paid {today}." in letter.text
    assert "Already paid, not used: Studio, Basic: -" in letter.text
    assert "costs 59.00\u00a0EUR a month until you cancel" in letter.text
    assert today.split()[0] in pdf_words(letter.file)


def a_smaller_plan_waits_for_the_next_month_and_costs_nothing_today(ada: Buyer) -> None:
    ada.follows("Change plan")
    wants(ada, "Small").reads("everything stays as it is").clicks(re.compile("^Change from"))
    ada.reads("you have Studio, Small").clicks("Undo").reads("You stay with Studio, Pro.")
    ada.follows("Change plan")
    wants(ada, "Small").clicks(re.compile("^Change from")).reads("you have Studio, Small")
    for subject in ("You stay with Studio, Pro", "on: Studio, Small"):
        assert ada.letter(subject)


def the_month_ends_and_the_smaller_plan_is_charged(ada: Buyer) -> None:
    a_fortnight_passes(ada)
    ada.server.run("clock", "advance", "--account", ada.slug, "--days", "2")
    assert charged(ada, "renewal") == 900
    ada.goes_to("hub/").reads("Studio, Small").reads("9.00\u00a0EUR a month")


def al_reads_who_changed_what_and_from_where(al: Seller) -> None:
    al.opens("subscriptions/").follows("Studio, Small").reads("Changed to Studio, Pro")
    al.reads("in the customer's hub, by ada@buyer.example")
    axe(al.page)


def wants(ada: Buyer, plan: str) -> Buyer:
    ada.page.get_by_role("radio", name=re.compile(f"^{plan}")).check()
    ada.clicks("Show what it costs")
    ada.page.wait_for_url(re.compile("price="))
    return ada


def charged(ada: Buyer, purpose: str) -> int:
    """All that was charged for it, in cents."""
    return count(ada.server, CHARGED, ada.email, purpose)


def cents(sum_in_words: str) -> int:
    return int(sum_in_words.split()[0].replace(".", ""))
