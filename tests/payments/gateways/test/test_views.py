"""The card page, through HTTP."""

from __future__ import annotations

import logging

import pytest
from django.urls import set_script_prefix

from tests.contracts.benches import asked
from wainwright.core.money import Money
from wainwright.payments.gateways.base import ChargeRequest, Decline, Intent, OutcomeStatus
from wainwright.payments.gateways.test.cards import CARDS

GOOD = {"number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123"}


def post(browser, path, **data):
    """Posts as the page's own form would, with the token that the page gave."""
    browser.get(path)
    token = browser.cookies["csrftoken"].value
    return browser.post(path, {**data, "csrfmiddlewaretoken": token})


def page_of(start):
    return f"/pay/{start.ref}"


def test_the_page_shows_the_sum_the_purpose_and_the_numbers(browser, open_start):
    shown = browser.get(page_of(open_start()))
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "Pay 29.00\u00a0EUR" in page
    assert "Studio Monthly" in page
    assert "The card is kept for later payments." in page
    page = browser.get(page_of(open_start(Intent.PAY))).content.decode()
    assert "The card is kept" not in page
    assert "No money moves here." in page
    for card in CARDS:
        assert card.spaced in page


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(1234, "JPY", "1,234\u00a0JPY"), (1234, "KWD", "1.234\u00a0KWD")],
)
def test_the_page_shows_each_currency_with_its_decimals(
    browser, open_start, minor, currency, shown
):
    page = browser.get(page_of(open_start(amount=Money(minor, currency)))).content.decode()
    assert f"Pay {shown}" in page


def test_saving_only_names_no_sum(browser, open_start):
    page = browser.get(page_of(open_start(Intent.SAVE_ONLY))).content.decode()
    assert "Save card" in page
    assert "EUR" not in page


def test_a_shops_page_before_it_leaves_no_prefix_on_the_card_page(browser, open_start):
    set_script_prefix("/b/acme/")
    start = open_start()
    assert post(browser, page_of(start), **GOOD).url == page_of(start)


def test_paying_leads_back_to_the_shop_with_the_ref(browser, open_start, gateway):
    start = open_start()
    paid = post(browser, page_of(start), **GOOD)
    assert (paid.status_code, paid.url) == (303, page_of(start))
    back = browser.get(paid.url)
    assert back.status_code == 303
    assert back.url == f"https://shop.example/checkout/back?cart=1&ref={start.ref}"
    assert gateway.finish(start.ref, {}).status == OutcomeStatus.SUCCEEDED


def test_the_way_back_keeps_what_the_shop_wrote_there(browser, open_start):
    start = open_start(return_url="https://shop.example/back?cart=&lang=de")
    back = browser.get(post(browser, page_of(start), **GOOD).url)
    assert back.url == f"https://shop.example/back?cart=&lang=de&ref={start.ref}"


def test_a_second_post_of_a_paid_page_only_leads_back(browser, open_start, gateway, time):
    start = open_start()
    post(browser, page_of(start), **GOOD)
    again = post(browser, page_of(start), **GOOD)
    assert again.url.startswith("https://shop.example/checkout/back")
    assert len(list(gateway.list_charges(time().replace(year=2000)))) == 1


def test_without_the_forms_token_nothing_is_paid(browser, open_start, gateway):
    start = open_start()
    assert browser.post(page_of(start), GOOD).status_code == 403
    assert gateway.finish(start.ref, {}).status == OutcomeStatus.ACTION_REQUIRED


def test_a_decline_says_why_and_lets_another_card_be_tried(browser, open_start, gateway):
    start = open_start()
    post(browser, page_of(start), **{**GOOD, "number": "4000000000009995"})
    page = browser.get(page_of(start)).content.decode()
    assert "not enough money" in page
    post(browser, page_of(start), **GOOD)
    assert gateway.finish(start.ref, {}).status == OutcomeStatus.SUCCEEDED


