"""Reminders and words are set for the account or one product, and shown before they are saved."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import shops
from wainwright.letters.wording import Book

pytestmark = pytest.mark.django_db


def test_words_are_shown_before_they_are_saved(ann: Client, shop: Cast) -> None:
    typed = {"overdue_subject": "{item_name}, {days} days", "upcoming_days": "2, 5"}
    page = ann.post("/dashboard/reminders/", typed | {"preview": "1"}).text
    assert "Studio Monthly, 7 days" in page
    assert Book.read().account.pk is None
    assert "Saved." in ann.post("/dashboard/reminders/", typed, follow=True).text
    saved = Book.read().account
    assert saved.upcoming_days == [5, 2]
    assert saved.wording == {"overdue": {"subject": "{item_name}, {days} days"}}


def test_a_product_has_its_own_until_it_gives_them_up(ann: Client, shop: Cast) -> None:
    product = shops.make_product(shop.own)
    address = f"/dashboard/products/{product.public_id}/reminders/"
    assert "At most 3 reminders" in ann.post(address, {"upcoming_days": "1 2 3 4"}).text
    ann.post(address, {"upcoming_days": "3"})
    assert Book.read().of(product.pk).upcoming_days == [3]
    ann.post(f"{address}drop/")
    assert Book.read().of(product.pk).upcoming_days == []
