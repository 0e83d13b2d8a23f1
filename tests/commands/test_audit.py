"""`wainwright audit` prints every invariant and ends with how many are broken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import cast
from tests.commands.conftest import Said
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.core.tenancy import TEST, scope
from wainwright.reports.invariants import ALL
from wainwright.sales.models import Order

pytestmark = pytest.mark.django_db
Run = Callable[..., Said]


def test_an_empty_install_keeps_every_invariant(run: Run) -> None:
    said = run("audit")
    assert (said.code, said.last) == (0, f"{len(ALL)} invariants, 0 broken")


@pytest.mark.slow
def test_what_is_broken_is_named_and_counted(run: Run) -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        order = buy(make_price(make_product(everybody.own))).order
        assert run("audit").code == 0
        Order.objects.filter(pk=order.pk).update(gross=1, net=1)
    said = run("audit")
    assert said.code == 1
    assert said.last == f"{len(ALL)} invariants, 1 broken"
    assert f"       {order.public_id}: its lines do not make its sum" in said.out.splitlines()
