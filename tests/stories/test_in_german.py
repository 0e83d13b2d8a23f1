"""A German buyer reads German from the first page to the last letter, with the law's own words."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browsers import PHONE, axe
from tests.server import Server
from tests.stories.people import Buyer, Seller, pdf_words

ENGLISH = re.compile(
    r"\b(your|you|cancel|order|invoice|payment|receipt|purchases|please|letter|test mode)\b", re.I
)


def test_buying_and_leaving_in_german(open_page: Callable[..., Page], server: Server) -> None:
    al = Seller(open_page(), server, "acme")
    al.opens_an_account().connects_the_test_gateway()
    al.makes_a_product("Werkbank").sets_a_price("Subscription, until cancelled", "29.00")
    ada = Buyer(open_page(PHONE, locale="en-GB"), server, "acme", "ada@kunde.example")

    ada.goes_to("checkout/werkbank/?language=de")
    axe(ada.page)
    is_german(ada.page)
    expect(ada.page.get_by_role("link", name="Verträge hier kündigen")).to_be_visible()
    expect(ada.page.get_by_role("link", name="Vertrag widerrufen")).to_be_visible()
    ada.types(e_mail=ada.email)
    ada.page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    ada.clicks(re.compile("^Zahlungspflichtig bestellen")).reads("29,00\u00a0EUR")
    is_german(ada.page)
    ada.page.wait_for_url(re.compile("//testgateway"))
    pays(ada)
    ada.page.wait_for_url(re.compile("/checkout/thanks/"))
    is_german(ada.page)

    receipt = ada.letter("Werkbank")
    for words in (receipt.subject, receipt.text, pdf_words(receipt.file)):
        assert not ENGLISH.search(without_addresses(words)), words
    assert "Rechnung" in pdf_words(receipt.file)

    ada.goes_to("updateinfo/")
    is_german(ada.page)
    ada.page.get_by_role("textbox").fill(ada.email)
    before = len(ada.letters())
    ada.page.locator("main form button").click()
    letter = ada.letter(after=before)
    assert not ENGLISH.search(without_addresses(letter.text)), letter.text
    is_german(ada.page)
    ada.page.goto(letter.link)
    is_german(ada.page)
    ada.page.locator("main form button").click()
    ada.is_in_the_hub()
    is_german(ada.page)

    ada.follows(re.compile("^Werkbank"))
    is_german(ada.page)
    ada.follows("Kündigen").clicks("Werkbank kündigen")
    is_german(ada.page)
    ada.letter("gekündigt")

    ada.goes_to("cancel/")
    expect(ada.page.get_by_role("button", name="jetzt kündigen", exact=True)).to_be_visible()
    is_german(ada.page)
    axe(ada.page)
    ada.goes_to("withdraw/")
    is_german(ada.page)
    for box in ada.page.locator("main input:visible").all():
        box.fill("ada@kunde.example")
    ada.page.locator("main form button").click()
    expect(ada.page.get_by_role("button", name="Widerruf bestätigen", exact=True)).to_be_visible()
    is_german(ada.page)


def pays(ada: Buyer) -> None:
    for box, words in zip(
        ada.page.locator("form input:visible").all(),
        ("4242424242424242", "12/40", "123"),
        strict=True,
    ):
        box.fill(words)
    ada.page.locator("form button").first.click()


def is_german(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "de"
    words = without_addresses(page.locator("body").inner_text())
    words = words.replace("English", "")
    found = ENGLISH.search(words)
    assert not found, words[max(0, found.start() - 80) : found.end() + 80]


def without_addresses(words: str) -> str:
    return re.sub(r"https?://\S+|\S+@\S+", "", words)
