"""What the seller's people are told by letter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.buying import buy
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.accounts.models import Business
from wainwright.core import clock, events
from wainwright.core.models import Delivery
from wainwright.core.money import Money
from wainwright.letters.models import Letter
from wainwright.payments import reconciling
from wainwright.payments.gateways.base import ChargeRequest, MethodRef
from wainwright.payments.models import Connection, Difference, Method

pytestmark = pytest.mark.django_db


def compare(business: Business, *unknown: int) -> None:
    """Lays the books side by side two hours on, with so many charges at the gateway of nobody."""
    clock.set_offset(clock.offset() + timedelta(hours=2))
    if not Method.objects.exists():
        buy(make_price(make_product(business), "monthly"))
    method = Method.objects.get()
    saved = MethodRef(method.gateway_ref, method.customer_ref)
    for minor in unknown:
        amount, key = Money(minor, "EUR"), f"elsewhere{minor}"
        gateway_of(business).charge_saved(ChargeRequest(saved, amount, key, "x", "x"))
    reconciling.reconcile(Connection.objects.select_related("business").get(business=business))
    events.deliver_waiting()


def alerts() -> list[Letter]:
    return list(Letter.objects.filter(kind="difference_alert").order_by("pk"))


def test_what_one_comparison_finds_is_told_in_one_letter(business: Business) -> None:
    compare(business, 501, 502, 503)
    assert Difference.objects.count() == 3
    (letter,) = alerts()
    assert letter.recipient == "ann@agency.example"
    assert letter.subject == "Agency: the gateway's books differ"
    for part in (letter.text, letter.html):
        assert "nothing here, 5.01\u00a0EUR at the gateway" in part
        assert "http://127.0.0.1:8000/b/agency/dashboard/differences/" in part


def test_a_finding_is_told_once_and_a_later_one_by_itself(business: Business) -> None:
    compare(business, 501)
    compare(business)
    Delivery.objects.update(state=Delivery.WAITING)
    events.deliver_waiting()
    assert len(alerts()) == 1
    compare(business, 502)
    assert len(alerts()) == 2
    assert "5.02\u00a0EUR at the gateway" in alerts()[1].text


def test_books_that_agree_bring_no_letter(business: Business) -> None:
    compare(business)
    assert alerts() == []
