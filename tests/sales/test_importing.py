"""Past orders come in whole or not at all, once, and without telling anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest

from tests.sales import pasts
from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.core.actors import SYSTEM
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.customers.models import Customer
from wainwright.invoicing.models import Document, Series
from wainwright.letters.models import Letter
from wainwright.reports import invariants
from wainwright.sales.importing import Checked, Imported, check, import_orders
from wainwright.sales.models import Entry, Line, Order
from wainwright.sales.orders_file import BadRow, OrdersFile

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LINES = list(pasts.orders(2_500))


@pytest.fixture
def business() -> Iterator[Business]:
    owner = opening.open_account(slug="records", name="Records", email="rob@records.example")
    with scope(owner.account_id, LIVE):
        yield Business.objects.get()


def opened(content: bytes) -> OrdersFile:
    return OrdersFile(BytesIO(content), zone="Europe/Paris", today=date(2026, 11, 21))


def bring(business: Business, lines: list[str], *, dry_run: bool = False) -> Imported:
    file = opened(pasts.text_of(lines))
    currencies = check(file, on_bad=lambda bad: None).currencies
    return import_orders(file, business, currencies=currencies, by=SYSTEM, dry_run=dry_run)


@pytest.mark.slow
def test_a_shops_past_comes_in_to_the_cent(business: Business) -> None:
    imported = bring(business, LINES)
    assert str(imported) == f"2500 orders imported, {pasts.total_of(LINES)} USD, 0 skipped"
    assert Order.objects.filter(source=Order.IMPORT).count() == 2_500
    assert Line.objects.count() == Entry.objects.filter(imported=True).count() == 2_500
    buyers = {line.split(",")[2] for line in LINES}
    assert set(Customer.objects.values_list("email", flat=True)) == buyers


def test_a_second_time_brings_nothing(business: Business) -> None:
    bring(business, LINES[:1_200])
    assert str(bring(business, LINES[:1_200])) == "0 orders imported, 0.00 USD, 1200 skipped"
    assert Order.objects.count() == Entry.objects.count() == 1_200


@pytest.mark.slow
def test_a_run_that_was_cut_off_is_finished_by_the_next(business: Business) -> None:
    bring(business, LINES[:1_100])
    assert bring(business, LINES).orders == 1_400
    assert Order.objects.count() == 2_500


def test_nobody_is_told_and_nothing_is_numbered(business: Business) -> None:
    bring(business, LINES[:50])
    for model in (Letter, EventRow, Document, Series):
        assert not model.objects.exists()


def test_what_came_in_keeps_the_invariants(business: Business) -> None:
    bring(business, LINES[:300])
    assert [found.broken for found in invariants.evaluate() if found.broken] == []


@pytest.mark.slow
def test_each_batch_leaves_its_trail(business: Business) -> None:
    bring(business, LINES)
    notes = AuditRow.objects.filter(action="orders.imported", subject=business.public_id)
    assert [note.detail["orders"] for note in notes.order_by("pk")] == [1000, 1000, 500]


def test_a_dry_run_says_the_same_and_writes_nothing(business: Business) -> None:
    bring(business, LINES[:10])
    tried = bring(business, [*LINES[:20], LINES[15]], dry_run=True)
    assert Order.objects.count() == 10
    assert str(tried) == str(bring(business, [*LINES[:20], LINES[15]]))


def test_a_known_buyer_keeps_what_he_told(business: Business) -> None:
    known = find_or_create(business.pk, Contact("Ada@Buyer.example", name="Ada Byron"))
    bring(business, ["A-1,2001-01-01,ada@buyer.example,CD,1,9.00,USD"])
    order = Order.objects.get()
    assert order.customer == known
    assert order.customer.name == "Ada Byron"


def test_the_same_reference_at_another_business_or_in_test_mode_is_another_order(
    business: Business,
) -> None:
    other = opening.add_business(slug="tapes", name="Tapes", by=SYSTEM)
    assert bring(business, LINES[:3]).orders == 3
    assert bring(other, LINES[:3]).orders == 3
    with scope(business.account_id, TEST):
        assert bring(business, LINES[:3]).orders == 3


def test_currencies_are_summed_apart(business: Business) -> None:
    lines = [
        "A-1,2001-01-01,a@b.example,CD,1,9.00,USD",
        "A-2,2001-01-01,a@b.example,CD,1,900,JPY",
        "A-3,2001-01-01,a@b.example,CD,1,0,USD",
    ]
    assert str(bring(business, lines)) == "3 orders imported, 900 JPY, 9.00 USD, 0 skipped"


def test_a_sum_beyond_what_one_amount_may_hold_is_still_told(business: Business) -> None:
    lines = [f"A-{n},2001-01-01,a@b.example,CD,1,9999999999999.99,USD" for n in (1, 2)]
    assert str(bring(business, lines)).startswith("2 orders imported, 19999999999999.98 USD")


def test_bad_rows_are_told_of_one_by_one(business: Business) -> None:
    bad: list[BadRow] = []
    file = opened(pasts.text_of([LINES[0], "x", LINES[1], "y"]))
    assert check(file, on_bad=bad.append) == Checked(rows=4, bad=2, currencies={"USD"})
    assert [row.line for row in bad] == [3, 5]
    imported = import_orders(file, business, currencies={"USD"}, by=SYSTEM)
    assert (imported.orders, imported.skipped) == (2, 2)
