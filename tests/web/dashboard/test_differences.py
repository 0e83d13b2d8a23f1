"""A difference between the gateway's books and ours is shown, explained and settled with a note."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories.renewing import due_subscriptions, gateway_of
from wainwright.billing import renewals
from wainwright.core import clock
from wainwright.payments import reconciling
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.models import Connection, Difference

pytestmark = pytest.mark.slow


@pytest.fixture
def found(shop: Cast) -> Difference:
    """The gateway took a cent more than a renewal asked for; the books were compared since."""
    (subscription,) = due_subscriptions(shop.own, 1)
    gateway_of(shop.own).misbehave(Faults(changed=1))
    renewals.renew(subscription.pk)
    gateway_of(shop.own).misbehave(Faults())
    clock.set_offset(clock.offset() + timedelta(hours=1))
    reconciling.reconcile_due()
    difference: Difference = Difference.objects.get()
    return difference


def test_today_leads_to_what_is_open(found: Difference, ann: Client) -> None:
    home = ann.get("/dashboard/").text
    assert "1 difference between the gateway" in home
    assert 'href="/dashboard/differences/"' in home


def test_both_sums_and_what_to_do_are_told(found: Difference, ann: Client) -> None:
    listed = ann.get("/dashboard/differences/").text
    page = ann.get(f"/dashboard/differences/{found.public_id}/").text
    for text in (listed, page):
        assert "29.00" in text
        assert "29.01" in text
    assert "give it back there in full" in page
    assert found.ref in page


def test_settling_keeps_the_note_and_closes_it(found: Difference, ann: Client) -> None:
    address = f"/dashboard/differences/{found.public_id}/"
    assert ann.post(address, {"note": "given back by hand"}).status_code == 303
    assert "The books agree." in ann.get("/dashboard/differences/").text
    assert "ann@agency.example" in ann.get("/dashboard/differences/?view=settled").text
    assert "given back by hand" in ann.get(address).text


def test_each_connection_tells_when_it_was_compared_last(found: Difference, ann: Client) -> None:
    text = ann.get("/dashboard/differences/").text
    assert text.count("Test") >= Connection.objects.count()
    assert "not yet" not in text


def test_a_gateway_that_does_not_answer_is_told_of(shop: Cast, ann: Client) -> None:
    due = due_subscriptions(shop.own, 12)
    gateway_of(shop.own).misbehave(Faults(unavailable=1))
    for subscription in due:
        renewals.renew(subscription.pk)
    assert "1 payment gateway does not answer" in ann.get("/dashboard/").text
