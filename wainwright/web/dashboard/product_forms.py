"""What a seller fills in about a product and its prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wainwright.accounts.models import Business
from wainwright.catalog.models import INTERVAL_NAMES, Price, Product
from wainwright.catalog.prices import LONGEST_TRIAL
from wainwright.core.money import Money
from wainwright.web.dashboard.fields import AmountField, CurrencyField, LinkField

MOST_RENEWALS = 999


def capitals(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Words that stand within sentences elsewhere, as a choice begins: with a capital."""
    return [(value, capfirst(str(words))) for value, words in choices]


def kinds() -> list[tuple[str, str, str]]:
    """(value, title, what it means) of each kind of price."""
    meant = {
        Price.ONE_TIME: gettext("Paid once, at the checkout."),
        Price.SUBSCRIPTION: gettext("Renews by itself until someone cancels it."),
        Price.LIMITED: gettext("Renews a number of times, then it is complete."),
        Price.SPLIT: gettext("One price in two to six parts; buyers cannot cancel it alone."),
    }
    return [(value, title, meant[value]) for value, title in capitals(Price.KINDS)]


class ProductForm(forms.Form):
    """A product's words and settings. Its currency is chosen once, its business too."""

    business = forms.ChoiceField(label=_("Business"))
    name = forms.CharField(label=_("Name"), max_length=200)
    currency = CurrencyField(
        help_text=_("Such as EUR, USD or JPY. It stays: prices and sales stand in it.")
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Shown on the checkout page, as plain text."),
    )
    slug = forms.CharField(
        label=_("Address of its checkout page"),
        max_length=60,
        required=False,
        help_text=_("Small letters, digits and hyphens. Empty: made from the name."),
    )
    tax_percent = forms.DecimalField(
        label=_("Tax rate in percent"),
        min_value=0,
        max_value=100,
        max_digits=6,
        decimal_places=3,
        initial=Decimal(0),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        help_text=_("For sales from today on. 0 where no tax is due."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: capitals(Product.KINDS))
    asks_address = forms.BooleanField(
        label=_("Ask for the buyer's postal address"), required=False, initial=True
    )
    receipt = forms.ChoiceField(label=_("Receipt"), choices=lambda: capitals(Product.RECEIPTS))
    access_url = LinkField(
        label=_("Access page"),
        required=False,
        help_text=_("Where buyers find what they bought; linked in receipt and hub."),
    )
    label = forms.CharField(
        label=_("Your own name for it"),
        max_length=200,
        required=False,
        help_text=_("Only you see it, in lists."),
    )

    def __init__(self, *args: Any, businesses: list[Business], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new and len(businesses) > 1:
            choice = self.fields["business"]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [(each.public_id, each.name) for each in businesses]
        else:
            del self.fields["business"]
        if not is_new:
            del self.fields["currency"]

    @property
    def words(self) -> dict[str, Any]:
        """What the product itself keeps."""
        apart = ("business", "currency", "tax_percent")
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}


class PriceForm(forms.Form):
    """One way to pay. Fields that a kind does not have are not looked at."""

    kind = forms.ChoiceField(label=_("How it is paid"), choices=Price.KINDS)
    amount = AmountField(label=_("Sum"), help_text=_("Of each payment."))
    interval = forms.ChoiceField(
        label=_("How often"),
        choices=lambda: capitals(INTERVAL_NAMES.items()),
        initial="monthly",
    )
    payments = forms.TypedChoiceField(
        label=_("Number of payments"),
        coerce=int,
        choices=[(count, str(count)) for count in range(2, 7)],
        initial=3,
    )
    renewals = forms.IntegerField(
        label=_("Number of renewals"),
        min_value=1,
        max_value=MOST_RENEWALS,
        initial=11,
        help_text=_("On top of today's payment, or of the trial: 11 with today's make twelve."),
    )
    trial_days = forms.IntegerField(
        label=_("Trial days"),
        min_value=0,
        max_value=LONGEST_TRIAL,
        required=False,
        help_text=_("0 for none. The first regular payment is due when the trial ends."),
    )
    first_amount = AmountField(
        label=_("Today's payment, if it differs"),
        required=False,
        help_text=_("With trial days it pays for the trial; empty makes the trial free."),
    )
    tax_behaviour = forms.ChoiceField(label=_("Tax"), choices=lambda: capitals(Price.TAX))
    name = forms.CharField(
        label=_("Name of this price"),
        max_length=200,
        required=False,
        help_text=_("Such as “Yearly, two months free”. Empty: only the terms are shown."),
    )
    preferred = forms.BooleanField(
        label=_("Chosen beforehand on the checkout page"), required=False
    )

    use_required_attribute = False  # browsers would insist on fields that are not shown

    OF_KIND = {
        Price.ONE_TIME: (),
        Price.SUBSCRIPTION: ("interval", "trial_days", "first_amount"),
        Price.LIMITED: ("interval", "renewals", "trial_days", "first_amount"),
        Price.SPLIT: ("interval", "payments", "trial_days", "first_amount"),
    }
    RECURRING = ("interval", "payments", "renewals", "trial_days", "first_amount")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("amount", "first_amount"):
            field = self.fields[name]
            assert isinstance(field, AmountField)
            field.currency = currency
        if self.is_bound:
            wanted = self.OF_KIND.get(self.data.get("kind", ""), ())
            for name in self.RECURRING:
                if name not in wanted:
                    self.fields[name].required = False
                    self.fields[name].disabled = True
                    self.initial.pop(name, None)  # a disabled field says what stood there first

    @property
    def terms(self) -> dict[str, Any]:
        """What the catalogue keeps of it, in its own words."""
        typed = self.cleaned_data
        kind = typed["kind"]
        wanted = self.OF_KIND[kind]
        amount: Money = typed["amount"]
        first: Money | None = typed["first_amount"] if wanted else None
        trial_days = (typed["trial_days"] or 0) if wanted else 0
        if trial_days and first is None:
            first = Money.zero(amount.currency)
        return {
            "kind": kind,
            "amount": amount.minor,
            "interval": typed["interval"] if wanted else "",
            "payments_total": self._payments_total(kind, trial_days),
            "trial_days": trial_days,
            "first_amount": None if first is None else first.minor,
            "tax_behaviour": typed["tax_behaviour"],
            "name": typed["name"],
            "preferred": typed["preferred"],
        }

    def _payments_total(self, kind: str, trial_days: int) -> int | None:
        """Today's payment is one of the regular payments, unless it pays for a trial."""
        if kind == Price.SPLIT:
            return int(self.cleaned_data["payments"])
        if kind == Price.LIMITED:
            return int(self.cleaned_data["renewals"]) + (0 if trial_days else 1)
        return None


def initial_of(price: Price) -> dict[str, Any]:
    """The form filled in as the price is."""
    free_trial = price.trial_days and not price.first_amount
    total = price.payments_total
    return {
        "kind": price.kind,
        "amount": price.regular,
        "interval": price.interval or "monthly",
        "payments": total if price.kind == Price.SPLIT else 3,
        "renewals": total - (0 if price.trial_days else 1)
        if price.kind == Price.LIMITED and total
        else 11,
        "trial_days": price.trial_days,
        "first_amount": None if free_trial else price.first,
        "tax_behaviour": price.tax_behaviour,
        "name": price.name,
        "preferred": price.preferred,
    }
