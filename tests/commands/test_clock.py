"""The test clock moves day by day, and a reset leaves nothing but the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import cast
from tests.commands.conftest import Said
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.catalog.models import Product
from wainwright.core import clock, walls
from wainwright.core.models import AuditRow
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.customers.finding import Contact, find_or_create
from wainwright.customers.models import Customer
from wainwright.payments.models import Connection
from wainwright.sales.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Run = Callable[..., Said]


@pytest.fixture
def everybody() -> cast.Cast:
    return cast.assemble()


def offset(account_id: int) -> timedelta:
    with scope(account_id, TEST):
        return clock.offset()


def test_the_clock_is_shown(run: Run, everybody: cast.Cast) -> None:
    said = run("clock", "show", "--account", "agency")
    assert said.code == 0
    assert said.out.endswith("as on the wall clock.\n")


def test_a_day_passes_with_what_is_due_on_it(run: Run, everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, TEST):
        buy(make_price(make_product(everybody.own), "daily"))
    said = run("clock", "advance", "--account", "agency", "--days", "3")
    assert "3 days, 0:00:00 ahead of the wall clock" in said.last
    assert offset(everybody.account.pk) == timedelta(days=3)
    with scope(everybody.account.pk, TEST):
        assert Entry.objects.count() == 4


def test_another_accounts_clock_stands(run: Run, everybody: cast.Cast) -> None:
    run("clock", "advance", "--account", "agency", "--days", "2")
    assert offset(everybody.mallory.account_id) == timedelta(0)


def test_a_reset_deletes_test_rows_and_keeps_live_ones(run: Run, everybody: cast.Cast) -> None:
    with scope(everybody.account.pk, LIVE):
        find_or_create(everybody.own.pk, Contact("live@buyer.example"))
    with scope(everybody.account.pk, TEST):
        buy(make_price(make_product(everybody.own), "daily"))
        before = AuditRow.objects.count()
    run("clock", "advance", "--account", "agency", "--days", "1")
    assert run("clock", "reset", "--account", "agency", "--yes").code == 0
    with scope(everybody.account.pk, TEST):
        left = {m._meta.label for m in walls.tenant_models() if m.moded and m.objects.exists()}
        assert left - {"invoicing.SeriesSettings"} == {"core.AuditRow", "payments.Connection"}
        assert AuditRow.objects.count() > before
        assert Product.objects.exists()
    assert offset(everybody.account.pk) == timedelta(0)
    with scope(everybody.account.pk, LIVE):
        assert Customer.objects.exists()


def test_after_a_reset_the_shop_sells_anew_and_the_books_agree(
    run: Run, everybody: cast.Cast
) -> None:
    with scope(everybody.account.pk, TEST):
        price = make_price(make_product(everybody.own))
        buy(price)
        before = set(Connection.objects.values_list("public_id", flat=True))
    run("clock", "reset", "--account", "agency", "--yes")
    with scope(everybody.account.pk, TEST):
        assert not before & set(Connection.objects.values_list("public_id", flat=True))
        buy(price)
    assert run("audit").code == 0


def test_a_reset_without_yes_asks_first(
    run: Run, everybody: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run("clock", "reset", "--account", "agency")
    assert (said.code, said.err) == (1, "This deletes all test rows. Say so with --yes.\n")


@pytest.mark.parametrize("slug", ["nobody", "cleo"])
def test_only_an_accounts_own_business_names_it(run: Run, everybody: cast.Cast, slug: str) -> None:
    assert run("clock", "show", "--account", slug).code == 1
