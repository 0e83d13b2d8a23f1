"""A product's terms, ready for the page: choices, sums, renewal sentence, the button's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wainwright.billing.terms import Terms
from wainwright.catalog.models import Price, Product
from wainwright.checkout.paying import terms_of_all
from wainwright.core.money import Money
from wainwright.web import formats, sentences


@dataclass(frozen=True)
class Offer:
    """One price of a product, as it would be bought now. Satisfies sentences.Plan."""

    price: Price
    terms: Terms

    @property
    def interval(self) -> str:
        return self.price.interval

    @property
    def regular(self) -> Money:
        """Each later payment with its tax."""
        each = self.terms.regular or self.terms.today
        return each.gross

    @property
    def made(self) -> int:
        return 0 if self.terms.trial_ends_at else 1

    @property
    def total(self) -> int | None:
        return self.terms.payments_total

    @property
    def trial_ends_at(self) -> datetime | None:
        return self.terms.trial_ends_at

    @property
    def next_at(self) -> datetime | None:
        return self.terms.next_at

    @property
    def last_at(self) -> datetime | None:
        return self.terms.last_at

    @property
    def cancellable(self) -> bool:
        return self.price.kind != Price.SPLIT

    @property
    def today(self) -> Money:
        return self.terms.today.gross

    @cached_property
    def title(self) -> str:
        """The seller's name for the price, or what it is in a word."""
        if self.price.name:
            return self.price.name
        if self.price.kind == Price.ONE_TIME:
            return _("One payment")
        if self.price.kind == Price.SPLIT:
            return _("In %(count)s payments") % {"count": self.price.payments_total}
        return capfirst(formats.frequency(self.price.interval))

    @cached_property
    def aside(self) -> str:
        """The sum that stands beside the title."""
        if self.terms.regular is None:
            return formats.money(self.today)
        return f"{formats.money(self.regular)} {formats.interval(self.interval)}"

    @cached_property
    def detail(self) -> str:
        """What is special about it: a trial, a first amount, an end."""
        zone = ZoneInfo(self.terms.zone)
        if self.terms.trial_ends_at:
            until = formats.date(self.terms.trial_ends_at.astimezone(zone))
            if not self.today:
                return _("Free until %(date)s") % {"date": until}
            return _("%(sum)s until %(date)s") % {"sum": formats.money(self.today), "date": until}
        if self.terms.regular is not None and self.today != self.regular:
            return _("%(sum)s today") % {"sum": formats.money(self.today)}
        if self.total is not None and self.terms.regular is not None:
            return _("%(count)s payments of %(sum)s") % {
                "count": self.total,
                "sum": formats.money(self.regular),
            }
        return ""

    @cached_property
    def renewal(self) -> str:
        """The whole arrangement in sentences with calendar dates; empty for a single payment."""
        if self.terms.regular is None:
            return ""
        today = _("Today you pay %(sum)s.") % {"sum": formats.money(self.today)}
        return " ".join((today, sentences.next_payment(self), sentences.how_to_cancel(self)))

    @cached_property
    def button(self) -> str:
        """What pressing it does, with the sum: an order that costs something says so."""
        words = {"sum": formats.money(self.today)}
        if self.terms.regular is None:
            if not self.today:
                return _("Order for free")
            return _("Order and pay %(sum)s") % words
        words |= {
            "later": formats.money(self.regular),
            "each": formats.interval(self.interval),
        }
        return _("Order and pay %(sum)s, then %(later)s %(each)s") % words


def offers_of(product: Product, prices: list[Price]) -> list[Offer]:
    return [Offer(terms.price, terms) for terms in terms_of_all(product, prices)]
