"""Whom a document names."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import MASTERCARD, buy
from tests.factories.shops import make_price, make_product
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import Document
from wainwright.payments.refunds import refund
from wainwright.sales.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def buyers_of(order: Order) -> list[str]:
    found = Document.objects.filter(order=order).order_by("pk")
    contents: list[dict[str, Any]] = [json.loads(document.content) for document in found]
    return [content["buyer"]["name"] for content in contents]


@pytest.mark.slow
def test_nobody_gets_into_anothers_documents_by_typing_his_e_mail(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own), "monthly")
    adas = buy(price, name="Ada Byron").order
    mallorys = buy(price, name="Mallory", card=MASTERCARD).order
    assert adas.customer_id == mallorys.customer_id
    advance(shop.account.pk, 32)
    assert buyers_of(adas) == ["Ada Byron", "Ada Byron"]
    assert buyers_of(mallorys) == ["Mallory", "Mallory"]


def test_a_credit_note_names_the_buyer_of_its_invoice(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    bought = buy(price, name="Ada Byron")
    buy(price, name="Mallory")
    refund(
        bought.payment,
        amount=Money(2900, "EUR"),
        note="",
        by=SYSTEM,
        form_key=secrets.token_urlsafe(16),
    )
    assert buyers_of(bought.order) == ["Ada Byron", "Ada Byron"]
