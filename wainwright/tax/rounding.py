"""Net, tax and gross of a line. Tax is rounded once per line, half up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from wainwright.core.money import Money


def taxed(amount: Money, percent: Decimal, *, inclusive: bool) -> tuple[Money, Money]:
    """(net, tax) of an amount that includes the tax, or to which it is added.

    Inclusive: net = gross / (1 + rate); 100.00 at 20 % is 83.33 + 16.67.
    """
    if inclusive:
        net = amount.share(_net_part(percent))
        return net, amount - net
    return amount, amount.share(_rate(percent))


@lru_cache(maxsize=1000)
def _rate(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


@lru_cache(maxsize=1000)
def _net_part(percent: Decimal) -> Fraction:
    return 1 / (1 + _rate(percent))