def test_suspected_fraud_reads_like_any_decline(browser, open_start):
    pages = []
    for number in ("4100000000000019", "4000000000000002"):
        start = open_start()
        post(browser, page_of(start), **{**GOOD, "number": number})
        pages.append(browser.get(page_of(start)).content.decode())
    assert all("The card was declined. Please try another card." in page for page in pages)


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "4111 1111 1111 1111"},
        {"number": "4111111111111111" * 700},
        {"number": "\x004111111111111111"},
        {"number": "<script>4111111111111111</script>"},
        {"number": "💳4111111111111111"},
        {"expiry": "13/34"},
        {"expiry": "01/20"},
        {"cvc": "abc"},
        {"number": ""},
    ],
    ids=["real", "long", "nul", "html", "emoji", "month", "past", "cvc", "empty"],
)
def test_anything_but_a_listed_card_is_refused_and_not_repeated(
    browser, open_start, gateway, folder, caplog, typed
):
    caplog.set_level(logging.DEBUG)
    start = open_start()
    answer = post(browser, page_of(start), **{**GOOD, **typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "aria-invalid" in page
    assert 'name="number" value' not in page
    kept = b"".join(file.read_bytes() for file in folder.iterdir()).decode(errors="replace")
    for place in (page, kept, caplog.text):
        assert "4111" not in place
    assert gateway.finish(start.ref, {}).status == OutcomeStatus.ACTION_REQUIRED


def test_the_help_fills_the_form_with_a_picked_number(browser, open_start):
    path = page_of(open_start())
    assert (
        'value="4000\u00a00000\u00a00000\u00a00002"'
        in browser.get(f"{path}?card=generic").content.decode()
    )
    assert 'name="number" value' not in browser.get(f"{path}?card=4111").content.decode()


def test_the_bank_asks_and_a_yes_pays(browser, open_start, gateway):
    start = open_start()
    asked_by_bank = post(browser, page_of(start), **{**GOOD, "number": "4000002500003155"})
    assert asked_by_bank.url == f"{page_of(start)}/bank"
    page = browser.get(asked_by_bank.url).content.decode()
    assert "Complete authentication" in page
    assert "Fail authentication" in page
    assert browser.get(page_of(start)).url == asked_by_bank.url
    post(browser, asked_by_bank.url, answer="complete")
    assert gateway.finish(start.ref, {}).status == OutcomeStatus.SUCCEEDED


def test_the_banks_question_forgets_what_another_card_was_refused_for(browser, open_start):
    start = open_start()
    post(browser, page_of(start), **{**GOOD, "number": "4000000000009995"})
    bank = post(browser, page_of(start), **{**GOOD, "number": "4000002500003155"}).url
    assert "not enough money" not in browser.get(bank).content.decode()


def test_a_no_to_the_bank_leads_to_another_card(browser, open_start, gateway):
    start = open_start()
    bank = post(browser, page_of(start), **{**GOOD, "number": "4000002500003155"}).url
    assert post(browser, bank, answer="fail").url == page_of(start)
    assert "could not confirm" in browser.get(page_of(start)).content.decode()
    assert browser.get(bank).url == page_of(start)
    assert gateway.finish(start.ref, {}).decline == Decline.AUTHENTICATION_REQUIRED


def test_a_later_charge_is_confirmed_on_the_banks_page(browser, open_start, gateway):
    method = gateway.pay_start(open_start(Intent.SAVE_ONLY).ref, "4000002760003184").method
    waiting = gateway.charge_saved(
        ChargeRequest(method, Money(500, "EUR"), "charge_1", "bill_1", "Studio Monthly")
    )
    bank = browser.get(page_of(waiting.action)).url
    assert "5.00\u00a0EUR" in browser.get(bank).content.decode()
    done = browser.get(post(browser, bank, answer="complete").url)
    assert "You can close this page" in done.content.decode()
    assert gateway.fetch("charge", waiting.ref).status == OutcomeStatus.SUCCEEDED


def test_cancelling_is_a_link_back(browser, open_start):
    page = browser.get(page_of(open_start())).content.decode()
    assert 'href="https://shop.example/checkout/"' in page


def test_a_replaced_or_late_page_is_closed_with_a_way_back(browser, open_start, time, gateway):
    start = open_start()
    gateway.start(asked(replaces=start.ref))
    closed = browser.get(page_of(start))
    assert closed.status_code == 410
    assert "Nothing was charged here" in closed.content.decode()
    assert 'href="https://shop.example/checkout/"' in closed.content.decode()
    late = open_start()
    time.pass_(days=2)
    gateway.check()
    assert browser.get(page_of(late)).status_code == 410


@pytest.mark.parametrize("path", ["/pay/nobody", "/pay/nobody/bank", "/elsewhere", "/pay/"])
def test_an_unknown_page_says_so(browser, folder, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "There is no payment at this address" in answer.content.decode()


def test_the_pages_may_not_be_kept_or_framed_and_their_form_may_lead_back(browser, open_start):
    answer = browser.get(page_of(open_start()))
    assert "no-store" in answer.headers["Cache-Control"]
    policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self' https://shop.example;" in policy + ";"
    assert "frame-ancestors 'none'" in policy


def test_the_page_speaks_the_buyers_language_or_english(browser, open_start):
    assert browser.get(page_of(open_start(locale="de"))).headers["Content-Language"] == "de"
    assert browser.get(page_of(open_start(locale="xx"))).headers["Content-Language"] == "en"


def test_looking_changes_nothing(browser, open_start, gateway):
    start = open_start()
    for _ in range(2):
        browser.get(page_of(start))
        browser.head(page_of(start))
    assert gateway.finish(start.ref, {}).action == start


def test_a_ledger_out_of_reach_is_said_plainly(browser, open_start, settings):
    start = open_start()
    settings.DATA = settings.DATA / "nowhere"
    answer = browser.get(page_of(start))
    assert answer.status_code == 503
    assert "cannot be reached" in answer.content.decode()


def test_the_front_page_lists_the_numbers(browser):
    page = browser.get("/").content.decode()
    assert all(card.spaced in page for card in CARDS)
