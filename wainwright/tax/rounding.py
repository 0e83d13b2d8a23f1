"""Net, tax and gross of a line. Tax is rounded once per line, half up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from wainwright.core.money import Money


def taxed(amount: Money, percent: Decimal, *, inclusive: bool) -> tuple[Money, Money]:
    """(net, tax) of an amount that includes the tax, or to which it is added.

    Inclusive: net = gross / (1 + rate); 100.00 at 20 % is 83.33 + 16.67.
    """
    rate = Fraction(percent) / 100
    if inclusive:
        net = amount.share(1 / (1 + rate))
        return net, amount - net
    return amount, amount.share(rate)
