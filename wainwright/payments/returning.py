"""How money that goes back lies on the lines of a paid bill: pure, and to the cent.

Each line is given back at most once, and its tax with it: what went back of a line so far bears the
line's tax in proportion, rounded once, so all of a line bears exactly its tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from wainwright.core.money import Money
from wainwright.payments.errors import NotRefundable


@dataclass(frozen=True, slots=True)
class Billed:
    """A line that was paid, in minor units; `back` and `pieces_back` went back before."""

    id: int
    description: str
    quantity: int
    gross: Money
    back: Money
    pieces_back: int = 0

    @property
    def left(self) -> Money:
        return self.gross - self.back

    @property
    def pieces_left(self) -> int:
        return self.quantity - self.pieces_back

    def worth(self, pieces: int) -> Money:
        """What so many more pieces cost; all pieces together cost the whole line."""
        before = self.gross.share(Fraction(self.pieces_back, self.quantity))
        return self.gross.share(Fraction(self.pieces_back + pieces, self.quantity)) - before


@dataclass(frozen=True, slots=True)
class Wish:
    """Of one line so many pieces or, where `amount` is given, such a sum."""

    line_id: int
    pieces: int = 0
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What goes back of one line; `pieces` 0 means a sum, whatever it is for."""

    line_id: int
    gross: Money
    pieces: int = 0


def can_choose(lines: Sequence[Billed]) -> bool:
    """Whether single lines can be given back: not where credit paid a part of them."""
    return bool(lines) and all(line.gross.minor >= 0 for line in lines)


def spread(amount: Money, lines: Sequence[Billed]) -> list[Part]:
    """A sum, over what is left of the lines, in proportion; never more than that of any."""
    open_lines = [line for line in lines if line.left]
    if not open_lines:
        return []
    parts = amount.split([line.left.minor for line in open_lines])
    each = zip(open_lines, parts, strict=True)
    return [Part(line.id, gross) for line, gross in each if gross]


def chosen(wishes: Sequence[Wish], lines: Sequence[Billed]) -> list[Part]:
    """The lines that were asked for. NotRefundable beyond what is left of one, or for none."""
    by_id = {line.id: line for line in lines} if can_choose(lines) else {}
    wanted = {wish.line_id: wish for wish in wishes}
    if not wanted or len(wanted) < len(wishes) or not wanted.keys() <= by_id.keys():
        raise NotRefundable(_("Choose what goes back of which line."), field="lines")
    return [_part(wish, by_id[wish.line_id]) for wish in wishes]


def _part(wish: Wish, line: Billed) -> Part:
    if wish.amount is None and not 0 < wish.pieces <= line.pieces_left:
        raise NotRefundable(
            _("At most %(count)s of %(item)s can be given back.")
            % {"count": line.pieces_left, "item": line.description},
            field="lines",
        )
    gross = wish.amount if wish.amount is not None else line.worth(wish.pieces)
    if gross.currency != line.gross.currency or not 0 < gross.minor <= line.left.minor:
        raise NotRefundable(
            _("At most %(left)s %(currency)s of %(item)s can be given back.")
            % {
                "left": line.left.plain(),
                "currency": line.left.currency,
                "item": line.description,
            },
            field="lines",
        )
    return Part(line.id, gross, wish.pieces if wish.amount is None else 0)


def share_of_tax(tax: Money, gross: int, before: Sequence[tuple[int, int]], part: int) -> Money:
    """The tax in the next part of a sum, after the parts (gross, tax) that came before.

    The tax of all parts so far is the whole tax in proportion, rounded once; so the parts of a
    whole sum bear its tax exactly.
    """
    whole = part + sum(each for each, _tax in before)
    return tax.share(Fraction(whole, gross)) - Money(sum(each for _g, each in before), tax.currency)
