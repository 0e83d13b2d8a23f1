from __future__ import annotations

import pytest

from checks import tenancy


@pytest.mark.parametrize(
    "code",
    ["Order.objects.all()", "models.Order.objects", "Order.everywhere.get()", "m.everywhere.get()"],
)
def test_a_bare_manager_in_a_view_is_named(plant, code):
    root = plant("wainwright/web/dashboard/views.py", f"x = 1\n{code}")
    (problem,) = tenancy.problems(root)
    assert problem.startswith("wainwright/web/dashboard/views.py:2: ")


def test_queries_may_use_managers(plant):
    root = plant("wainwright/sales/queries.py", "Order.objects.all()")
    assert list(tenancy.problems(root)) == []
