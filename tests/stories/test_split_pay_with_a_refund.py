from __future__ import annotations

import pytest

from tests.stories.ada import Ada


@pytest.mark.slow
def test_a_part_given_back_leaves_the_other_payments_owed(ada: Ada) -> None:
    ada.buys("split", 9900)
    assert ada.moved == [9900]

    ada.waits(32)
    ada.is_given_back(2500)
    assert (ada.state, ada.moved) == ("active", [9900, 9900, -2500])

    ada.waits(31)
    assert (ada.state, ada.moved) == ("completed", [9900, 9900, -2500, 9900])
    ada.waits(60)
    assert len(ada.moved) == 4
    assert ada.letters.count("refund") == 1
    assert ada.all_is_in_order()
