"""A known buyer's record does not follow what somebody types under his e-mail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.customers.models import Customer

pytestmark = pytest.mark.django_db

ADA = "ada@buyer.example"
HOME = {"street": "12 St James's Square", "postcode": "SW1Y 4JH", "city": "London", "country": "GB"}


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def told(shop: cast.Cast, *, language: str = "en", **typed: str) -> Customer:
    found = find_or_create(shop.own.pk, Contact(ADA, **typed), language=language)
    return Customer.objects.get(pk=found.pk)


def test_what_is_known_stays_as_it_is(shop: cast.Cast) -> None:
    told(shop, name="Ada Byron", tax_id="GB123", **HOME)
    after = told(shop, name="Mallory", tax_id="XX1", street="1 Elm Row", city="Hull", language="de")
    assert (after.name, after.tax_id, after.language) == ("Ada Byron", "GB123", "en")
    assert after.address_lines == ["12 St James's Square", "SW1Y 4JH London"]


def test_blanks_are_filled(shop: cast.Cast) -> None:
    told(shop)
    after = told(shop, name="Ada Byron", **HOME)
    assert (after.name, after.country) == ("Ada Byron", "GB")


def test_two_addresses_are_never_mixed(shop: cast.Cast) -> None:
    told(shop, city="London", country="GB")
    assert told(shop, street="1 Elm Row", postcode="HU1", city="Hull").address_lines == ["London"]
