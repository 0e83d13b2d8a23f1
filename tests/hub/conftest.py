from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from wainwright.accounts import opening
from wainwright.accounts.models import Account, Business
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.customers.models import Customer


@dataclass
class Shop:
    """An account with two businesses, and a business of somebody else."""

    account: Account
    own: Business
    client: Business
    stranger: Business


@pytest.fixture
def shop() -> Iterator[Shop]:
    ann = opening.open_account(slug="agency", name="Agency", email="ann@agency.example")
    eve = opening.open_account(slug="stranger", name="Stranger", email="eve@stranger.example")
    with scope(eve.account_id, TEST):
        stranger = Business.objects.get()
    with scope(ann.account_id, TEST):
        own = Business.objects.get()
        client = opening.add_business(slug="cleo", name="Cleo's Courses", by=SYSTEM)
        yield Shop(ann.account, own, client, stranger)


@pytest.fixture
def ada(shop: Shop) -> Customer:
    """A customer of the agency itself, in test mode."""
    return find_or_create(shop.own.pk, Contact("ada@buyer.example", "Ada Byron"))
