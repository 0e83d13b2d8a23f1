"""One letter lets a customer in, once, for ten minutes; nobody else learns anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hub.letters import newest_way_in
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import TooMany
from wainwright.core.tenancy import LIVE, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.hub import codes, entry, minting, queries
from wainwright.hub.models import AccessRequest
from wainwright.letters.models import Letter

pytestmark = pytest.mark.django_db

BROWSER = "the browser that asked, by its cookie"


@pytest.fixture
def ask(shop) -> Callable[..., AccessRequest]:
    """Asks and lets the worker answer; returns the request as it then is."""

    def asked(email: str = "ada@buyer.example", ip: str = "192.0.2.1", **kwargs) -> AccessRequest:
        request = entry.ask(
            business=kwargs.get("business", shop.own),
            email=email,
            browser_token=BROWSER,
            ip=ip,
            language="en",
        )
        if request.pk:
            minting.mint.func(request.account_id, request.pk)
            request.refresh_from_db()
        return request

    return asked


def test_a_customer_gets_one_letter_with_link_and_code(ada, ask):
    request = ask("  ADA@Buyer.example ")
    assert [letter.to for letter in mail.outbox] == [["ada@buyer.example"]]
    assert request.customer == ada
    assert request.expires_at - request.minted_at == timedelta(minutes=10)


def test_an_unknown_address_gets_no_letter_and_the_same_answer(ada, ask):
    known, unknown = ask(), ask("nobody@buyer.example")
    assert len(mail.outbox) == 1
    assert known.public_id[:4] == unknown.public_id[:4] == "acq_"


def test_asking_is_the_same_work_for_every_address(ada, shop):
    def statements(email: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            entry.ask(
                business=shop.own, email=email, browser_token="b", ip="192.0.2.1", language="en"
            )
        return [query["sql"].split(" ")[0] for query in captured if "SAVEPOINT" not in query["sql"]]

    statements("first@buyer.example")  # makes the visitor's counter
    assert statements("ada@buyer.example") == statements("eve@buyer.example")


def test_a_wrong_code_takes_the_same_steps_whoever_was_asked_for(ada, ask):
    def steps(request: AccessRequest) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert entry.enter_by_code(request, "AAAA-AAAA") is None
        return [query["sql"].split(" = ")[0] for query in captured]

    assert steps(ask()) == steps(ask("nobody@buyer.example"))


def test_the_link_lets_the_asking_browser_in_once(ada, ask):
    request = ask()
    assert entry.enter_by_link(request, "another browser's cookie") is None
    assert entry.enter_by_link(request, BROWSER) == ada
    assert entry.enter_by_link(request, BROWSER) is None


def test_the_code_lets_in_once_however_it_is_typed(ada, ask):
    request = ask()
    code = newest_way_in().code
    assert entry.enter_by_code(request, f" {code.lower().replace('-', ' ')} ") == ada
    assert entry.enter_by_code(request, code) is None
    assert entry.enter_by_link(request, BROWSER) is None


def test_letters_that_look_alike_are_read_as_meant():
    assert codes.typed("iLo0-1abc") == "1100" + "1ABC"


def test_five_wrong_codes_void_the_letter(ada, ask):
    request = ask()
    for _try in range(5):
        assert entry.enter_by_code(request, "AAAA-AAAA") is None
    assert entry.enter_by_code(request, newest_way_in().code) is None
    assert entry.enter_by_link(request, BROWSER) is None


def test_the_fifth_try_may_still_be_right(ada, ask):
    request = ask()
    for _try in range(4):
        entry.enter_by_code(request, "AAAA-AAAA")
    assert entry.enter_by_code(request, newest_way_in().code) == ada


def test_after_ten_minutes_nothing_of_the_letter_works(ada, ask, monkeypatch):
    request = ask()
    later = clock.wall() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert not entry.works(request)
    assert entry.enter_by_link(request, BROWSER) is None
    assert entry.enter_by_code(request, newest_way_in().code) is None


def test_a_newer_letter_voids_the_older(ada, ask):
    older, code = ask(), newest_way_in().code
    newer = ask()
    assert entry.enter_by_code(older, code) is None
    assert entry.enter_by_link(older, BROWSER) is None
    assert entry.enter_by_link(newer, BROWSER) == ada


def test_an_older_request_minted_late_does_not_void_the_newer(ada, shop, ask):
    older = entry.ask(
        business=shop.own, email=ada.email, browser_token=BROWSER, ip="192.0.2.1", language="en"
    )
    newer = ask()
    minting.mint.func(older.account_id, older.pk)
    assert entry.enter_by_link(newer, BROWSER) == ada
    assert len(mail.outbox) == 1


def test_a_retry_mints_anew_and_voids_what_it_minted_before(ada, ask):
    request = ask()
    first = newest_way_in()
    Letter.objects.update(state=Letter.SENDING)  # its sender died before it could say so
    minting.mint.func(request.account_id, request.pk)
    request.refresh_from_db()
    assert entry.enter_by_code(request, first.code) is None
    assert queries.request_by_token_hash(request.business, codes.digest(first.token)) is None
    assert entry.enter_by_code(request, newest_way_in().code) == ada


def test_a_letter_that_went_out_is_not_sent_again(ada, ask):
    request = ask()
    minting.mint.func(request.account_id, request.pk)
    assert len(mail.outbox) == 1


def test_what_no_worker_took_up_is_answered_by_the_sweep(ada, shop):
    request = entry.ask(
        business=shop.own, email=ada.email, browser_token=BROWSER, ip="192.0.2.1", language="en"
    )
    AccessRequest.objects.filter(pk=request.pk).update(asked_at=clock.wall() - timedelta(minutes=5))
    with scope(request.account_id, LIVE):
        minting.answer_waiting()
        minting.answer_waiting()
    assert len(mail.outbox) == 1


def test_old_requests_are_forgotten(ada, ask):
    request = ask()
    AccessRequest.objects.filter(pk=request.pk).update(asked_at=clock.wall() - timedelta(days=8))
    entry.forget_old()
    assert not AccessRequest.objects.exists()


def test_an_address_gets_three_letters_a_quarter_of_an_hour(ada, ask):
    for visitor in range(5):
        ask(ip=f"192.0.2.{visitor}")
    assert len(mail.outbox) == 3


def test_a_visitor_asks_twenty_times_an_hour(ada, ask):
    asked = [ask(f"{number}@buyer.example", ip="192.0.2.9") for number in range(21)]
    assert [request.pk is None for request in asked] == [False] * 20 + [True]


def test_all_addresses_of_a_household_are_one_visitor():
    assert entry.network("2001:db8:1:2::1") == entry.network("2001:db8:1:2:ffff::9")
    assert entry.network("2001:db8:1:2::1") != entry.network("2001:db8:1:3::1")
    assert entry.network("::ffff:192.0.2.1") == entry.network("192.0.2.1")


def test_a_business_sends_only_so_many_letters_an_hour(ada, ask, monkeypatch):
    monkeypatch.setattr(minting, "MOST_LETTERS", (1, 3600))
    ask()
    ask()
    assert len(mail.outbox) == 1


def test_the_same_address_at_another_business_is_nobody(ada, shop, ask):
    ask(business=shop.client)
    assert not mail.outbox


def test_the_live_customer_comes_before_the_test_one(ada, shop, ask):
    with scope(shop.account.pk, LIVE):
        live = find_or_create(shop.own.pk, Contact("ada@buyer.example"))
    assert ask().customer_id == live.pk


def test_a_sellers_link_always_asks_for_the_code(ada):
    request = entry.invite(ada, by=SYSTEM)
    minting.mint.func(request.account_id, request.pk)
    request.refresh_from_db()
    assert entry.enter_by_link(request, "") is None
    assert entry.enter_by_link(request, BROWSER) is None
    assert entry.enter_by_code(request, newest_way_in().code) == ada


def test_a_seller_is_told_when_it_was_enough(ada):
    for _time in range(3):
        entry.invite(ada, by=SYSTEM)
    with pytest.raises(TooMany):
        entry.invite(ada, by=SYSTEM)


def test_link_and_code_stand_in_no_column(ada, ask):
    ask()
    way_in = newest_way_in()
    secrets = (way_in.token, way_in.code, way_in.code.replace("-", ""), BROWSER)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                assert not any(secret in str(value) for value in row for secret in secrets), table
