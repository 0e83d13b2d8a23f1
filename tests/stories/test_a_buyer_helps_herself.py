"""A seller sells, a buyer buys and then looks after everything alone, for two years."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browsers import axe
from tests.server import Server
from tests.stories.people import DECLINED, Buyer, Letter, Seller, count, pdf_words

TWO_YEARS = 731
CHARGES = """
    SELECT count(*) FROM sales_entry JOIN customers_customer ON customer_id = customers_customer.id
    WHERE customers_customer.email = ? AND item LIKE ? AND kind IN ('charge', 'rebill')
"""


def test_from_the_first_product_to_the_last_credit_note(
    open_page: Callable[..., Page], server: Server, screen: dict[str, Any]
) -> None:
    slug = f"acme{screen['viewport']['width']}"
    al = Seller(open_page(screen), server, slug)
    ada = Buyer(open_page(screen), server, slug, f"ada@{slug}.example")
    bob = Buyer(open_page(screen), server, slug, f"bob@{slug}.example")

    al_opens_a_shop(al)
    ada_buys_after_a_card_was_declined(ada)
    her_receipt_says_everything_and_opens_nothing(ada.letter("Studio Monthly"), al)
    she_gets_in_by_link(ada)
    and_by_code_from_another_browser(Buyer(open_page(screen), server, slug, ada.email))
    her_invoice_is_a_page_and_a_file(ada)
    she_cancels_takes_it_back_and_cancels(ada)

    bob.buys("newsletter").buys("course")
    bob.letter("Course")
    server.run("clock", "advance", "--account", slug, "--days", str(TWO_YEARS), seconds=240)

    two_years_charged_what_was_agreed_and_no_more(ada, bob)
    al_gives_a_part_back_and_bob_sees_the_credit_note(al, bob)
    assert "0 broken" in server.run("audit")


def al_opens_a_shop(al: Seller) -> None:
    al.opens_an_account().connects_the_test_gateway()
    al.makes_a_product("Studio Monthly", asks_address=True)
    al.sets_a_price("Subscription, until cancelled", "29.00", trial_days="14", today="1.00")
    al.reads("1.00\u00a0EUR for 14 days, then 29.00\u00a0EUR every month until cancelled")
    al.makes_a_product("Newsletter").sets_a_price("Subscription, until cancelled", "5.00")
    al.makes_a_product("Course").sets_a_price("Split pay", "99.00", payments="3")


def ada_buys_after_a_card_was_declined(ada: Buyer) -> None:
    ada.looks_at("studio-monthly").reads("Today you pay 1.00\u00a0EUR. The trial runs until")
    axe(ada.page)
    ada.fills_in(address=True).orders()
    axe(ada.page)
    ada.types_a_card(DECLINED).clicks(re.compile("^Pay")).reads("The card was declined")
    axe(ada.page)
    ada.pays().reads(f"A receipt is on its way to {ada.email}")
    axe(ada.page)


def her_receipt_says_everything_and_opens_nothing(receipt: Letter, al: Seller) -> None:
    shop = f"{al.server.base_url}/b/{al.slug}/"
    pdf = pdf_words(receipt.file)
    for words in (receipt.text, receipt.html, pdf):
        assert re.search(r"\b1\.00\sEUR", words)
        assert f"{shop}updateinfo/" in words
        assert "/l/" not in words
    assert "Ada Byron" in pdf
    assert "TEST-" in pdf
    assert all(link.startswith(shop) for link in receipt.links)


def she_gets_in_by_link(ada: Buyer) -> None:
    ada.goes_to("updateinfo/")
    axe(ada.page)
    letter = ada.asks_at_the_door()
    axe(ada.page)
    ada.page.goto(letter.link)
    axe(ada.page)
    expect(ada.page.get_by_label("Code from the letter")).not_to_be_visible()
    ada.clicks("Open").is_in_the_hub().reads("Hello Ada Byron")
    axe(ada.page)


def and_by_code_from_another_browser(ada_elsewhere: Buyer) -> None:
    letter = ada_elsewhere.asks_at_the_door()
    ada_elsewhere.types_the_code(letter.code).is_in_the_hub().reads("Hello Ada Byron")


def her_invoice_is_a_page_and_a_file(ada: Buyer) -> None:
    ada.goes_to("hub/").follows("All documents")
    axe(ada.page)
    ada.follows("Open").reads("Invoice TEST-")
    axe(ada.page)
    file = ada.downloads()
    assert re.search(r"Total 1\.00\sEUR", pdf_words(file))
    assert file == ada.letter("Studio Monthly").file


def she_cancels_takes_it_back_and_cancels(ada: Buyer) -> None:
    """Three clicks from the hub's first page, two from the subscription's."""
    ada.goes_to("hub/").follows(re.compile("^Studio Monthly"))
    axe(ada.page)
    ada.follows("Cancel").reads("Nothing more is charged, also not the 29.00\u00a0EUR due on")
    axe(ada.page)
    ada.clicks("Cancel Studio Monthly").reads("Studio Monthly is cancelled")
    axe(ada.page)
    ada.clicks("Undo").reads("Studio Monthly goes on as before")
    ada.follows("Cancel").clicks("Cancel Studio Monthly").reads("Studio Monthly is cancelled")
    ada.letter("Studio Monthly is cancelled and yours until", after=1)
    ada.letter("Studio Monthly goes on")


def two_years_charged_what_was_agreed_and_no_more(ada: Buyer, bob: Buyer) -> None:
    server = ada.server
    assert count(server, CHARGES, ada.email, "Studio%") == 1
    assert count(server, CHARGES, bob.email, "Newsletter%") == 1 + 24
    assert count(server, CHARGES, bob.email, "%Course%") == 3  # two of them with the Newsletter
    ada.goes_to("hub/").reads("Ended").reads(re.compile("Cancelled, ended on"))
    bob.opens_the_link(bob.asks_at_the_door()).reads("Newsletter")
    bob.reads("Completed on").reads("all 3 payments are made")


def al_gives_a_part_back_and_bob_sees_the_credit_note(al: Seller, bob: Buyer) -> None:
    al.gives_back("2.50", "was ill for half a month", to=bob.email, of="Newsletter")
    bob.letter("2.50")
    bob.goes_to("hub/documents/").reads("Credit note")
    bob.page.get_by_role("link", name="Open").first.click()
    bob.reads("Credit note").reads("2.50")
    assert "was ill" not in bob.page.content()
