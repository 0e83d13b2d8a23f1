"""What waits for the seller's word is shown with why, and is decided with one button."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, renewals, switching
from wainwright.billing.models import Hold
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.payments.models import Refund

pytestmark = pytest.mark.slow


@pytest.fixture
def held(shop: Cast) -> Hold:
    """Seven days passed while nothing ran."""
    buy(make_price(make_product(shop.own), "daily", 100))
    clock.set_offset(timedelta(days=7, hours=1))
    renewals.renew_due()
    hold: Hold = Hold.objects.get()
    return hold


def test_today_leads_to_what_waits_and_says_why(held: Hold, ann: Client) -> None:
    assert "1 question of billing waits for your decision" in ann.get("/dashboard/").text
    page = ann.get("/dashboard/decisions/").text
    assert "6.00" in page
    assert "Charge none" in page


def test_the_word_is_given_once_and_kept_with_who_gave_it(held: Hold, ann: Client) -> None:
    address = f"/dashboard/decisions/{held.public_id}/"
    assert ann.post(address, {"decision": "skip"}).status_code == 303
    assert ann.post(address, {"decision": "all"}).status_code == 303
    held.refresh_from_db()
    assert (held.decision, held.by) == ("skip", "ann@agency.example")
    assert "ann@agency.example" in ann.get("/dashboard/decisions/?view=decided").text


def test_another_word_is_refused(held: Hold, ann: Client) -> None:
    refused = ann.post(f"/dashboard/decisions/{held.public_id}/", {"decision": "perhaps"})
    assert refused.status_code == 409
    held.refresh_from_db()
    assert held.decided_at is None


def test_credit_that_is_left_is_shown_and_given_back(shop: Cast, ann: Client) -> None:
    studio = make_price(make_product(shop.own), "monthly", 700, interval="weekly")
    small = make_price(make_product(shop.own, "Small"), "monthly", 100, interval="weekly")
    mine = buy(studio).subscription
    clock.set_offset(timedelta(days=3, hours=12))
    switching.switch(mine, switching.proposed(mine, small, now=True), by=SYSTEM)
    customer = f"/dashboard/customers/{mine.customer.public_id}/"
    page = ann.get(customer).text
    assert "Left over from a change of plan" in page
    assert "Nothing runs that will use it" not in page
    cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    assert "Nothing runs that will use it" in ann.get(customer).text
    page = ann.get("/dashboard/decisions/").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "3.00 EUR of credit were left" in page
    assert "3.00 EUR of it can go back" in page
    ann.post(f"/dashboard/decisions/{Hold.objects.get().public_id}/", {"decision": "go_on"})
    assert "Left over from a change of plan" not in ann.get(customer).text
    assert Refund.objects.get().by == "ann@agency.example"
