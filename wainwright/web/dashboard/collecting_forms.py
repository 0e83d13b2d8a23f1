"""What can be set about collecting, and about what buyers may do alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from wainwright.billing.models import Rules
from wainwright.billing.pausing import MOST_PERIODS
from wainwright.web.dashboard.fields import DaysField
from wainwright.web.dashboard.product_forms import capitals

MOST_DAYS = 365


def _count(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, help_text=help_text)


class RulesForm(forms.Form):
    """The names are those of billing's rules."""

    retry_after_days = DaysField(
        label=gettext_lazy("Days between the tries"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Such as 1, 3, 5; empty tries no second time."),
    )
    grace_days = _count(
        gettext_lazy("Days of grace after the last try"),
        60,
        gettext_lazy("A card given in these days is charged, and everything goes on."),
    )
    postpone_days = _count(
        gettext_lazy("Days by which a customer may put a payment off"),
        60,
        gettext_lazy("Counted from the day it was due. 0: not at all."),
    )
    most_parts = forms.IntegerField(
        label=gettext_lazy("Parts in which a customer may pay it"),
        min_value=1,
        max_value=12,
        help_text=gettext_lazy("At the most. 1: in one."),
    )
    then = forms.ChoiceField(
        label=gettext_lazy("When every try has failed"),
        choices=lambda: capitals(Rules.ENDS),
        widget=forms.RadioSelect,
    )
    missed = forms.ChoiceField(
        label=gettext_lazy("Periods missed while nothing ran"),
        choices=lambda: capitals(Rules.MISSED),
        widget=forms.RadioSelect,
    )
    charge_factor = _count(
        gettext_lazy("Ask me when a charge is so many times the last"),
        1000,
        gettext_lazy("0 never asks."),
    )
    return_days = _count(
        gettext_lazy("Days in which an end can be taken back"),
        MOST_DAYS,
        gettext_lazy("By the customer in the hub, and by you. 0 is never."),
    )
    revoke = forms.ChoiceField(
        label=gettext_lazy("Access to what was bought ends"),
        choices=lambda: capitals(Rules.REVOKES),
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Of a subscription the period that runs counts, of what is paid in parts every payment."
        ),
    )
    end_then = forms.BooleanField(
        label=gettext_lazy("The subscription ends with it"),
        required=False,
        help_text=gettext_lazy("Otherwise the next payment gives access again."),
    )
    pause_periods = _count(
        gettext_lazy("Payments a customer's pause may leave out"),
        MOST_PERIODS,
        gettext_lazy("At the most. 0: customers do not pause alone."),
    )
    pauses_a_year = _count(gettext_lazy("Pauses a year"), 52)
    change_price = forms.BooleanField(
        label=gettext_lazy("Customers may change to another price of the same product"),
        required=False,
    )
    change_quantity = forms.BooleanField(
        label=gettext_lazy("Customers may change the quantity"), required=False
    )
    change_day = forms.BooleanField(
        label=gettext_lazy("Customers may choose the bill day"),
        required=False,
        help_text=gettext_lazy(
            "The day of the month for all they pay by the month or by several; the time until then"
            " is charged in part."
        ),
    )
    changes_a_year = _count(gettext_lazy("Changes a year"), 1000)

    def as_rules(self, now: Rules) -> Rules:
        """The rules as typed, not saved; what the form does not ask stays."""
        kept = {field.attname: getattr(now, field.attname) for field in Rules._meta.fields}
        return Rules(**kept | self.cleaned_data)


class AccountRulesForm(RulesForm):
    """A day's run is the account's, whatever was bought."""

    run_factor = _count(
        gettext_lazy("Ask me when a day is so many times the usual"),
        1000,
        gettext_lazy("0 never asks."),
    )


def values_of(rules: Rules, form: type[forms.Form]) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in form.base_fields}
