"""`wainwright import orders` names what is bad, and its last line says what was done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Said
from tests.sales import pasts
from wainwright.accounts import opening
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.sales.models import Order

pytestmark = pytest.mark.django_db
Run = Callable[..., Said]

LINES = list(pasts.orders(30))
BAD = "past-90000,1997-01-01,buyer@past.example,CDs,1,-5.00,USD"


@pytest.fixture
def account_id() -> int:
    return opening.open_account(slug="acme", name="Acme", email="ann@acme.example").account_id


@pytest.fixture
def bring(run: Run, account_id: int, tmp_path: Path) -> Callable[..., Said]:
    def bring(lines: list[str], *options: str) -> Said:
        file = tmp_path / "orders.csv"
        file.write_bytes(pasts.text_of(lines))
        return run("import", "orders", str(file), "--business", "acme", *options)

    return bring


def orders_in(account_id: int, mode: str) -> int:
    with scope(account_id, mode):
        return Order.objects.count()


def test_the_last_line_says_what_came_in(bring: Callable[..., Said], account_id: int) -> None:
    said = bring(LINES)
    assert said.code == 0
    assert said.last == f"30 orders imported, {pasts.total_of(LINES)} USD, 0 skipped"
    assert orders_in(account_id, LIVE) == 30
    assert bring(LINES).last == "0 orders imported, 0.00 USD, 30 skipped"


def test_a_bad_row_is_named_and_nothing_comes_in(
    bring: Callable[..., Said], account_id: int
) -> None:
    said = bring([*LINES, BAD])
    assert said.code == 1
    assert "line 32: total: -5.00 is negative\n" in said.err
    assert "Nothing was imported" in said.err
    assert said.last == "0 orders imported, 0.00 USD, 0 skipped"
    assert orders_in(account_id, LIVE) == 0


def test_bad_rows_may_be_left_out(bring: Callable[..., Said], account_id: int) -> None:
    said = bring([BAD, *LINES], "--skip-bad")
    assert (said.code, said.last.endswith(" USD, 1 skipped")) == (0, True)
    assert orders_in(account_id, LIVE) == 30


def test_a_dry_run_writes_nothing(bring: Callable[..., Said], account_id: int) -> None:
    said = bring(LINES, "--dry-run")
    assert said.last == f"30 orders imported, {pasts.total_of(LINES)} USD, 0 skipped"
    assert "Nothing was written." in said.out
    assert orders_in(account_id, LIVE) == 0


def test_test_orders_stay_in_test_mode(bring: Callable[..., Said], account_id: int) -> None:
    bring(LINES, "--test")
    assert (orders_in(account_id, TEST), orders_in(account_id, LIVE)) == (30, 0)


def test_a_file_that_is_not_there_is_refused(run: Run, account_id: int) -> None:
    said = run("import", "orders", "/nowhere/orders.csv", "--business", "acme")
    assert said.code == 1
    assert said.err == "/nowhere/orders.csv cannot be read: No such file or directory.\n"


def test_a_folder_is_refused(run: Run, account_id: int, tmp_path: Path) -> None:
    assert run("import", "orders", str(tmp_path), "--business", "acme").code == 1


def test_a_business_that_is_not_there_is_refused(bring: Callable[..., Said], run: Run) -> None:
    said = run("import", "orders", "orders.csv", "--business", "nobody")
    assert (said.code, said.err) == (1, "There is no business “nobody”.\n")


def test_a_file_without_its_columns_is_refused(run: Run, account_id: int, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_ref;date\nA-1;2024-01-01\n")
    said = run("import", "orders", str(file), "--business", "acme")
    assert said.code == 1
    assert "The first line must name the columns" in said.err
