"""A demo made by the real engine keeps every promise the engine makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django_ox.models import OxTask

from wainwright.accounts.models import Account
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.core.models import Delivery
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.models import Customer
from wainwright.demo import seeding
from wainwright.demo.shops import SHOPS
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.reports import invariants
from wainwright.sales.models import Entry

DAYS, BUYERS = 75, 40

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def demo() -> Iterator[Account]:
    account = seeding.seed(days=DAYS, buyers=BUYERS)
    with scope(account.pk, TEST):
        yield account


def test_a_small_demo(demo: Account) -> None:
    """One demo is looked at from all sides, for making it takes a while."""
    every_invariant_holds()
    the_clock_stands_at_now()
    nothing_waits()
    each_letter_went_out_once_in_both_languages()
    there_is_trade_in_every_currency()
    everybody_logs_in_with_the_password()


def every_invariant_holds() -> None:
    for verdict in invariants.evaluate():
        assert not verdict.broken, verdict.invariant.id


def the_clock_stands_at_now() -> None:
    assert clock.offset() == timedelta(0)
    first = Entry.objects.order_by("at").values_list("at", flat=True)[0]
    assert clock.now() - timedelta(days=DAYS) < first < clock.now() - timedelta(days=DAYS // 2)


def nothing_waits() -> None:
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.DONE}
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.SENT}
    assert not OxTask.objects.exists()
    assert not Subscription.objects.filter(next_due_at__lte=clock.now()).exists()


def each_letter_went_out_once_in_both_languages() -> None:
    assert len(mail.outbox) == Letter.objects.count()
    assert set(Letter.objects.values_list("language", flat=True)) == {"en", "de"}


def there_is_trade_in_every_currency() -> None:
    kinds = Counter(Entry.objects.values_list("kind", flat=True))
    assert min(kinds["charge"], kinds["rebill"], kinds["refund"]) > 0
    traded = set(Document.objects.values_list("currency", flat=True))
    assert traded == {shop.currency for shop in SHOPS}
    assert Customer.objects.count() == pytest.approx(BUYERS, abs=len(SHOPS))


def everybody_logs_in_with_the_password() -> None:
    for shop in SHOPS:
        email, _name = shop.user
        assert authenticate(None, email=email, password=seeding.PASSWORD) is not None
