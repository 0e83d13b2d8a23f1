"""Choosing another plan and agreeing to what was shown, for customers and sellers alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wainwright.billing import switching
from wainwright.billing.course import Switch
from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.dates import local_day
from wainwright.core.money import Money
from wainwright.tax.queries import Rates
from wainwright.tax.rounding import taxed
from wainwright.web import formats
from wainwright.web.outlook import Outlook


class ChangeForm(forms.Form):
    """A price and a quantity. `at` and `shown` say to what the person agreed: the moment for which
    the sums were shown, empty for the next period, and today's sum in minor units.
    """

    by_seller = False

    price = forms.ChoiceField(label=gettext_lazy("Plan"))
    quantity = forms.IntegerField(
        label=gettext_lazy("Quantity"),
        min_value=1,
        max_value=switching.MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    at = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: object, subscription: Subscription, prices: Sequence[Price], counts: bool
    ) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.subscription = subscription
        self.prices = {each.public_id: each for each in prices}
        choice = self.fields["price"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(each, each) for each in self.prices]
        if not counts:
            del self.fields["quantity"]

    @property
    def chosen(self) -> Price:
        return self.prices[self.cleaned_data["price"]]

    def act(self, now: bool | None = None, *, move: bool = False) -> Switch:
        """The change wanted, at the moment agreed to; MoveRefused where it cannot be."""
        quantity = self.cleaned_data.get("quantity")
        act = switching.proposed(
            self.subscription,
            self.chosen,
            quantity=quantity,
            now=now,
            move=move,
            by_seller=self.by_seller,
        )
        agreed = self._agreed_at()
        return replace(act, at=agreed) if act.at is not None and agreed is not None else act

    def agrees(self, look: Outlook) -> bool:
        """Whether what would be charged is what was shown."""
        return (look.at == self._agreed_at()) and self.cleaned_data["shown"] == look.sum_today

    def _agreed_at(self) -> datetime | None:
        try:
            moment = parse_datetime(self.cleaned_data.get("at") or "")
        except ValueError:
            return None
        return moment if moment is not None and moment.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """One plan as a card: its name, what each payment is, and whether it is the present one."""

    value: str
    title: str
    aside: str
    detail: str


def plan_choices(subscription: Subscription, prices: Sequence[Price]) -> list[PlanChoice]:
    rates = Rates.of({each.product_id for each in prices})
    day = local_day(clock.now(), subscription.zone)
    return [_choice(subscription, each, _gross(subscription, each, rates, day)) for each in prices]


def _gross(subscription: Subscription, price: Price, rates: Rates, day: object) -> Money:
    percent = rates.percent(price.product_id, subscription.business.country, day)  # type: ignore[arg-type]
    amount = price.regular
    if price.pk == subscription.price_id:  # what was agreed then, whatever it costs now
        amount = Money(subscription.amount, subscription.currency)
    net, tax = taxed(amount, percent, inclusive=price.tax_behaviour == Price.INCLUSIVE)
    return net + tax


def _choice(subscription: Subscription, price: Price, gross: Money) -> PlanChoice:
    named = price.name or capfirst(formats.frequency(price.interval))
    other = price.product_id != subscription.product_id
    return PlanChoice(
        price.public_id,
        f"{price.product.name}, {named}" if other else named,
        f"{formats.money(gross)} {formats.interval(price.interval)}",
        _("The present plan") if price.pk == subscription.price_id else "",
    )
