"""Through the door: nobody learns who is a customer, and no scanner uses a link up."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django_ox.testing import run_tasks

from tests.hub.letters import WayIn, newest_way_in
from tests.web.hub.browsing import Browser, text, words
from wainwright.customers.finding import Contact, find_or_create
from wainwright.hub import entry
from wainwright.hub.models import AccessRequest

pytestmark = pytest.mark.django_db

ADA = "ada@buyer.example"


@pytest.fixture(autouse=True)
def ada(business):
    return find_or_create(business.pk, Contact(ADA, "Ada Byron"))


@pytest.fixture
def ask(browser):
    def asked(email: str = ADA, by: Browser = browser) -> str:
        by.see("/updateinfo/")
        answer = by.send("/updateinfo/", email=email)
        assert answer.status_code == 303
        run_tasks()
        return answer.headers["Location"]

    return asked


@pytest.fixture
def way_in(ask) -> WayIn:
    ask()
    return newest_way_in()


def masked(body: str) -> str:
    body = re.sub(r'value="[^"]{40,}"', "", body)
    return re.sub(r"acq_\w+", "", body)


def is_in(browser: Browser) -> bool:
    return browser.see("/hub/").status_code == 200


def test_every_address_sees_the_same_page(browser, ask):
    known, unknown = (browser.see(ask(email)) for email in (ADA, "nobody@buyer.example"))
    assert masked(text(known)) == masked(text(unknown))
    assert known.status_code == unknown.status_code == 200
    assert len(mail.outbox) == 1


@pytest.mark.slow
def test_a_wrong_code_is_answered_alike_whoever_was_asked_for(browser, ask):
    def answers(email: str) -> list[str]:
        page = ask(email)
        browser.see(page)
        return [masked(text(browser.send(page, code="AAAAAAAA"))) for _try in range(7)]

    assert answers(ADA) == answers("nobody@buyer.example")


@pytest.mark.slow
def test_beyond_the_limits_the_page_stays_the_same(browser, ask):
    pages = {masked(text(browser.see(ask()))) for _time in range(5)}
    assert len(pages) == 1
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("typed", ["", "nobody", "a\x00@b.example", f"{'a' * 490}@b.example"])
def test_what_is_no_address_is_refused_with_a_sentence(browser, typed):
    browser.see("/updateinfo/")
    answer = browser.send("/updateinfo/", email=typed)
    assert answer.status_code == 400
    assert 'class="error"' in text(answer)


def test_looking_at_the_link_uses_nothing_up(browser, way_in):
    for _scan in range(3):
        assert Browser(browser.business).see(way_in.path).status_code == 200
        assert browser.head(way_in.path).status_code == 200
    assert AccessRequest.objects.get().used_at is None
    browser.see(way_in.path)
    assert browser.send(way_in.path).status_code == 303
    assert is_in(browser)


def test_a_scanner_that_posts_the_form_does_not_get_in(browser, way_in):
    scanner = Browser(browser.business)
    scanner.see(way_in.path)
    assert scanner.send(way_in.path).status_code == 400
    assert not is_in(scanner)
    browser.see(way_in.path)
    browser.send(way_in.path)
    assert is_in(browser)


def test_another_browser_gets_in_with_the_code_of_the_same_letter(browser, way_in):
    second = Browser(browser.business)
    second.see(way_in.path)
    assert second.send(way_in.path, code="AAAAAAAA").status_code == 400
    assert second.send(way_in.path, code=way_in.code.lower()).status_code == 303
    assert is_in(second)


def test_the_asking_browser_may_type_the_code_where_it_asked(browser, ask):
    page = ask()
    browser.see(page)
    assert browser.send(page, code=newest_way_in().code).status_code == 303
    assert is_in(browser)


def test_a_second_use_of_the_link_fails_and_says_what_to_do(browser, way_in):
    browser.see(way_in.path)
    browser.send(way_in.path)
    for again in (browser.see(way_in.path), browser.send(way_in.path)):
        assert again.status_code == 410
        assert "Ask for a new letter" in words(again)


def test_a_second_use_of_the_code_fails_and_says_what_to_do(browser, ask):
    page, code = ask(), newest_way_in().code
    browser.see(page)
    browser.send(page, code=code)
    again = browser.send(page, code=code)
    assert again.status_code == 400
    assert "Ask for a new letter" in words(again)


def test_five_wrong_codes_end_the_link_too(browser, way_in):
    second = Browser(browser.business)
    second.see(way_in.path)
    answers = [second.send(way_in.path, code="AAAAAAAA").status_code for _try in range(5)]
    assert answers == [400, 400, 400, 400, 410]
    assert browser.see(way_in.path).status_code == 410


def test_a_sellers_link_asks_for_the_code_even_where_somebody_asked_before(browser, ada, ask):
    ask()
    entry.invite(ada, by=entry_seller())
    run_tasks()
    way_in = newest_way_in()
    assert "sent you this link" in words(browser.see(way_in.path))
    assert browser.send(way_in.path).status_code == 400
    assert browser.send(way_in.path, code=way_in.code).status_code == 303


def entry_seller():
    from wainwright.core.actors import user

    return user(1, "ann@agency.example")


def test_another_business_does_not_know_the_link(browser, other, way_in):
    path = way_in.path.replace("/b/agency/", "/b/cleo/")
    assert Browser(other).see(path).status_code == 410


def test_the_link_leaves_no_trace_elsewhere(browser, way_in):
    seen = browser.see(way_in.path)
    used = browser.send(way_in.path)
    for answer in (seen, used):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert way_in.token not in str(answer.headers)
    without_slash = browser.see(way_in.path.rstrip("/"))
    assert without_slash.status_code == 410
    assert way_in.token not in str(without_slash.headers)


def test_the_form_of_the_link_is_guarded_against_other_sites(browser, way_in):
    browser.see(way_in.path)
    fields = {"csrfmiddlewaretoken": browser.token}
    hidden = {"origin": "null"}
    foreign = browser.post(way_in.path, fields, headers=hidden | {"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert browser.post(way_in.path, headers={"sec-fetch-site": "same-origin"}).status_code == 403
    own = browser.post(way_in.path, fields, headers=hidden | {"sec-fetch-site": "same-origin"})
    assert own.status_code == 303


def test_cookies_are_bound_to_the_host_and_hidden_from_scripts(browser, way_in):
    browser.see(way_in.path)
    browser.send(way_in.path)
    for name in ("__Host-lr", "__Host-hub-agency"):
        cookie = browser.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_signing_in_gives_a_new_session_and_ends_the_old(browser, ask, ada):
    browser.enter(ada)
    old = browser.cookies["__Host-hub-agency"].value
    page = ask()
    browser.see(page)
    browser.send(page, code=newest_way_in().code)
    assert browser.cookies["__Host-hub-agency"].value != old
    other_browser = Browser(browser.business)
    other_browser.cookies["__Host-hub-agency"] = old
    assert not is_in(other_browser)


def test_signing_out_ends_the_session_not_only_the_cookie(browser, ada):
    browser.enter(ada)
    token = browser.cookies["__Host-hub-agency"].value
    assert browser.send("/hub/signout/").status_code == 303
    assert browser.cookies["__Host-hub-agency"].value == ""
    browser.cookies["__Host-hub-agency"] = token
    assert not is_in(browser)


def test_signing_out_everywhere_reaches_other_browsers(browser, ada):
    elsewhere = Browser(browser.business)
    elsewhere.enter(ada)
    browser.enter(ada)
    assert "signed in in 2 browsers" in words(browser.see("/hub/"))
    browser.send("/hub/signout/", everywhere="yes")
    assert not is_in(elsewhere)
