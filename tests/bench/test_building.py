"""The bench's data has exactly the orders and customers it is asked for."""

from __future__ import annotations

import pytest

from wainwright.bench.building import copies
from wainwright.bench.names import LEAST, MOST


@pytest.mark.parametrize("orders", [LEAST, 50_000, 1_000_000, MOST])
def test_so_many_orders_are_of_a_fifth_as_many_customers(orders: int) -> None:
    found = copies(orders)
    assert sum(life.purchases * count for life, count in found.items()) == orders
    assert sum(found.values()) == orders // 5
    assert all(found.values())


@pytest.mark.parametrize("orders", [LEAST - 1, MOST + 1])
def test_other_sizes_are_refused(orders: int) -> None:
    with pytest.raises(ValueError, match="orders are not"):
        copies(orders)
