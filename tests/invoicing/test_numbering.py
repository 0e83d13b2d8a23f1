from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests import cast
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import Refused
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.invoicing import numbering
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Gap, Series

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def take(shop: cast.Cast, kind: str = INVOICE) -> str:
    with transaction.atomic():
        return numbering.next_number(shop.own, kind).text


def turn_clock_to(moment: datetime) -> None:
    clock.set_offset(moment - clock.wall())


def test_numbers_follow_each_other_and_test_ones_say_so(shop: cast.Cast) -> None:
    year = clock.today(shop.own.zone).year
    assert [take(shop), take(shop)] == [f"TEST-{year}-0001", f"TEST-{year}-0002"]


def test_live_numbers_are_counted_apart(shop: cast.Cast) -> None:
    take(shop)
    with scope(shop.account.pk, LIVE):
        assert not take(shop).startswith("TEST-")
        assert Series.objects.get().next_number == 2


def test_credit_notes_have_a_series_of_their_own(shop: cast.Cast) -> None:
    take(shop)
    assert take(shop, CREDIT_NOTE).startswith("TEST-C-")


def test_a_rolled_back_document_leaves_no_gap(shop: cast.Cast) -> None:
    with transaction.atomic():
        numbering.next_number(shop.own, INVOICE)
        transaction.set_rollback(True)
    assert take(shop).endswith("-0001")


def test_the_year_turns_at_the_seller_s_midnight(shop: cast.Cast) -> None:
    turn_clock_to(datetime(2029, 12, 31, 22, 30, tzinfo=UTC))  # half past eleven in Berlin
    assert take(shop) == "TEST-2029-0001"
    turn_clock_to(datetime(2029, 12, 31, 23, 30, tzinfo=UTC))
    assert take(shop) == "TEST-2030-0001"


def test_the_start_only_rises(shop: cast.Cast) -> None:
    numbering.raise_start(shop.own, INVOICE, 500, by=SYSTEM)
    assert take(shop).endswith("-0500")
    with pytest.raises(Refused):
        numbering.raise_start(shop.own, INVOICE, 100, by=SYSTEM)
    assert take(shop).endswith("-0501")


def test_numbers_left_out_on_purpose_are_remembered(shop: cast.Cast) -> None:
    take(shop)
    numbering.raise_start(shop.own, INVOICE, 10, by=SYSTEM)
    take(shop)
    gap = Gap.objects.get()
    assert (gap.after, gap.before) == (1, 10)


def test_dates_never_run_backwards_in_a_series(shop: cast.Cast) -> None:
    with transaction.atomic():
        first = numbering.next_number(shop.own, INVOICE)
    clock.set_offset(clock.offset() - timedelta(days=3))
    with transaction.atomic():
        second = numbering.next_number(shop.own, INVOICE)
    assert second.day == first.day


def test_a_new_prefix_waits_until_no_number_of_the_series_looks_different(shop: cast.Cast) -> None:
    take(shop)
    numbering.configure(shop.own, INVOICE, prefix="NL-", yearly=True, by=SYSTEM)
    assert not take(shop).startswith("TEST-NL-")
    numbering.configure(shop.own, CREDIT_NOTE, prefix="G-", yearly=False, by=SYSTEM)
    assert take(shop, CREDIT_NOTE) == "TEST-G-0001"
