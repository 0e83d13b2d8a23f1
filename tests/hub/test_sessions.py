"""A hub session is one browser, one customer, one business, one mode, and not for long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wainwright.core import clock
from wainwright.core.tenancy import LIVE, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.hub import sessions
from wainwright.hub.models import HubSession

pytestmark = pytest.mark.django_db


def after(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    later = clock.wall() + timedelta(**span)
    monkeypatch.setattr(clock, "wall", lambda: later)


def test_the_cookie_finds_its_customer(ada, shop):
    token = sessions.start(ada, agent="Firefox")
    found = sessions.find(shop.own, token)
    assert found is not None
    assert found.customer == ada


def test_another_business_knows_nothing_of_it(ada, shop):
    token = sessions.start(ada, agent="")
    assert sessions.find(shop.client, token) is None
    assert sessions.find(shop.stranger, token) is None


@pytest.mark.parametrize("token", ["", "live", "test-", "other-x", "test-wrong", "live-\x00"])
def test_another_value_is_nobody(ada, shop, token):
    assert sessions.find(shop.own, token) is None


def test_a_session_is_of_one_mode(ada, shop):
    with scope(shop.account.pk, LIVE):
        live = find_or_create(shop.own.pk, Contact("ada@buyer.example"))
        token = sessions.start(live, agent="")
    found = sessions.find(shop.own, token)
    assert found is not None
    assert found.mode == LIVE
    assert sessions.find(shop.own, token.replace("live", "test", 1)) is None


def test_half_an_hour_without_a_page_ends_it(ada, shop, monkeypatch):
    token = sessions.start(ada, agent="")
    after(monkeypatch, minutes=29)
    assert sessions.find(shop.own, token)
    after(monkeypatch, minutes=29)
    assert sessions.find(shop.own, token)
    after(monkeypatch, minutes=31)
    assert sessions.find(shop.own, token) is None


def test_a_day_ends_it_however_busy(ada, shop, monkeypatch):
    token = sessions.start(ada, agent="")
    for _look in range(60):
        after(monkeypatch, minutes=24.5)
        found = sessions.find(shop.own, token)
    assert found is None


def test_looking_is_noted_every_five_minutes(ada, shop, monkeypatch, django_assert_num_queries):
    token = sessions.start(ada, agent="")
    with django_assert_num_queries(1):
        sessions.find(shop.own, token)
    after(monkeypatch, minutes=6)
    with django_assert_num_queries(2):
        sessions.find(shop.own, token)


def test_signing_in_again_ends_the_session_before(ada, shop):
    first = sessions.start(ada, agent="")
    second = sessions.start(ada, agent="", replaces=first)
    assert sessions.find(shop.own, first) is None
    assert sessions.find(shop.own, second)


def test_signing_out_ends_it_here_and_everywhere(ada, shop):
    first, second, third = (sessions.start(ada, agent="") for _browser in range(3))
    sessions.end(sessions.find(shop.own, first))
    assert sessions.find(shop.own, first) is None
    assert sessions.open_now(ada) == 2
    sessions.end_everywhere(ada)
    assert not any(sessions.find(shop.own, token) for token in (second, third))


def test_only_a_hash_of_the_cookie_is_kept(ada):
    token = sessions.start(ada, agent="")
    assert token not in str(HubSession.objects.values())
    assert token.partition("-")[2] not in str(HubSession.objects.values())


def test_old_sessions_are_forgotten(ada, monkeypatch):
    sessions.start(ada, agent="")
    after(monkeypatch, days=31)
    sessions.forget_old()
    assert not HubSession.objects.exists()
