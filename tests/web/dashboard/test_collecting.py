"""The rules of collecting: set for the account or a product, and told day by day."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import shops
from wainwright.billing.rulebook import RuleBook
from wainwright.proving.asking import RULES

pytestmark = pytest.mark.django_db


def read(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_preview_tells_what_a_failing_card_brings_and_saves_nothing(
    ann: Client, shop: Cast
) -> None:
    said = read(ann.post("/dashboard/collecting/", RULES | {"preview": "1"}).text)
    days = ["The day it is due", "1 day later", "4 days later", "6 days later"]
    assert re.findall(r"The day it is due|\d+ days? later", said) == days
    assert "tried for the last time" in said
    assert "If nothing was paid, it is paused and the open bill written off" in said
    assert RuleBook.read().account.retry_after_days == [1, 3, 5]


def test_rules_are_the_accounts_until_a_product_has_its_own(ann: Client, shop: Cast) -> None:
    product = shops.make_product(shop.own)
    address = f"/dashboard/products/{product.public_id}/collecting/"
    assert "rules hold for it. Saving gives it rules of its own" in ann.get(address).text
    ann.post("/dashboard/collecting/", RULES)
    ann.post(address, RULES | {"retry_after_days": "7", "change_price": "on"})
    book = RuleBook.read()
    assert (book.account.retry_after_days, book.account.change_price) == ([1, 3], False)
    assert (book.of(product.pk).retry_after_days, book.of(product.pk).change_price) == ([7], True)
    assert product.name in read(ann.get("/dashboard/collecting/").text)
    ann.post(f"{address}drop/")
    assert RuleBook.read().of(product.pk).retry_after_days == [1, 3]


@pytest.mark.parametrize(
    "typed",
    [
        {"retry_after_days": "1, x"},
        {"retry_after_days": "0"},
        {"retry_after_days": "1 1 1 1 1 1 1 1 1"},
        {"grace_days": "-1"},
        {"then": "never"},
        {"pause_periods": "25"},
    ],
)
def test_what_makes_no_sense_is_refused(ann: Client, shop: Cast, typed: dict[str, str]) -> None:
    assert "Please look at this again" in ann.post("/dashboard/collecting/", RULES | typed).text
    assert RuleBook.read().account.pk is None
